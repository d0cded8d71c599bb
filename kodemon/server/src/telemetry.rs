//! What the server counts of itself, in stats files as any program's: `slurpstats` shows them.
//!
//! Each message that came is counted once under `kodemon.messages`, and once for what became of
//! it: refused for one reason, or handed to each store. A store counts what became of it there.

use std::sync::{Mutex, PoisonError};

use mmstats::{Counter, CreateError, Gauge, MmStats, Published, Timer};
use serde::Serialize;

/// Telemetry that several threads write, each only now and then.
#[derive(Debug)]
pub struct Telemetry<T>(Mutex<Published<T>>);

impl<T: MmStats> Telemetry<T> {
    /// Publishes them where programs put theirs; where that can't be, they are counted all the
    /// same. The prefix is that of their labels.
    ///
    /// # Errors
    ///
    /// Where the environment asks for an impossible file name.
    pub fn publish(prefix: &str) -> Result<Self, CreateError> {
        let stats = T::options().prefix(prefix).or_private_memory().create()?;
        Ok(Self(Mutex::new(stats)))
    }

    /// Reads or writes some of them together.
    pub fn with<R>(&self, action: impl FnOnce(&T) -> R) -> R {
        action(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Of the messages that come.
#[derive(Debug, MmStats)]
pub struct ReceiverStats {
    /// Datagrams that came.
    #[mmstats(label = "messages", unit = "messages")]
    pub messages: Counter,
    /// Datagrams that are no message: not JSON, a field missing or wrong.
    #[mmstats(label = "refused.malformed", unit = "messages")]
    pub malformed: Counter,
    /// Datagrams that are longer than a message may be.
    #[mmstats(label = "refused.oversized", unit = "messages")]
    pub oversized: Counter,
    /// Messages from before what is kept, or from the future.
    #[mmstats(label = "refused.time", unit = "messages")]
    pub time: Counter,
    /// Messages with a token that isn't accepted.
    #[mmstats(label = "refused.token", unit = "messages")]
    pub token: Counter,
    /// Messages with a new key or token, where there are as many as may be.
    #[mmstats(label = "refused.names", unit = "messages")]
    pub names: Counter,
    /// Datagrams that the kernel dropped as they weren't fetched in time. They are in no other
    /// figure.
    #[mmstats(label = "dropped.kernel", unit = "messages")]
    pub dropped: Counter,
    /// Functions that are known.
    #[mmstats(unit = "keys", aggregate = "max")]
    pub keys: Gauge<u64>,
    /// Senders that are known.
    #[mmstats(unit = "tokens", aggregate = "max")]
    pub tokens: Gauge<u64>,
}

/// Of a store.
#[derive(Debug, MmStats)]
pub struct StoreStats {
    /// Messages that are stored.
    #[mmstats(unit = "messages")]
    pub stored: Counter,
    /// Messages that found the queue before the store full.
    #[mmstats(unit = "messages")]
    pub dropped: Counter,
    /// Messages that the store refused, or couldn't take before the end.
    #[mmstats(unit = "messages")]
    pub failed: Counter,
    /// Messages that wait for being stored.
    #[mmstats(unit = "messages", aggregate = "sum")]
    pub waiting: Gauge<u64>,
    /// Whether the store could be written the last time.
    #[mmstats(initial = true)]
    pub writable: Gauge<bool>,
    /// Time to store what waited, all of it or none.
    pub write: Timer,
    /// Times that the store couldn't be written; it is tried again.
    #[mmstats(unit = "errors")]
    pub errors: Counter,
}

/// Of the page and the API.
#[derive(Debug, MmStats)]
pub struct HttpStats {
    /// Requests that were answered, refused ones too.
    #[mmstats(unit = "requests")]
    pub requests: Counter,
    /// Requests that were answered with a reason why they aren't met.
    #[mmstats(unit = "requests")]
    pub refused: Counter,
    /// Time until an answer could begin.
    pub answer: Timer,
}

impl ReceiverStats {
    /// How many weren't taken, by reason.
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

/// What became of the messages that were handed to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StoreCounts {
    /// They are stored.
    pub stored: u64,
    /// The queue before the store was full.
    pub dropped: u64,
    /// The store refused them, or couldn't take them before the end.
    pub failed: u64,
    /// They wait.
    pub waiting: u64,
    /// How often the store couldn't be written.
    pub errors: u64,
}

impl StoreCounts {
    /// Of a store's figures.
    pub fn of(telemetry: &StoreStats) -> Self {
        Self {
            stored: telemetry.stored.get(),
            dropped: telemetry.dropped.get(),
            failed: telemetry.failed.get(),
            waiting: telemetry.waiting.get(),
            errors: telemetry.errors.get(),
        }
    }
}
