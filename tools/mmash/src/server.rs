//! Serves until a signal comes.

use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use mmstats::{Update, Watch};
use mmstats_cli::address::Listen;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::log;
use mmstats_web::{AllowedHosts, Limits, RequestLog, RequestSummary, Server, shutdown_signal};
use tokio::task::spawn_blocking;

use crate::args::{Arguments, NAME};
use crate::compat::Settings;
use crate::metrics::Metrics;
use crate::polling::{Poll, Poller};
use crate::recording::RecordingFile;
use crate::routes;
use crate::state::AppState;
use crate::telemetry::Telemetry;

/// How many errors of a poll are reported: anyone who may write into the directory can cause any
/// number.
const MAX_ERRORS: usize = 1_000;

/// Serves until a signal comes. The error is a message.
pub async fn serve(arguments: &Arguments, settings: Settings) -> Result<Outcome, String> {
    log::start(NAME).map_err(|error| format!("can't start a thread: {error}"))?;
    let diagnostics = Diagnostics::new(NAME);
    let address = address(arguments, &settings)?;
    let hosts = AllowedHosts::with(arguments.host.iter().cloned().chain(settings.host));
    let server = Server::listen(address.clone(), hosts, Limits::default()).await;
    let server = server.map_err(|error| format!("can't listen on {address}: {error}"))?;
    if !address.is_local() {
        let warning = "anyone who can reach this address can read every stat, without a password";
        diagnostics.note(&format_args!("listening on {}: {warning}", server.address()));
    }
    let recording = recording(arguments, &diagnostics)?;
    let signal = shutdown_signal().map_err(|error| format!("can't handle signals: {error}"))?;
    let mut locations = arguments.glob.clone();
    if locations.is_empty() {
        locations.extend(settings.glob.map(OsString::from));
    }
    let telemetry = Telemetry::publish().map(Arc::new);
    let telemetry = telemetry
        .inspect_err(|error| diagnostics.note(&format_args!("no telemetry: {error:#}")))
        .ok();
    let metrics = Metrics::new(arguments.metrics_options());
    let watch = Watch::new(locations).owners(arguments.owner.uids.iter().copied());
    let poller = Arc::new(Poller::new(watch.budget(arguments.limits.budget())));
    let state = Arc::new(
        AppState::new(Arc::clone(&poller), metrics, arguments.interval)
            .with_recording(recording.clone()),
    );
    let on_poll = on_poll(Arc::clone(&state), telemetry.clone(), recording.clone());
    poller
        .start(arguments.interval, on_poll)
        .map_err(|error| format!("can't start a thread: {error}"))?;
    exit::announce(server.address().url(), Diagnostics::new(NAME));
    let verbose = arguments.verbose || settings.debug == Some(true);
    let log = verbose.then(|| RequestLog::new(diagnostics));
    let mut outcome = Outcome::Fine;
    let live = Arc::clone(&state.live);
    let shutdown = async {
        outcome = signal.await;
        live.close();
    };
    server
        .on_response(on_response(telemetry, log))
        .serve(routes::router().with_state(state), shutdown)
        .await;
    if let Some(recording) = recording {
        let report = |warning: &str| Diagnostics::new(NAME).note(&warning);
        spawn_blocking(move || recording.finish(report)).await.unwrap_or(Ok(()))?;
    }
    Ok(outcome)
}

/// The file with the history, if one was given.
fn recording(
    arguments: &Arguments,
    diagnostics: &Diagnostics,
) -> Result<Option<Arc<RecordingFile>>, String> {
    let Some(path) = &arguments.history else { return Ok(None) };
    let settings = arguments.recording_settings();
    let file = RecordingFile::open(path, &settings, |warning| diagnostics.note(&warning))?;
    Ok(Some(Arc::new(file)))
}

/// Publishes each poll to those who read it, and reports its errors.
fn on_poll(
    state: Arc<AppState>,
    telemetry: Option<Arc<Telemetry>>,
    recording: Option<Arc<RecordingFile>>,
) -> impl FnMut(Poll<'_>) + Send + 'static {
    let mut diagnostics = Diagnostics::new(NAME);
    move |poll| {
        state.take(&poll);
        report(&poll.update, &mut diagnostics);
        if let Some(telemetry) = &telemetry {
            telemetry.polled(&poll, state.live.open_streams());
        }
        if let Some(recording) = &recording {
            recording.record(&poll.update, |message| diagnostics.note(&message));
        }
        state.poll_ended();
    }
}

/// Reports the errors that are new in a poll.
fn report(update: &Update<'_>, diagnostics: &mut Diagnostics) {
    for error in update.errors().take(MAX_ERRORS) {
        diagnostics.file_error(error.path(), &error.reason());
    }
    let more = update.errors().len().saturating_sub(MAX_ERRORS);
    if more > 0 {
        diagnostics.note(&format_args!("{more} more errors"));
    }
}

/// Counts and logs each request.
fn on_response(
    telemetry: Option<Arc<Telemetry>>,
    log: Option<RequestLog>,
) -> impl Fn(&RequestSummary<'_>) + Send + Sync + 'static {
    move |request| {
        if let Some(telemetry) = &telemetry {
            telemetry.responded(request);
        }
        if let Some(log) = &log {
            log.log(request);
        }
    }
}

/// The address to listen on: that of the arguments, else that of the settings.
fn address(arguments: &Arguments, settings: &Settings) -> Result<Listen, String> {
    if let Some(address) = &arguments.listen {
        return Ok(address.clone());
    }
    let host = settings.host.as_deref().unwrap_or("127.0.0.1");
    let port = settings.port.unwrap_or(5002);
    // As for KODEMON_HOST, a name's IPv4 address is preferred.
    let found = (host, port).to_socket_addrs();
    let found = found.map(|addresses| addresses.min_by_key(SocketAddr::is_ipv6));
    match found {
        Ok(Some(address)) => Ok(address.into()),
        Ok(None) => Err(format!("HOST = {host:?}: no address found")),
        Err(error) => Err(format!("HOST = {host:?}: {error}")),
    }
}
