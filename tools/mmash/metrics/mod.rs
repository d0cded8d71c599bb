//! `/metrics`: what Prometheus scrapes.

mod accept;
mod gather;
mod running;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use clap::ValueEnum;

use super::poller::Poller;
use super::snapshot::Snapshot;
use crate::common::prom::{Format, Limits, Names};
use running::Running;

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
    encoded: Mutex<Encoded>,
}

/// The texts of one look.
#[derive(Debug, Default)]
struct Encoded {
    look: Weak<Snapshot>,
    texts: Vec<(Format, Bytes)>,
    /// As they were given at earlier looks: a metric keeps its name.
    names: Names,
}

impl Metrics {
    /// Of no look yet.
    pub fn new(by: By, buckets: usize) -> Self {
        let limits = Limits::of_buckets(buckets);
        Self { by, limits, running: Mutex::default(), encoded: Mutex::default() }
    }

    /// To be called with each look: what is counted for longer than its file is there.
    pub fn look(&self, snapshot: &Snapshot) {
        if self.by == By::Cmd {
            lock(&self.running).look(snapshot, &self.limits);
        }
    }

    /// The text of a look.
    fn text(&self, snapshot: &Arc<Snapshot>, format: Format) -> Bytes {
        let mut encoded = lock(&self.encoded);
        let Encoded { look, texts, names } = &mut *encoded;
        if look.as_ptr() != Arc::as_ptr(snapshot) {
            *look = Arc::downgrade(snapshot);
            texts.clear();
        }
        if let Some((_, text)) = texts.iter().find(|(known, _)| *known == format) {
            return text.clone();
        }
        let families = gather::gather(snapshot, self.by, &self.limits, &lock(&self.running));
        let mut text = Vec::new();
        families.write(format, names, &mut text).expect("a Vec takes everything");
        let text = Bytes::from(text);
        texts.push((format, text.clone()));
        text
    }
}

/// Nobody panics while locking it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(poller): State<Arc<Poller>>, request: HeaderMap) -> Response {
    let format = accept::format_for(&request);
    let headers = [(CONTENT_TYPE, format.content_type()), (VARY, "Accept")];
    (headers, poller.metrics().text(&poller.snapshot(), format)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_encoded_once_in_each_format() {
        let metrics = Metrics::new(By::Pid, Limits::USUAL);
        let [look, next] = [0, 1].map(|_| Arc::new(Snapshot::default()));
        let text = metrics.text(&look, Format::OpenMetrics);
        assert_eq!(metrics.text(&look, Format::Text), "");
        assert_eq!(metrics.text(&look, Format::OpenMetrics).as_ptr(), text.as_ptr());
        assert_ne!(metrics.text(&next, Format::OpenMetrics).as_ptr(), text.as_ptr());
    }
}
