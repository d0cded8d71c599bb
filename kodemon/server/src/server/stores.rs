//! Opens the stores that the arguments name, and begins to write into each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::rate_limit::RateLimit;

use super::NAME;
use crate::args::Place;
use crate::catalog::Known;
use crate::live::Live;
use crate::store::elastic::{Address, Elastic};
use crate::store::sqlite::Sqlite;
use crate::store::{Capacity, Store, Writer};
use crate::telemetry::{StoreStats, Telemetry};
use crate::times::Times;

/// So many lines a second are told of a store that errs.
const TOLD: u32 = 10;

/// The stores, and the names that they know.
pub type Opened = (Vec<Arc<dyn Store>>, Known);

/// Opens them, in their order. An error is the message of one.
pub fn open(places: &[Place], keep: Duration) -> Result<Opened, String> {
    if places.is_empty() {
        let opened = usual_file().and_then(|path| open(&[Place::Sqlite(path)], keep));
        return opened.map_err(|reason| format!("{reason}; --store names another place"));
    }
    let mut files = Vec::new();
    for place in places {
        match place {
            Place::Sqlite(path) => files.push(path),
            Place::Elasticsearch(_) => {}
            Place::Unknown(kind) => return Err(unknown(kind)),
        }
    }
    if files.len() > 1 || places.len() - files.len() > 1 {
        return Err("--store: there can be one of each kind".to_owned());
    }
    let file = files.first().map(|path| {
        let opened = Sqlite::open(path, keep);
        opened.map_err(|error| format!("{}: {error}", escape_path(path)))
    });
    let (mut sqlite, known) = match file.transpose()? {
        Some((sqlite, known)) => (Some(sqlite), known),
        None => (None, Known::default()),
    };
    let is_alone = sqlite.is_none();
    let mut stores: Vec<Arc<dyn Store>> = Vec::new();
    for place in places {
        match place {
            Place::Sqlite(_) => stores.extend(sqlite.take().map(|it| Arc::new(it) as _)),
            Place::Elasticsearch(url) => {
                stores.push(Arc::new(engine(url, keep, is_alone)?));
            }
            Place::Unknown(kind) => return Err(unknown(kind)),
        }
    }
    Ok((stores, known))
}

fn unknown(kind: &str) -> String {
    let known = "sqlite:FILE, elasticsearch:URL and opensearch:URL";
    let kind = escape(kind);
    format!(
        "--store: unknown kind \"{kind}\": known are {known}; a file of such a name is ./{kind}:…"
    )
}

/// An engine. One that isn't there yet is waited for where there is another store: what comes is
/// in that one meanwhile. Else it is an error, as a wrong address would be.
fn engine(url: &str, keep: Duration, is_alone: bool) -> Result<Elastic, String> {
    let failed = |reason: String| format!("--store: elasticsearch: {reason}");
    let address = Address::parse(url).map_err(failed)?;
    let elastic = Elastic::new(address, keep).map_err(failed)?;
    if let Err(reason) = elastic.prepare() {
        let message = format!("can't store in elasticsearch: {}", escape(&reason.to_string()));
        if is_alone || !reason.passing {
            return Err(message);
        }
        Diagnostics::new(NAME).note(&format_args!("{message}; it will be tried again"));
    }
    Ok(elastic)
}

/// The usual file; its directory is made.
fn usual_file() -> Result<PathBuf, String> {
    let directory = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".local/state")))
        .ok_or("there is no home directory for the store")?
        .join(NAME);
    let made = fs::create_dir_all(&directory);
    made.map_err(|error| format!("{}: {error}", escape_path(&directory)))?;
    Ok(Path::join(&directory, "kodemon.db"))
}

/// What the stores say of the time. One that can't be read says nothing.
pub fn times(stores: &[Arc<dyn Store>], keep: Duration, trusting: bool) -> Arc<Times> {
    let newest = stores.iter().filter_map(|store| store.extent().ok()?).map(|extent| extent.newest);
    Arc::new(Times::new(keep, newest.reduce(f64::max), trusting))
}

/// A writer for each store. What is stored in the first, which is the one that is asked, is told
/// to who watches.
pub fn writers(
    stores: &[Arc<dyn Store>],
    telemetry: &[(&'static str, Arc<Telemetry<StoreStats>>)],
    live: &Arc<Live>,
    times: &Arc<Times>,
) -> io::Result<Vec<Writer>> {
    let writers =
        stores.iter().zip(telemetry).enumerate().map(|(at, (store, (name, telemetry)))| {
            let (told_to, name) = ((at == 0).then(|| (Arc::clone(live), Arc::clone(times))), *name);
            let told = RateLimit::new(Diagnostics::new(NAME), TOLD, "errors of a store");
            Writer::start(
                Arc::clone(store),
                Capacity::default(),
                Arc::clone(telemetry),
                Arc::clone(times),
                Box::new(move |executions| {
                    if let Some((live, times)) = &told_to {
                        live.stored(executions);
                        times.stored(executions);
                    }
                }),
                Arc::new(move |trouble: &str| told.log(|| format!("{name}: {trouble}"))),
            )
        });
    writers.collect()
}
