//! The stream of the page's rows, which are made only while somebody watches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::Response;
use mmstats_web::{Feed, TooManyStreams};
use tokio::task::spawn_blocking;

use super::rows::{News, Rows};
use crate::polling::{Poller, Snapshot};

/// How many streams may be open at a time.
const MAX_STREAMS: usize = 128;

/// The stream of the page's rows.
#[derive(Debug)]
pub struct LiveStream {
    feed: Feed,
    rows: Mutex<Rows>,
}

impl Default for LiveStream {
    /// Of no poll yet.
    fn default() -> Self {
        Self { feed: Feed::new(MAX_STREAMS), rows: Mutex::default() }
    }
}

impl LiveStream {
    /// Publishes what has changed since the last poll.
    pub fn publish(&self, snapshot: impl FnOnce() -> Arc<Snapshot>, news: &News<'_>) {
        let mut rows = self.rows();
        if self.feed.open_streams() > 0 {
            rows.publish(&snapshot(), Some(news), &self.feed);
        } else if rows.are_published() {
            // The next stream begins with the poll that is the latest then.
            rows.clear();
            self.feed.withdraw();
        }
    }

    /// Opens a stream. It begins with the whole state at the latest poll.
    ///
    /// # Errors
    ///
    /// Returns an error if too many streams are open.
    pub fn open(self: &Arc<Self>, poller: Arc<Poller>) -> Result<Response, TooManyStreams> {
        let response = self.feed.stream()?;
        let stream = Arc::clone(self);
        // The stream counts as open, so polls that begin now are published.
        spawn_blocking(move || {
            if stream.rows().are_published() {
                return;
            }
            // A poll locks the files first.
            let snapshot = poller.snapshot();
            let mut rows = stream.rows();
            if !rows.are_published() {
                rows.publish(&snapshot, None, &stream.feed);
            }
        });
        Ok(response)
    }

    /// The number of open streams.
    pub fn open_streams(&self) -> usize {
        self.feed.open_streams()
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.feed.close();
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
