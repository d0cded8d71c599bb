//! The server's stats about itself, in stats files like those of any program: `slurpstats` shows
//! them.
//!
//! Each message is counted once under `kodemon.messages`, and once for its fate: refused for one
//! reason, or passed to each store. Each store counts what became of it there.

use std::sync::{Mutex, PoisonError};

use mmstats::{Counter, CreateError, Gauge, MmStats, Published, Timer};
use serde::Serialize;

/// Stats that several threads update, each only now and then.
#[derive(Debug)]
pub struct Telemetry<T>(Mutex<Published<T>>);

impl<T: MmStats> Telemetry<T> {
    /// Publishes stats with this label prefix in the usual directory; if that isn't possible, they
    /// are counted in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the environment has an invalid template for file names.
    pub fn publish(prefix: &str) -> Result<Self, CreateError> {
        let stats = T::options().prefix(prefix).or_private_memory().create()?;
        Ok(Self(Mutex::new(stats)))
    }

    /// Reads or updates several of them together.
    pub fn with<R>(&self, action: impl FnOnce(&T) -> R) -> R {
        action(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stats about received messages.
#[derive(Debug, MmStats)]
pub struct ReceiverStats {
    /// Datagrams received.
    #[mmstats(label = "messages", unit = "messages")]
    pub messages: Counter,
    /// Datagrams that aren't valid messages: not JSON, or a field missing or invalid.
    #[mmstats(label = "refused.malformed", unit = "messages")]
    pub malformed: Counter,
    /// Datagrams larger than a message may be.
    #[mmstats(label = "refused.oversized", unit = "messages")]
    pub oversized: Counter,
    /// Messages older than the retention time, or from the future.
    #[mmstats(label = "refused.time", unit = "messages")]
    pub time: Counter,
    /// Messages with a token that isn't accepted.
    #[mmstats(label = "refused.token", unit = "messages")]
    pub token: Counter,
    /// Messages with a new key or token over the limit.
    #[mmstats(label = "refused.names", unit = "messages")]
    pub names: Counter,
    /// Datagrams dropped by the kernel because a socket's buffer was full; not counted elsewhere.
    #[mmstats(label = "dropped.kernel", unit = "messages")]
    pub dropped: Counter,
    /// Known keys.
    #[mmstats(unit = "keys", aggregate = "max")]
    pub keys: Gauge<u64>,
    /// Known tokens.
    #[mmstats(unit = "tokens", aggregate = "max")]
    pub tokens: Gauge<u64>,
}

/// Stats about a store.
#[derive(Debug, MmStats)]
pub struct StoreStats {
    /// Messages stored.
    #[mmstats(unit = "messages")]
    pub stored: Counter,
    /// Messages dropped because the store's queue was full.
    #[mmstats(unit = "messages")]
    pub dropped: Counter,
    /// Messages refused by the store, or not stored before the shutdown.
    #[mmstats(unit = "messages")]
    pub failed: Counter,
    /// Messages queued for the store.
    #[mmstats(unit = "messages", aggregate = "sum")]
    pub waiting: Gauge<u64>,
    /// Whether the last write succeeded.
    #[mmstats(initial = true)]
    pub writable: Gauge<bool>,
    /// Duration of a write of a batch.
    pub write: Timer,
    /// Failed writes; they are retried.
    #[mmstats(unit = "errors")]
    pub errors: Counter,
}

/// Stats about the page and the API.
#[derive(Debug, MmStats)]
pub struct HttpStats {
    /// Requests answered, including refused ones.
    #[mmstats(unit = "requests")]
    pub requests: Counter,
    /// Requests answered with an error.
    #[mmstats(unit = "requests")]
    pub refused: Counter,
    /// Time until a response could begin.
    pub answer: Timer,
}

impl ReceiverStats {
    /// Number of refused messages by reason.
    pub fn refused(&self) -> [(&'static str, u64); 5] {
        [
            ("malformed", self.malformed.get()),
            ("oversized", self.oversized.get()),
            ("time", self.time.get()),
            ("token", self.token.get()),
            ("names", self.names.get()),
        ]
    }
}

/// What became of the messages that were passed to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StoreCounts {
    /// Stored.
    pub stored: u64,
    /// Dropped because the queue was full.
    pub dropped: u64,
    /// Refused by the store, or not stored before the shutdown.
    pub failed: u64,
    /// Queued.
    pub waiting: u64,
    /// Number of failed writes.
    pub errors: u64,
}

impl StoreCounts {
    /// Reads them from a store's stats.
    pub fn of(stats: &StoreStats) -> Self {
        Self {
            stored: stats.stored.get(),
            dropped: stats.dropped.get(),
            failed: stats.failed.get(),
            waiting: stats.waiting.get(),
            errors: stats.errors.get(),
        }
    }
}
