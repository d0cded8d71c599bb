//! The server: receives, stores and serves until a signal ends it.
//!
//! ```text
//!  datagrams --> Receiver: parse, number --> Writer, a queue and a thread --> Store
//!                                                 '--> Live --> streams        ^
//!                                           Api, the page's and everybody's ---'
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
use mmstats_web::{Answered, Hosts, Limits, RequestLog, Server, ending_by_signal};
use tokio::runtime;
use tokio::time::MissedTickBehavior;

use crate::api::{self, Api};
use crate::args::Arguments;
use crate::catalog::Catalog;
use crate::live::Live;
use crate::page;
use crate::receive::{OnRefused, Receiver, Rules, Sockets};
use crate::telemetry::{HttpStats, ReceiverStats, StoreStats, Telemetry};

/// The program's name.
pub const NAME: &str = "kodemon";

/// So many lines a second are told of messages that are refused.
const TOLD: u32 = 10;
/// How often what was stored is told to who watches.
const STEP: Duration = Duration::from_secs(1);

/// How long the end waits for messages to be written.
const FLUSH: Duration = Duration::from_millis(100);

/// Does what the arguments say, until a signal ends it.
///
/// # Errors
///
/// Where stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve(arguments)).unwrap_or_else(|message| {
        diagnostics.error(&message);
        Outcome::Failed
    });
    // Answers that are still being made aren't waited for.
    runtime.shutdown_background();
    log::flush(FLUSH);
    Ok(outcome)
}

/// Serves until a signal comes; an error is the message of one.
async fn serve(arguments: &Arguments) -> Result<Outcome, String> {
    log::start(NAME).map_err(|error| format!("can't start a thread: {error}"))?;
    let hosts = Hosts::and(arguments.host.iter().cloned());
    let server = Server::listen(arguments.http.clone(), hosts, Limits::default()).await;
    let server = server.map_err(|error| format!("can't listen on {}: {error}", arguments.http))?;
    let (sockets, addresses) = sockets(arguments)?;
    let (stores, known) = stores::open(&arguments.store, arguments.keep)?;
    let signal = ending_by_signal().map_err(|error| format!("can't await signals: {error}"))?;

    let failed = |error| format!("can't publish stats: {error}");
    let incoming = Arc::new(Telemetry::<ReceiverStats>::publish("kodemon.").map_err(failed)?);
    let kept = stores.iter().map(|store| {
        let prefix = format!("kodemon.{}.", store.name());
        Ok((store.name(), Arc::new(Telemetry::<StoreStats>::publish(&prefix).map_err(failed)?)))
    });
    let kept = kept.collect::<Result<Vec<_>, String>>()?;
    let requests = Telemetry::<HttpStats>::publish("kodemon.http.").map_err(failed)?;

    let most = arguments.max_keys as usize;
    let live = Arc::new(Live::new(most));
    let no_thread = |error| format!("can't make a thread: {error}");
    let times = stores::times(&stores, arguments.keep, arguments.trust_clock);
    let writers = stores::writers(&stores, &kept, &live, &times).map_err(no_thread)?;
    let progress = kept.iter().zip(&writers).map(|((name, _), writer)| (*name, writer.progress()));
    let progress = progress.collect();
    let rules = Rules { tokens: arguments.token.iter().cloned().collect(), times };
    let catalog = Catalog::new(known, most, arguments.keep, Instant::now());
    let on_refused = on_refused(arguments.verbose);
    let telemetry = Arc::clone(&incoming);
    let receiving = Receiver::start(sockets, rules, catalog, telemetry, writers, on_refused)
        .map_err(no_thread)?;
    tell_addresses(&server, &addresses);

    let first = Arc::clone(&stores[0]);
    let api = Api::new(first, Arc::clone(&live), incoming, kept, progress, arguments.keep);
    let requests_log = arguments.verbose.then(|| RequestLog::new(Diagnostics::new(NAME)));
    let mut outcome = Outcome::Fine;
    let end = async {
        outcome = signal.await;
        live.end();
    };
    let telling = tokio::spawn(tell_steps(Arc::clone(&live)));
    server
        .telling(witness(requests, requests_log))
        .serve(page::routes().merge(api::routes().with_state(Arc::new(api))), end)
        .await;
    telling.abort();
    Ok(if receiving.finish() { outcome } else { Outcome::Failed })
}

/// The sockets that messages come by, and where they are.
fn sockets(arguments: &Arguments) -> Result<(Sockets, Vec<SocketAddr>), String> {
    let mut sockets = Sockets::default();
    let mut addresses = Vec::new();
    let failed = |address, error| format!("can't receive on {address}: {error}");
    for address in &arguments.udp {
        addresses.push(sockets.bind(*address).map_err(|error| failed(*address, error))?);
    }
    if arguments.udp.is_empty() {
        let address = SocketAddr::from(([127, 0, 0, 1], 4000));
        addresses.push(sockets.bind(address).map_err(|error| failed(address, error))?);
        let address = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 4000));
        match sockets.bind(address) {
            Ok(address) => addresses.push(address),
            // Many a machine has no IPv6 at all.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {}
            Err(error) => return Err(failed(address, error)),
        }
    }
    Ok((sockets, addresses))
}

/// What is done about a message that is refused.
fn on_refused(verbose: bool) -> OnRefused {
    let told = RateLimit::new(Diagnostics::new(NAME), TOLD, "messages refused");
    Box::new(move |refusal| {
        if verbose {
            told.log(|| format!("refused: {refusal}"));
        }
    })
}

/// Tells what was stored to who watches, again and again.
async fn tell_steps(live: Arc<Live>) {
    let mut steps = tokio::time::interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        steps.tick().await;
        let live = Arc::clone(&live);
        // It encodes as much as was stored, so not on the thread that serves.
        drop(tokio::task::spawn_blocking(move || live.step()).await);
    }
}

/// Says where it is, so that others find it.
fn tell_addresses(server: &Server, udp: &[SocketAddr]) {
    let http = server.place().url();
    let udp = udp.iter().map(|address| format!("udp://{address}"));
    let lines: Vec<_> = std::iter::once(http).chain(udp).collect();
    exit::announce(lines.join("\n"), Diagnostics::new(NAME));
    if !server.place().is_local() {
        let warning = "whoever reaches this machine there reads everything, without a password";
        Diagnostics::new(NAME).note(&format_args!("listening on {}: {warning}", server.place()));
    }
}

/// Counts and tells each request.
fn witness(
    served: Telemetry<HttpStats>,
    log: Option<RequestLog>,
) -> impl Fn(&Answered<'_>) + Send + Sync + 'static {
    move |request| {
        served.with(|served| {
            served.requests.incr();
            served.answer.record(request.took);
            if request.status.is_client_error() || request.status.is_server_error() {
                served.refused.incr();
            }
        });
        if let Some(log) = &log {
            log.tell(request);
        }
    }
}
