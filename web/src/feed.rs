//! What changes, sent to everybody who watches.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
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
    heartbeat: Duration,
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
            heartbeat: HEARTBEAT,
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
        let events = stream::unfold(self.watch()?, |mut watcher| async move {
            let event = watcher.next().await?;
            Some((Ok::<_, Infallible>(event), watcher))
        });
        let headers = [
            (CONTENT_TYPE, "text/event-stream"),
            (CACHE_CONTROL, "no-store"),
            // nginx and its like keep an answer until they have some KiB of it, unless told.
            (HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        Ok((headers, Body::from_stream(events)).into_response())
    }

    fn watch(&self) -> Result<Watcher, TooManyStreams> {
        let permit = Arc::clone(&self.streams).try_acquire_owned().map_err(|_| TooManyStreams)?;
        let mut steps = self.steps.subscribe();
        if steps.borrow().as_ref().is_none_or(|step| step.number > 0) {
            steps.mark_changed();
        }
        Ok(Watcher { steps, seen: 0, heartbeat: self.heartbeat, _permit: permit })
    }
}

/// Who watches, and how far it has seen.
struct Watcher {
    steps: watch::Receiver<Option<Arc<Step>>>,
    seen: u64,
    heartbeat: Duration,
    _permit: OwnedSemaphorePermit,
}

impl Watcher {
    /// The next event; `None` when the feed has ended.
    async fn next(&mut self) -> Option<Bytes> {
        let quiet = Instant::now() + self.heartbeat;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn next(watcher: &mut Watcher) -> Option<String> {
        let event = tokio::time::timeout(Duration::from_mins(1), watcher.next()).await;
        let event = event.expect("something comes")?;
        Some(String::from_utf8(event.to_vec()).expect("a text"))
    }

    /// What comes without waiting.
    async fn at_once(watcher: &mut Watcher) -> Option<String> {
        tokio::select! {
            biased;
            event = next(watcher) => event,
            () = tokio::task::yield_now() => None,
        }
    }

    #[tokio::test]
    async fn who_watches_gets_the_whole_and_then_changes() {
        let feed = Feed::new(1);
        let mut watcher = feed.watch().expect("there is room");
        assert_eq!(at_once(&mut watcher).await, None);
        feed.publish(Some("change 1"), || "whole 1".into());
        assert_eq!(at_once(&mut watcher).await.unwrap(), "event: whole\ndata: whole 1\n\n");
        feed.publish(Some("change 2"), || "whole 2".into());
        assert_eq!(at_once(&mut watcher).await.unwrap(), "event: change\ndata: change 2\n\n");
        feed.publish(None, || "whole 3".into());
        assert_eq!(at_once(&mut watcher).await, None);
        feed.publish(Some("change 4"), || "whole 4".into());
        assert_eq!(at_once(&mut watcher).await.unwrap(), "event: change\ndata: change 4\n\n");
    }

    #[tokio::test]
    async fn who_missed_a_step_gets_the_whole_and_it_is_made_once_for_all() {
        let feed = Feed::new(3);
        let made = Arc::new(AtomicUsize::new(0));
        let publish = |state: usize| {
            let made = Arc::clone(&made);
            feed.publish(Some("change"), move || {
                made.fetch_add(1, Ordering::Relaxed);
                state.to_string()
            });
        };
        let mut watchers = [(); 3].map(|()| feed.watch().expect("there is room"));
        publish(1);
        for watcher in &mut watchers {
            assert_eq!(at_once(watcher).await.unwrap(), "event: whole\ndata: 1\n\n");
        }
        (2..1_000).for_each(publish);
        for watcher in &mut watchers {
            assert_eq!(at_once(watcher).await.unwrap(), "event: whole\ndata: 999\n\n");
            assert_eq!(at_once(watcher).await, None);
        }
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_place_is_taken_until_the_watcher_goes() {
        let feed = Feed::new(2);
        let first = feed.watch().expect("there is room");
        let _second = feed.stream().expect("there is room");
        assert_eq!(feed.watch().err(), Some(TooManyStreams));
        assert_eq!(feed.watching(), 2);
        drop(first);
        assert!(feed.watch().is_ok());
    }

    #[tokio::test]
    async fn it_ends_for_all_and_stays_ended() {
        let feed = Feed::new(2);
        feed.publish(Some("change"), || "whole".into());
        let mut before = feed.watch().expect("there is room");
        feed.end();
        feed.publish(Some("change"), || "whole".into());
        assert_eq!(next(&mut before).await, None);
        assert_eq!(next(&mut feed.watch().expect("there is room")).await, None);
    }

    #[tokio::test]
    async fn something_is_sent_where_steps_have_nothing_new() {
        let feed = Feed { heartbeat: Duration::from_millis(50), ..Feed::new(1) };
        feed.publish(None, || "whole".into());
        let mut watcher = feed.watch().expect("there is room");
        assert!(next(&mut watcher).await.unwrap().starts_with("event: whole"));
        let steps = async {
            for _ in 0..1_000 {
                feed.publish(None, || "whole".into());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            event = next(&mut watcher) => assert_eq!(event.unwrap(), ": nothing new\n\n"),
            () = steps => panic!("nothing came"),
        }
    }
}
