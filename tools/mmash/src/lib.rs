//! mmash: stats on a web page, as JSON, and for Prometheus.
//!
//! ```text
//!  files --> Poller, once an interval --> Snapshot --> routes, answered from the last one
//!                      '--> Rows, what has changed --> Feed --> pages
//! ```
#![forbid(unsafe_code)]

mod api;
mod args;
mod compat;
mod live;
mod metrics;
mod page;
mod polling;
mod telemetry;

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::CommandFactory;
use mmstats_cli::address::Listen;
use mmstats_cli::log;
use mmstats_web::{Answered, Hosts, Limits, RequestLog, Server, ending_by_signal};
use tokio::runtime;

pub use args::Arguments;
use compat::Settings;
pub use metrics::By;
use metrics::Metrics;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::generate::generate;
use polling::{Poller, Wrongs};
use telemetry::Own;

/// The tool's name.
pub const NAME: &str = "mmash";

/// How long the end waits for messages to be written.
const FLUSH: Duration = Duration::from_millis(200);

/// Does what the arguments say, until a signal ends it.
///
/// # Errors
///
/// Where stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let outcome = settings().and_then(|settings| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("can't wait for events: {error}"))?;
        let outcome = runtime.block_on(serve(arguments, settings));
        // Answers that are still being made aren't waited for.
        runtime.shutdown_background();
        outcome
    });
    let outcome = outcome.unwrap_or_else(|message| {
        diagnostics.error(&message);
        Outcome::Failed
    });
    log::flush(FLUSH);
    Ok(outcome)
}

/// What the file says that `MMASH_SETTINGS` names, if it names one.
fn settings() -> Result<Settings, String> {
    let Some(path) = env::var_os("MMASH_SETTINGS").filter(|path| !path.is_empty()) else {
        return Ok(Settings::default());
    };
    let path = Path::new(&path);
    let failed = |reason: &dyn Display| format!("MMASH_SETTINGS={}: {reason}", escape_path(path));
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => failed(&"not UTF-8"),
        _ => failed(&error),
    })?;
    Settings::parse(&text).map_err(|wrong| failed(&wrong))
}

/// Serves until a signal comes; an error is the message of one.
async fn serve(arguments: &Arguments, settings: Settings) -> Result<Outcome, String> {
    log::start(NAME).map_err(|error| format!("can't start a thread: {error}"))?;
    let diagnostics = Diagnostics::new(NAME);
    let place = place(arguments, &settings)?;
    let hosts = Hosts::and(arguments.host.iter().cloned().chain(settings.host));
    let server = Server::listen(place.clone(), hosts, Limits::default()).await;
    let server = server.map_err(|error| format!("can't listen on {place}: {error}"))?;
    if !place.is_local() {
        let warning = "whoever reaches this machine there reads every stat, without a password";
        diagnostics.note(&format_args!("listening on {}: {warning}", server.place()));
    }
    let signal = ending_by_signal().map_err(|error| format!("can't await signals: {error}"))?;
    let mut places = arguments.glob.clone();
    if places.is_empty() {
        places.extend(settings.glob.map(OsString::from));
    }
    let own = Own::publish().map(Arc::new);
    let own =
        own.inspect_err(|error| diagnostics.note(&format_args!("not counting: {error}"))).ok();
    let metrics = Metrics::new(arguments.choice());
    let wrongs = Wrongs::new(Diagnostics::new(NAME));
    let poller =
        Poller::start(places, arguments.limits, arguments.interval, metrics, wrongs, own.clone())
            .map_err(|error| format!("can't make a thread: {error}"))?;
    exit::announce(server.place().url(), Diagnostics::new(NAME));
    let verbose = arguments.verbose || settings.debug == Some(true);
    let requests = verbose.then(|| RequestLog::new(diagnostics));
    let mut outcome = Outcome::Fine;
    let feed = Arc::clone(&poller);
    let end = async {
        outcome = signal.await;
        feed.feed().end();
    };
    server.telling(witness(own, requests)).serve(routes().with_state(poller), end).await;
    Ok(outcome)
}

/// Counts and tells each request.
fn witness(
    own: Option<Arc<Own>>,
    requests: Option<RequestLog>,
) -> impl Fn(&Answered<'_>) + Send + Sync + 'static {
    move |request| {
        if let Some(own) = &own {
            own.answered(request);
        }
        if let Some(requests) = &requests {
            requests.tell(request);
        }
    }
}

/// Where to listen, as the arguments say, else the settings.
fn place(arguments: &Arguments, settings: &Settings) -> Result<Listen, String> {
    if let Some(place) = &arguments.listen {
        return Ok(place.clone());
    }
    let host = settings.host.as_deref().unwrap_or("127.0.0.1");
    let port = settings.port.unwrap_or(5002);
    // As for KODEMON_HOST, a name's IPv4 address is preferred.
    let found = (host, port).to_socket_addrs();
    let found = found.map(|addresses| addresses.min_by_key(SocketAddr::is_ipv6));
    match found {
        Ok(Some(address)) => Ok(address.into()),
        Ok(None) => Err(format!("HOST = {host:?}: it has no address")),
        Err(error) => Err(format!("HOST = {host:?}: {error}")),
    }
}

fn routes() -> Router<Arc<Poller>> {
    Router::new()
        .merge(compat::routes())
        .merge(api::routes())
        .merge(metrics::routes())
        .merge(page::routes())
        .merge(mmstats_web::health(|poller: &Arc<Poller>| poller.health()))
}
