//! What became of the calls.

use std::sync::atomic::{AtomicU64, Ordering};

/// What became of a call's message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Sent,
    /// An earlier one came back; this one wasn't taken either.
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
/// Of those that were sent: the ones that came back.
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

/// Counts a message that was sent and came back.
pub(crate) fn count_returned() {
    RETURNED.fetch_add(1, Ordering::Relaxed);
}

/// Counts a call that mmstats had no room for.
pub(crate) fn count_unrecorded() {
    UNRECORDED.fetch_add(1, Ordering::Relaxed);
}

/// What became of the calls of this process: how many messages were sent, and how many were not
/// for which reason. Each call that is to be sent counts once.
///
/// A forked child goes on from its parent's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Handed to the network, which may lose them without a word.
    pub sent: u64,
    /// Nobody listens at the address: the other side's kernel said so. It may not say so of each.
    pub refused: u64,
    /// The address of `KODEMON_HOST` isn't known yet, or there is no way to it.
    pub unresolved: u64,
    /// A variable of the environment has an impossible value; [`connect`](crate::connect) says
    /// which.
    pub misconfigured: u64,
    /// The kernel had no room for another message at the moment.
    pub would_block: u64,
    /// The message would have more than 8,192 bytes, which no server takes.
    pub too_large: u64,
    /// A field's value couldn't be serialized.
    pub unserializable: u64,
    /// The operating system refused it for another reason.
    pub failed: u64,
    /// Calls of functions with `stats` that mmstats didn't record, because the thread's file had
    /// no room for another function, or there was none. Beside the other counts.
    pub unrecorded: u64,
}

impl Statistics {
    /// All that were not sent, for whatever reason.
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

/// What became of the calls of this process so far.
pub fn statistics() -> Statistics {
    // Before the sent ones, so that there are no more of these than of those.
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
