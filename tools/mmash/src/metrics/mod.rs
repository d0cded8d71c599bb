//! `/metrics`: what Prometheus scrapes.

mod counted;
mod cumulative;
mod encoded;
mod gather;
mod processes;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use clap::ValueEnum;
use mmstats_tools::common::prom::{AGE, Format, Limits};
use mmstats_web::{Exposition, Problem, body_of_parts};
use tokio::task::spawn_blocking;

use crate::polling::Poller;
use crate::polling::Snapshot;
use cumulative::Running;
use encoded::{Encoded, Text};

/// Whose stats are one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// A program's, whichever of its processes: label cmd; counts what is new since mmash began, and
    /// keeps it when a process ends; suits programs that live shortly
    Cmd,
    /// A process's, whichever of its threads: labels cmd, pid, and pidns where the pid is of another
    /// namespace
    Pid,
    /// A thread's: the same, and tid
    Tid,
}

/// How many bytes of text a look has at most, in either format.
const ROOM: usize = 64 << 20;

/// What is scraped.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Whose stats are one sample.
    pub by: By,
    /// Where the buckets of histograms end.
    pub limits: Limits,
    /// Whether texts that change are samples.
    pub texts: bool,
}

/// The text that is scraped, encoded once a look in each format that is asked for.
#[derive(Debug)]
pub struct Metrics {
    choice: Choice,
    running: Mutex<Running>,
    encoded: Arc<tokio::sync::Mutex<Encoded>>,
}

impl Metrics {
    /// Of no look yet.
    pub fn new(choice: Choice) -> Self {
        Self { choice, running: Mutex::default(), encoded: Arc::default() }
    }

    /// To be called with each look: what is counted for longer than its file is there.
    pub fn look(&self, snapshot: &Snapshot) {
        if self.choice.by == By::Cmd {
            lock(&self.running).look(snapshot, &self.choice.limits);
        }
    }
}

/// The text of the present look or of a later one. It is encoded in a thread of its own, so that
/// other requests are answered meanwhile, and one at a time: whoever asks while a look is encoded
/// waits for that text.
async fn text(poller: Arc<Poller>, format: Format) -> Result<Text, Problem> {
    let asked = poller.snapshot().taken;
    let encoded = Arc::clone(&poller.metrics().encoded);
    // The thread has the lock, so that it encodes alone even if this client has gone.
    let mut encoded = encoded.lock_owned().await;
    if let Some(text) = encoded.text(asked, format) {
        return Ok(text);
    }
    let encode = move || {
        let Metrics { choice, running, .. } = poller.metrics();
        let gather = |look: &Snapshot| gather::gather(look, choice, &lock(running));
        encoded.encode(&poller.snapshot(), format, ROOM, gather)
    };
    let failed = |error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}"));
    spawn_blocking(encode).await.map_err(failed)
}

/// Nobody panics while locking it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(
    State(poller): State<Arc<Poller>>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let exposition = Exposition::wanted(&request);
    let format = match exposition {
        Exposition::Text => Format::Text,
        Exposition::OpenMetrics => Format::OpenMetrics,
    };
    let text = text(poller, format).await?;
    Ok(exposition.answer(body_of_parts(age(&text), text.bytes)))
}

/// How old the values are at this moment, as both formats have it.
fn age(text: &Text) -> String {
    let seconds = text.taken.elapsed().as_secs_f64();
    format!(
        "# HELP {AGE} How long ago mmash began to read the files whose values these are.\n\
         # TYPE {AGE} gauge\n{AGE} {seconds:?}\n"
    )
}
