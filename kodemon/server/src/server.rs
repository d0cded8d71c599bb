//! The server: receives, stores and serves until a shutdown signal.
//!
//! ```text
//!  datagrams --> Receiving --> IngestQueue and its thread --> Store
//!                                    '--> Live --> streams      ^
//!                                           API and page  ------'
//! ```

mod stores;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::CommandFactory;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::generate::generate;
use mmstats_cli::log;
use mmstats_cli::rate_limit::RateLimit;
use mmstats_udp::receive::Sockets;
use mmstats_web::{AllowedHosts, Limits, RequestLog, RequestSummary, Server, shutdown_signal};
use tokio::runtime;
use tokio::time::MissedTickBehavior;

use crate::api::AppState;
use crate::args::{Arguments, NAME};
use crate::catalog::Catalog;
use crate::live::Live;
use crate::receive::{Admission, OnRefused, Receiving, Rules};
use crate::routes;
use crate::telemetry::{HttpStats, ReceiverStats, StoreStats, Telemetry};

/// Where messages arrive by default, on the loopback addresses.
const PORT: u16 = 4000;
/// Maximum number of log lines per second about refused messages.
const MAX_REFUSED_LINES: u32 = 10;
/// How often live streams are updated.
const STREAM_INTERVAL: Duration = Duration::from_secs(1);

/// How long the end of the program waits for the log to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

/// Runs until a shutdown signal.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = exit::outcome(runtime.block_on(serve(arguments)), &mut diagnostics);
    // Doesn't wait for responses in progress.
    runtime.shutdown_background();
    log::flush(FLUSH_TIMEOUT);
    Ok(outcome)
}

/// Serves until a shutdown signal. An error is its message.
async fn serve(arguments: &Arguments) -> Result<Outcome, String> {
    log::start(NAME).map_err(|error| format!("can't start a thread: {error}"))?;
    let hosts = AllowedHosts::with(arguments.host.iter().cloned());
    let server = Server::listen(arguments.http.clone(), hosts, Limits::default()).await;
    let server = server.map_err(|error| format!("can't listen on {}: {error}", arguments.http))?;
    let sockets = sockets(arguments)?;
    let addresses = sockets.addresses().to_vec();
    let (stores, known) = stores::open(&arguments.store, arguments.keep)?;
    let signal = shutdown_signal().map_err(|error| format!("can't await signals: {error}"))?;

    let failed = |error| format!("can't publish stats: {error:#}");
    let received = Arc::new(Telemetry::<ReceiverStats>::publish("kodemon.").map_err(failed)?);
    let store_stats = stores.iter().map(|store| {
        let prefix = format!("kodemon.{}.", store.name());
        Ok((store.name(), Arc::new(Telemetry::<StoreStats>::publish(&prefix).map_err(failed)?)))
    });
    let store_stats = store_stats.collect::<Result<Vec<_>, String>>()?;
    let requests = Telemetry::<HttpStats>::publish("kodemon.http.").map_err(failed)?;

    let max_keys = arguments.max_keys as usize;
    let live = Arc::new(Live::new(max_keys));
    let no_thread = |error| format!("can't start a thread: {error}");
    let clock = stores::clock_check(&stores, arguments.keep, arguments.trust_clock);
    let queues = stores::ingest_queues(&stores, &store_stats, &live, &clock).map_err(no_thread)?;
    let progress =
        store_stats.iter().zip(&queues).map(|((name, _), queue)| (*name, queue.progress()));
    let progress = progress.collect();
    let rules = Rules { tokens: arguments.token.iter().cloned().collect(), clock };
    let catalog = Catalog::new(known, max_keys, arguments.keep, Instant::now());
    let on_refused = on_refused(arguments.verbose);
    let admission = Admission::new(rules, catalog, Arc::clone(&received), on_refused);
    let receiving = Receiving::start(sockets, admission, queues).map_err(no_thread)?;
    announce(&server, &addresses);

    let first = Arc::clone(&stores[0]);
    let state =
        AppState::new(first, Arc::clone(&live), received, store_stats, progress, arguments.keep);
    let requests_log = arguments.verbose.then(|| RequestLog::new(Diagnostics::new(NAME)));
    let mut outcome = Outcome::Fine;
    let end = async {
        outcome = signal.await;
        live.close();
    };
    let publishing = tokio::spawn(publish_steps(Arc::clone(&live)));
    server
        .on_response(on_response(requests, requests_log))
        .serve(routes::router().with_state(Arc::new(state)), end)
        .await;
    publishing.abort();
    Ok(if receiving.finish() { outcome } else { Outcome::Failed })
}

/// Binds the sockets that messages arrive on.
fn sockets(arguments: &Arguments) -> Result<Sockets, String> {
    let mut sockets = Sockets::default();
    for address in &arguments.udp {
        sockets.bind(*address).map_err(|error| error.to_string())?;
    }
    if arguments.udp.is_empty() {
        let absent = sockets.bind_loopback(PORT).map_err(|error| error.to_string())?;
        if let Some(error) = absent {
            Diagnostics::new(NAME).note(&format_args!("no IPv6 here, only IPv4: {error}"));
        }
    }
    Ok(sockets)
}

/// Logs refused messages.
fn on_refused(verbose: bool) -> OnRefused {
    let limit = RateLimit::new(Diagnostics::new(NAME), MAX_REFUSED_LINES, "messages refused");
    Box::new(move |refusal| {
        if verbose {
            limit.log(|| format!("refused: {refusal}"));
        }
    })
}

/// Updates live streams at regular intervals.
async fn publish_steps(live: Arc<Live>) {
    let mut steps = tokio::time::interval(STREAM_INTERVAL);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        steps.tick().await;
        let live = Arc::clone(&live);
        // It encodes everything that was stored, so not on the thread that serves.
        drop(tokio::task::spawn_blocking(move || live.publish()).await);
    }
}

/// Prints the addresses.
fn announce(server: &Server, udp: &[SocketAddr]) {
    let http = server.address().url();
    let udp = udp.iter().map(|address| format!("udp://{address}"));
    let lines: Vec<_> = std::iter::once(http).chain(udp).collect();
    exit::announce(lines.join("\n"), Diagnostics::new(NAME));
    if !server.address().is_local() {
        let warning = "no password; anyone who can connect can read everything";
        Diagnostics::new(NAME).note(&format_args!("listening on {}: {warning}", server.address()));
    }
}

/// Counts and logs each request.
fn on_response(
    stats: Telemetry<HttpStats>,
    log: Option<RequestLog>,
) -> impl Fn(&RequestSummary<'_>) + Send + Sync + 'static {
    move |request| {
        stats.with(|stats| {
            stats.requests.incr();
            stats.answer.record(request.latency);
            if request.status.is_client_error() || request.status.is_server_error() {
                stats.refused.incr();
            }
        });
        if let Some(log) = &log {
            log.log(request);
        }
    }
}
