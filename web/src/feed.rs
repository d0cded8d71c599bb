//! A live feed: server-sent events for any number of subscribers.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::problem::Problem;

/// How often something is sent while nothing changes, so that no proxy takes the connection for
/// dead, and a client that is gone is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A state that is published again and again, each time with what changed.
///
/// ```text
///  publish --> latest update ----> stream     each gets the change, or the whole state if it
///              (change, whole) \-> stream     missed an update
/// ```
///
/// A change is encoded once, however many subscribers there are. Nothing queues up for one that
/// reads slowly: it gets the whole state as soon as it reads again.
#[derive(Debug)]
pub struct Feed {
    /// The latest update; `None` when the feed is closed.
    updates: watch::Sender<Option<Arc<Update>>>,
    limit: usize,
    streams: Arc<Semaphore>,
    heartbeat: Duration,
}

struct Update {
    number: u64,
    change: Bytes,
    /// `None` before the first state is published, and after it was withdrawn.
    whole: Option<Whole>,
}

/// The whole state, encoded when a stream needs it.
type Whole = LazyLock<Bytes, Box<dyn FnOnce() -> Bytes + Send>>;

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").field("number", &self.number).finish_non_exhaustive()
    }
}

/// As many streams are open as the limit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyStreams {
    /// The limit.
    pub limit: usize,
}

impl fmt::Display for TooManyStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many open streams (limit {}); close one", self.limit)
    }
}

impl Error for TooManyStreams {}

impl From<TooManyStreams> for Problem {
    fn from(error: TooManyStreams) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl Feed {
    /// A feed without a state yet, with at most this many open streams.
    pub fn new(limit: usize) -> Self {
        let none = Update { number: 0, change: Bytes::new(), whole: None };
        Self {
            updates: watch::Sender::new(Some(Arc::new(none))),
            limit,
            streams: Arc::new(Semaphore::new(limit)),
            heartbeat: HEARTBEAT,
        }
    }

    /// The number of open streams.
    pub fn open_streams(&self) -> usize {
        self.updates.receiver_count()
    }

    /// Publishes the next state: what has changed, or `None` if nothing has, and the whole state,
    /// which is encoded only if a stream needs it. Both are single lines, such as compact JSON.
    pub fn publish(&self, change: Option<&str>, whole: impl FnOnce() -> String + Send + 'static) {
        let change = change.map_or_else(Bytes::new, |change| event("change", change));
        self.update(change, Some(LazyLock::new(Box::new(move || event("whole", &whole())))));
    }

    /// Drops the state: a stream that is opened now waits for the next one. While no stream is
    /// open, whoever publishes need not make what nobody reads.
    pub fn withdraw(&self) {
        self.update(Bytes::new(), None);
    }

    fn update(&self, change: Bytes, whole: Option<Whole>) {
        self.updates.send_if_modified(|update| {
            let Some(update) = update else {
                return false;
            };
            *update = Arc::new(Update { number: update.number + 1, change, whole });
            true
        });
    }

    /// Ends all streams, so that a server that shuts down needn't wait for them. Nothing is published
    /// after that.
    pub fn close(&self) {
        self.updates.send_replace(None);
    }

    /// Opens a stream of server-sent events: one `whole`, then a `change` for each update.
    ///
    /// # Errors
    ///
    /// Returns an error if too many streams are open.
    pub fn stream(&self) -> Result<Response, TooManyStreams> {
        let events = stream::unfold(self.subscribe()?, |mut subscriber| async move {
            let event = subscriber.next().await?;
            Some((Ok::<_, Infallible>(event), subscriber))
        });
        let headers = [
            (CONTENT_TYPE, "text/event-stream"),
            (CACHE_CONTROL, "no-store"),
            // Proxies like nginx buffer a response by default.
            (HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        Ok((headers, Body::from_stream(events)).into_response())
    }

    fn subscribe(&self) -> Result<Subscriber, TooManyStreams> {
        let permit = Arc::clone(&self.streams).try_acquire_owned();
        let permit = permit.map_err(|_| TooManyStreams { limit: self.limit })?;
        let mut updates = self.updates.subscribe();
        updates.mark_changed();
        Ok(Subscriber { updates, seen: 0, heartbeat: self.heartbeat, _permit: permit })
    }
}

/// A stream, and the number of the last update that it has seen.
struct Subscriber {
    updates: watch::Receiver<Option<Arc<Update>>>,
    seen: u64,
    heartbeat: Duration,
    _permit: OwnedSemaphorePermit,
}

impl Subscriber {
    /// The next event; `None` when the feed is closed.
    async fn next(&mut self) -> Option<Bytes> {
        let due = Instant::now() + self.heartbeat;
        loop {
            match tokio::time::timeout_at(due, self.updates.changed()).await {
                Ok(changed) => changed.ok()?,
                Err(_) => return Some(Bytes::from_static(b": nothing new\n\n")),
            }
            let update = self.updates.borrow_and_update().clone()?;
            let Some(whole) = &update.whole else {
                self.seen = 0;
                continue;
            };
            let missed = self.seen == 0 || update.number != self.seen + 1;
            self.seen = update.number;
            let event = if missed { LazyLock::force(whole) } else { &update.change };
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

    async fn next(subscriber: &mut Subscriber) -> Option<String> {
        let event = tokio::time::timeout(Duration::from_mins(1), subscriber.next()).await;
        let event = event.expect("something comes")?;
        Some(String::from_utf8(event.to_vec()).expect("a text"))
    }

    /// What is there without waiting.
    async fn ready(subscriber: &mut Subscriber) -> Option<String> {
        tokio::select! {
            biased;
            event = next(subscriber) => event,
            () = tokio::task::yield_now() => None,
        }
    }

    #[tokio::test]
    async fn a_subscriber_gets_the_whole_and_then_changes() {
        let feed = Feed::new(1);
        let mut subscriber = feed.subscribe().expect("below the limit");
        assert_eq!(ready(&mut subscriber).await, None);
        feed.publish(Some("change 1"), || "whole 1".into());
        assert_eq!(ready(&mut subscriber).await.unwrap(), "event: whole\ndata: whole 1\n\n");
        feed.publish(Some("change 2"), || "whole 2".into());
        assert_eq!(ready(&mut subscriber).await.unwrap(), "event: change\ndata: change 2\n\n");
        feed.publish(None, || "whole 3".into());
        assert_eq!(ready(&mut subscriber).await, None);
        feed.publish(Some("change 4"), || "whole 4".into());
        assert_eq!(ready(&mut subscriber).await.unwrap(), "event: change\ndata: change 4\n\n");
    }

    #[tokio::test]
    async fn who_missed_an_update_gets_the_whole_and_it_is_encoded_once() {
        let feed = Feed::new(3);
        let made = Arc::new(AtomicUsize::new(0));
        let publish = |state: usize| {
            let made = Arc::clone(&made);
            feed.publish(Some("change"), move || {
                made.fetch_add(1, Ordering::Relaxed);
                state.to_string()
            });
        };
        let mut subscribers = [(); 3].map(|()| feed.subscribe().expect("below the limit"));
        publish(1);
        for subscriber in &mut subscribers {
            assert_eq!(ready(subscriber).await.unwrap(), "event: whole\ndata: 1\n\n");
        }
        (2..1_000).for_each(publish);
        for subscriber in &mut subscribers {
            assert_eq!(ready(subscriber).await.unwrap(), "event: whole\ndata: 999\n\n");
            assert_eq!(ready(subscriber).await, None);
        }
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_state_that_was_withdrawn_is_sent_to_nobody() {
        let feed = Feed::new(2);
        feed.publish(Some("change 1"), || "whole 1".into());
        let mut before = feed.subscribe().expect("below the limit");
        assert_eq!(ready(&mut before).await.unwrap(), "event: whole\ndata: whole 1\n\n");
        feed.withdraw();
        let mut after = feed.subscribe().expect("below the limit");
        assert_eq!((ready(&mut before).await, ready(&mut after).await), (None, None));
        feed.publish(Some("change 3"), || "whole 3".into());
        for subscriber in [&mut before, &mut after] {
            assert_eq!(ready(subscriber).await.unwrap(), "event: whole\ndata: whole 3\n\n");
        }
        feed.publish(Some("change 4"), || "whole 4".into());
        assert_eq!(ready(&mut after).await.unwrap(), "event: change\ndata: change 4\n\n");
    }

    #[tokio::test]
    async fn a_stream_counts_until_it_is_dropped() {
        let feed = Feed::new(2);
        let first = feed.subscribe().expect("below the limit");
        let _second = feed.stream().expect("below the limit");
        assert_eq!(feed.subscribe().err(), Some(TooManyStreams { limit: 2 }));
        assert_eq!(feed.open_streams(), 2);
        drop(first);
        assert!(feed.subscribe().is_ok());
    }

    #[tokio::test]
    async fn it_is_closed_for_all_and_stays_closed() {
        let feed = Feed::new(2);
        feed.publish(Some("change"), || "whole".into());
        let mut before = feed.subscribe().expect("below the limit");
        feed.close();
        feed.publish(Some("change"), || "whole".into());
        assert_eq!(next(&mut before).await, None);
        assert_eq!(next(&mut feed.subscribe().expect("below the limit")).await, None);
    }

    #[tokio::test]
    async fn heartbeats_are_sent_while_updates_have_no_change() {
        let feed = Feed { heartbeat: Duration::from_millis(50), ..Feed::new(1) };
        feed.publish(None, || "whole".into());
        let mut subscriber = feed.subscribe().expect("below the limit");
        assert!(next(&mut subscriber).await.unwrap().starts_with("event: whole"));
        let updates = async {
            for _ in 0..1_000 {
                feed.publish(None, || "whole".into());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            event = next(&mut subscriber) => assert_eq!(event.unwrap(), ": nothing new\n\n"),
            () = updates => panic!("nothing came"),
        }
    }
}
