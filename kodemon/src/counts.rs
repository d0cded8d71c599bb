//! Counts what became of the calls.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Sent,
    /// An earlier one was refused, and so was this one.
    Refused,
    Unresolved,
    Misconfigured,
    WouldBlock,
    TooLarge,
    Unserializable,
    Failed,
}

const OUTCOMES: usize = Outcome::Failed as usize + 1;

static COUNTS: [AtomicU64; OUTCOMES] = [const { AtomicU64::new(0) }; OUTCOMES];
/// Messages that were sent, and then refused by the other side's kernel.
static RETURNED: AtomicU64 = AtomicU64::new(0);
static UNRECORDED: AtomicU64 = AtomicU64::new(0);

impl Outcome {
    pub(crate) fn count(self) {
        COUNTS[self as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn total(self) -> u64 {
        COUNTS[self as usize].load(Ordering::Relaxed)
    }
}

/// Counts a message that was sent, then refused.
pub(crate) fn count_returned() {
    RETURNED.fetch_add(1, Ordering::Relaxed);
}

/// Counts a call that mmstats couldn't record.
pub(crate) fn count_unrecorded() {
    UNRECORDED.fetch_add(1, Ordering::Relaxed);
}

/// Counts of the messages of this process: how many were sent, and how many weren't, by reason. Each
/// call counts once.
///
/// A forked child continues from its parent's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Passed to the network, which may lose them silently.
    pub sent: u64,
    /// Refused by the other side's kernel: nobody listens there. It may not report each message.
    pub refused: u64,
    /// The address of `KODEMON_HOST` isn't known yet, or isn't reachable.
    pub unresolved: u64,
    /// An environment variable is invalid; [`connect`](crate::connect) returns which.
    pub misconfigured: u64,
    /// The kernel's send buffer was full.
    pub would_block: u64,
    /// The message would have more than 8,192 bytes, the limit of servers.
    pub too_large: u64,
    /// A field's value couldn't be serialized.
    pub unserializable: u64,
    /// Another error of the operating system.
    pub failed: u64,
    /// Calls of functions with `stats` that mmstats didn't record, because the thread had no file or
    /// its file had no space for another function. Independent of the other counts.
    pub unrecorded: u64,
}

impl Statistics {
    /// All messages that weren't sent.
    pub fn not_sent(&self) -> u64 {
        self.refused
            + self.unresolved
            + self.misconfigured
            + self.would_block
            + self.too_large
            + self.unserializable
            + self.failed
    }
}

/// Returns the counts of this process so far.
pub fn statistics() -> Statistics {
    // Read first, so that it isn't greater than the number of sent ones.
    let returned = RETURNED.load(Ordering::Relaxed);
    Statistics {
        sent: Outcome::Sent.total().saturating_sub(returned),
        refused: Outcome::Refused.total() + returned,
        unresolved: Outcome::Unresolved.total(),
        misconfigured: Outcome::Misconfigured.total(),
        would_block: Outcome::WouldBlock.total(),
        too_large: Outcome::TooLarge.total(),
        unserializable: Outcome::Unserializable.total(),
        failed: Outcome::Failed.total(),
        unrecorded: UNRECORDED.load(Ordering::Relaxed),
    }
}
