//! What became of packets and parameters.

use std::sync::atomic::{AtomicU64, Ordering};

use super::fate::{FATES, Fate, LeftOut, REASONS};
use super::stats::{STATS, SendStats};

/// The counts of one process, without a lock.
#[derive(Debug)]
pub(super) struct Counters {
    fates: [AtomicU64; FATES],
    left_out: [AtomicU64; REASONS],
    returned: AtomicU64,
    waiting: AtomicU64,
    /// Whether they are published, too.
    publish: bool,
}

impl Counters {
    pub(super) fn new(publish: bool) -> Self {
        Self {
            fates: [const { AtomicU64::new(0) }; FATES],
            left_out: [const { AtomicU64::new(0) }; REASONS],
            returned: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            publish,
        }
    }

    pub(super) fn fate(&self, fate: Fate) {
        self.fates[fate as usize].fetch_add(1, Ordering::Relaxed);
        self.publish(|stats| stats.fate(fate).incr());
    }

    pub(super) fn left_out(&self, reason: LeftOut) {
        self.left_out[reason as usize].fetch_add(1, Ordering::Relaxed);
        self.publish(|stats| stats.left_out(reason).incr());
    }

    /// An earlier packet, counted as sent, was refused.
    pub(super) fn returned(&self) {
        self.returned.fetch_add(1, Ordering::Relaxed);
        self.publish(|stats| stats.returned.incr());
    }

    pub(super) fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.publish(|stats| stats.waiting.incr());
    }

    /// A packet that waited has its fate.
    pub(super) fn dequeued(&self, fate: Fate) {
        self.fate(fate);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.publish(|stats| stats.waiting.decr());
    }

    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    fn publish(&self, update: impl FnOnce(&SendStats)) {
        if self.publish {
            // Without a file, for an invalid template of file names, nothing is published.
            let _ = STATS.try_with(update);
        }
    }

    pub(super) fn read(&self) -> Counts {
        // Before the fates: a packet that is sent meanwhile counts twice rather than not at all.
        let waiting = self.waiting();
        let fate = |fate| self.fates[fate as usize].load(Ordering::Relaxed);
        let left_out = |reason| self.left_out[reason as usize].load(Ordering::Relaxed);
        Counts {
            sent: fate(Fate::Sent),
            waiting,
            rate_limited: fate(Fate::RateLimited),
            queue_full: fate(Fate::QueueFull),
            no_address: fate(Fate::NoAddress),
            refused: fate(Fate::Refused),
            would_block: fate(Fate::WouldBlock),
            too_large: fate(Fate::TooLarge),
            unreachable: fate(Fate::Unreachable),
            failed: fate(Fate::Failed),
            abandoned: fate(Fate::Abandoned),
            returned: self.returned.load(Ordering::Relaxed),
            parameters_without_name: left_out(LeftOut::NoName),
            parameters_not_finite: left_out(LeftOut::NotFinite),
            parameters_too_large: left_out(LeftOut::TooLarge),
        }
    }
}

/// What became of the packets of this process. Each packet counts once for each destination; the
/// counts of a forked child begin at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Passed to the network, which may lose them silently.
    pub sent: u64,
    /// Queued, and to be sent as soon as the rate allows and an address is known.
    pub waiting: u64,
    /// Dropped as the rate was reached, with [`RateLimit::Drop`](crate::RateLimit::Drop).
    pub rate_limited: u64,
    /// Dropped because the queue was full.
    pub queue_full: u64,
    /// Dropped because the destination had no address yet.
    pub no_address: u64,
    /// Not sent: the other side's kernel had just refused two earlier ones.
    pub refused: u64,
    /// Not sent: the socket's send buffer was full.
    pub would_block: u64,
    /// Not sent: larger than the network takes.
    pub too_large: u64,
    /// Not sent: no route to the destination.
    pub unreachable: u64,
    /// Not sent: another error of the operating system.
    pub failed: u64,
    /// Still queued when the sender was dropped, or its destination left the configuration.
    pub abandoned: u64,
    /// Those of `sent` that the other side's kernel refused: nobody listens there. It may not report
    /// each.
    pub returned: u64,
    /// Parameters that were left out as they had no name.
    pub parameters_without_name: u64,
    /// Parameters that were left out as they were infinite or not a number.
    pub parameters_not_finite: u64,
    /// Parameters that were left out as no packet can hold them.
    pub parameters_too_large: u64,
}

impl Counts {
    /// All packets: those that were sent, that wait, and that were dropped for any reason.
    pub fn packets(&self) -> u64 {
        self.sent + self.waiting + self.not_sent()
    }

    /// The packets that weren't sent and won't be.
    pub fn not_sent(&self) -> u64 {
        self.rate_limited
            + self.queue_full
            + self.no_address
            + self.refused
            + self.would_block
            + self.too_large
            + self.unreachable
            + self.failed
            + self.abandoned
    }
}
