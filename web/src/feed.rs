//! What changes, sent to everybody who watches.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// How often something is sent when nothing changes, so that nobody on the way takes the
/// connection for dead, and a client that has gone is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A row of states of one thing, each told as what has changed since the one before.
///
/// ```text
///  publish --> the last step ----> stream     each has seen a step, and takes the change from
///              (change, whole) \-> stream     there, or the whole where it missed one
/// ```
///
/// A change is encoded once, however many watch. Nothing queues up for who reads slowly: it gets
/// the whole state as soon as it reads again.
#[derive(Debug)]
pub struct Feed {
    /// The last step; `None` when the feed has ended.
    steps: watch::Sender<Option<Arc<Step>>>,
    streams: Arc<Semaphore>,
}

struct Step {
    number: u64,
    change: Bytes,
    whole: LazyLock<Bytes, Box<dyn FnOnce() -> Bytes + Send>>,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("number", &self.number).finish_non_exhaustive()
    }
}

/// As many watch as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyStreams;

impl Feed {
    /// A feed that so many may watch at one time, without a state yet.
    pub fn new(streams: usize) -> Self {
        let none =
            Step { number: 0, change: Bytes::new(), whole: LazyLock::new(Box::new(Bytes::new)) };
        Self {
            steps: watch::Sender::new(Some(Arc::new(none))),
            streams: Arc::new(Semaphore::new(streams)),
        }
    }

    /// How many watch.
    pub fn watching(&self) -> usize {
        self.steps.receiver_count()
    }

    /// The next state: what has changed, or `None` if nothing has, and all of it, which is asked
    /// for only where somebody needs it. Both are single lines, such as compact JSON.
    pub fn publish(&self, change: Option<&str>, whole: impl FnOnce() -> String + Send + 'static) {
        let change = change.map_or_else(Bytes::new, |change| event("change", change));
        let whole = LazyLock::new(
            Box::new(move || event("whole", &whole())) as Box<dyn FnOnce() -> Bytes + Send>
        );
        self.steps.send_if_modified(|step| {
            let Some(step) = step else {
                return false;
            };
            *step = Arc::new(Step { number: step.number + 1, change, whole });
            true
        });
    }

    /// Ends all streams, so that a server that ends needn't wait for them. Nothing is told after
    /// that.
    pub fn end(&self) {
        self.steps.send_replace(None);
    }

    /// Server-sent events: one `whole`, then a `change` for each step.
    ///
    /// # Errors
    ///
    /// Where as many watch as may.
    pub fn stream(&self) -> Result<Response, TooManyStreams> {
        let permit = Arc::clone(&self.streams).try_acquire_owned().map_err(|_| TooManyStreams)?;
        let mut steps = self.steps.subscribe();
        if steps.borrow().as_ref().is_none_or(|step| step.number > 0) {
            steps.mark_changed();
        }
        let watcher = Watcher { steps, seen: 0, _permit: permit };
        let events = stream::unfold(watcher, |mut watcher| async move {
            let event = watcher.next().await?;
            Some((Ok::<_, Infallible>(event), watcher))
        });
        let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
        Ok((headers, Body::from_stream(events)).into_response())
    }
}

/// Who watches, and how far it has seen.
struct Watcher {
    steps: watch::Receiver<Option<Arc<Step>>>,
    seen: u64,
    _permit: OwnedSemaphorePermit,
}

impl Watcher {
    /// The next event; `None` when the feed has ended.
    async fn next(&mut self) -> Option<Bytes> {
        let quiet = Instant::now() + HEARTBEAT;
        loop {
            match tokio::time::timeout_at(quiet, self.steps.changed()).await {
                Ok(changed) => changed.ok()?,
                Err(_) => return Some(Bytes::from_static(b": nothing new\n\n")),
            }
            let step = self.steps.borrow_and_update().clone()?;
            let missed = self.seen == 0 || step.number != self.seen + 1;
            self.seen = step.number;
            let event = if missed { LazyLock::force(&step.whole) } else { &step.change };
            if !event.is_empty() {
                return Some(event.clone());
            }
        }
    }
}

fn event(name: &str, line: &str) -> Bytes {
    format!("event: {name}\ndata: {line}\n\n").into()
}
