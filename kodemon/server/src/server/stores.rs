//! Opens the stores in the arguments, and starts to write into each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::rate_limit::RateLimit;

use crate::args::{NAME, StoreLocation};
use crate::catalog::KnownNames;
use crate::clock_check::ClockCheck;
use crate::ingest::{Capacity, IngestQueue};
use crate::live::Live;
use crate::store::backend::Store;
use crate::store::elastic::{Address, Elastic};
use crate::store::sqlite::Sqlite;
use crate::telemetry::{StoreStats, Telemetry};

/// Maximum number of log lines per second about errors of a store.
const MAX_ERROR_LINES: u32 = 10;

/// The stores, and the names in them.
pub type Opened = (Vec<Arc<dyn Store>>, KnownNames);

/// Opens them in the given order. An error is its message.
pub fn open(locations: &[StoreLocation], keep: Duration) -> Result<Opened, String> {
    if locations.is_empty() {
        let opened = default_file().and_then(|path| open(&[StoreLocation::Sqlite(path)], keep));
        return opened.map_err(|reason| format!("{reason}; use --store"));
    }
    let mut files = Vec::new();
    for location in locations {
        match location {
            StoreLocation::Sqlite(path) => files.push(path),
            StoreLocation::Elasticsearch(_) => {}
            StoreLocation::Unknown(kind) => return Err(unknown(kind)),
        }
    }
    if files.len() > 1 || locations.len() - files.len() > 1 {
        return Err("--store: at most one of each kind".to_owned());
    }
    let file = files.first().map(|path| {
        let opened = Sqlite::open(path, keep);
        opened.map_err(|error| format!("{}: {error}", escape_path(path)))
    });
    let (mut sqlite, known) = match file.transpose()? {
        Some((sqlite, known)) => (Some(sqlite), known),
        None => (None, KnownNames::default()),
    };
    let is_only = sqlite.is_none();
    let mut stores: Vec<Arc<dyn Store>> = Vec::new();
    for location in locations {
        match location {
            StoreLocation::Sqlite(_) => stores.extend(sqlite.take().map(|it| Arc::new(it) as _)),
            StoreLocation::Elasticsearch(url) => {
                stores.push(Arc::new(engine(url, keep, is_only)?));
            }
            StoreLocation::Unknown(kind) => return Err(unknown(kind)),
        }
    }
    Ok((stores, known))
}

fn unknown(kind: &str) -> String {
    let known = "sqlite:FILE, elasticsearch:URL, opensearch:URL";
    let kind = escape(kind);
    format!("--store: unknown kind \"{kind}\"; expected {known}, or ./{kind}:… for a file")
}

/// Opens an engine. If it isn't reachable yet, that is an error only if it is the sole store;
/// otherwise it is tried again later.
fn engine(url: &str, keep: Duration, is_only: bool) -> Result<Elastic, String> {
    let failed = |reason: String| format!("--store: elasticsearch: {reason}");
    let address = Address::parse(url).map_err(failed)?;
    let elastic = Elastic::new(address, keep).map_err(failed)?;
    if let Err(reason) = elastic.prepare() {
        let message = format!("can't store in elasticsearch: {}", escape(&reason.to_string()));
        if is_only || !reason.transient {
            return Err(message);
        }
        Diagnostics::new(NAME).note(&format_args!("{message}; will retry"));
    }
    Ok(elastic)
}

/// The default file; creates its directory.
fn default_file() -> Result<PathBuf, String> {
    let directory = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".local/state")))
        .ok_or("there is no home directory for the store")?
        .join(NAME);
    let created = fs::create_dir_all(&directory);
    created.map_err(|error| format!("{}: {error}", escape_path(&directory)))?;
    Ok(Path::join(&directory, "kodemon.db"))
}

/// Checks the clock against the stores; ignores one that can't be read.
pub fn clock_check(stores: &[Arc<dyn Store>], keep: Duration, always: bool) -> Arc<ClockCheck> {
    let newest = stores.iter().filter_map(|store| store.extent().ok()?).map(|extent| extent.newest);
    Arc::new(ClockCheck::new(keep, newest.reduce(f64::max), always))
}

/// An ingest queue for each store. Live streams follow the first one, which answers the queries.
pub fn ingest_queues(
    stores: &[Arc<dyn Store>],
    telemetry: &[(&'static str, Arc<Telemetry<StoreStats>>)],
    live: &Arc<Live>,
    clock: &Arc<ClockCheck>,
) -> io::Result<Vec<IngestQueue>> {
    let queues =
        stores.iter().zip(telemetry).enumerate().map(|(at, (store, (name, telemetry)))| {
            let name = *name;
            let followers = (at == 0).then(|| (Arc::clone(live), Arc::clone(clock)));
            let limit =
                RateLimit::new(Diagnostics::new(NAME), MAX_ERROR_LINES, "errors of a store");
            IngestQueue::start(
                Arc::clone(store),
                Capacity::default(),
                Arc::clone(telemetry),
                Arc::clone(clock),
                Box::new(move |executions| {
                    if let Some((live, clock)) = &followers {
                        live.stored(executions);
                        clock.stored(executions);
                    }
                }),
                Arc::new(move |error: &str| limit.log(|| format!("{name}: {error}"))),
            )
        });
    queues.collect()
}
