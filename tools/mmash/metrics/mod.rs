//! `/metrics`: what Prometheus scrapes.

mod accept;
mod encoded;
mod gather;
mod running;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::ValueEnum;
use tokio::task::spawn_blocking;
use web::{Problem, body_of_parts};

use super::poller::Poller;
use super::snapshot::Snapshot;
use crate::common::prom::{Format, Limits};
use encoded::{Encoded, Text};
use running::Running;

/// How old the values are: an alert on it tells that mmash doesn't read the files any more.
const AGE: &str = "mmstats_scrape_age_seconds";

/// Whose stats are one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// A program's, whichever of its processes: label cmd; what they have counted stays in the
    /// sum when one ends, until mmash ends
    Cmd,
    /// A process's, whichever of its threads: labels cmd and pid
    Pid,
    /// A thread's: labels cmd, pid and tid
    Tid,
}

/// The text that is scraped, encoded once a look in each format that is asked for.
#[derive(Debug)]
pub struct Metrics {
    by: By,
    limits: Limits,
    running: Mutex<Running>,
    encoded: Arc<tokio::sync::Mutex<Encoded>>,
}

impl Metrics {
    /// Of no look yet.
    pub fn new(by: By, buckets: usize) -> Self {
        let limits = Limits::of_buckets(buckets);
        Self { by, limits, running: Mutex::default(), encoded: Arc::default() }
    }

    /// To be called with each look: what is counted for longer than its file is there.
    pub fn look(&self, snapshot: &Snapshot) {
        if self.by == By::Cmd {
            lock(&self.running).look(snapshot, &self.limits);
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
        let Metrics { by, limits, running, .. } = poller.metrics();
        let gather = |look: &Snapshot| gather::gather(look, *by, limits, &lock(running));
        encoded.encode(&poller.snapshot(), format, gather)
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
    let format = accept::format_for(&request);
    let text = text(poller, format).await?;
    let headers = [(CONTENT_TYPE, format.content_type()), (VARY, "Accept")];
    Ok((headers, body_of_parts(age(&text), text.bytes)).into_response())
}

/// How old the values are at this moment, as both formats have it.
fn age(text: &Text) -> String {
    let seconds = text.taken.elapsed().as_secs_f64();
    format!(
        "# HELP {AGE} How long ago mmash began to read the files whose values these are.\n\
         # TYPE {AGE} gauge\n{AGE} {seconds:?}\n"
    )
}
