//! What `apmon receive` publishes about itself, as any program does: `slurpstats` shows it.
//!
//! Each packet that was sent is counted once: accepted, rejected for one reason, or dropped by the
//! kernel; and each accepted one once more: shown, dropped by the queue, or waiting.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mmstats::{Counter, CreateError, Gauge, MmStats, Published, UpDownCounter};

use super::senders::Losses;

/// Stats that the threads that receive and show update together.
#[derive(Debug)]
pub struct Stats(Mutex<Published<ReceiveStats>>);

impl Stats {
    /// Publishes them in the usual directory; if that isn't possible, they are counted in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the environment has an invalid template for file names.
    pub fn publish() -> Result<Self, CreateError> {
        Ok(Self(Mutex::new(ReceiveStats::options().or_private_memory().create()?)))
    }

    /// The same in this directory.
    ///
    /// # Errors
    ///
    /// Returns an error if that isn't possible.
    #[cfg(test)]
    pub fn publish_in(directory: &Path) -> Result<Self, CreateError> {
        Ok(Self(Mutex::new(ReceiveStats::options().path(directory).create()?)))
    }

    /// Their file, unless none could be created.
    pub fn path(&self) -> Option<PathBuf> {
        let stats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stats.path().map(Path::to_path_buf)
    }

    /// Reads or updates several of them together.
    pub fn with<R>(&self, action: impl FnOnce(&ReceiveStats) -> R) -> R {
        action(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The stats.
#[derive(Debug, MmStats)]
#[mmstats(prefix = "apmon.receive.")]
pub struct ReceiveStats {
    /// Packets received: accepted and rejected ones.
    #[mmstats(unit = "packets")]
    pub packets: Counter,
    /// Packets accepted: shown, waiting, or dropped because the queue was full.
    #[mmstats(unit = "packets")]
    pub accepted: Counter,
    /// Datagrams that aren't valid packets.
    #[mmstats(label = "rejected.malformed", unit = "packets")]
    pub malformed: Counter,
    /// Packets without the password.
    #[mmstats(label = "rejected.password", unit = "packets")]
    pub password: Counter,
    /// Packets from addresses that aren't allowed.
    #[mmstats(label = "rejected.address", unit = "packets")]
    pub address: Counter,
    /// Packets above the rate of their address.
    #[mmstats(label = "rejected.rate", unit = "packets")]
    pub rate: Counter,
    /// Packets dropped by the kernel because a socket's buffer was full; not counted elsewhere.
    #[mmstats(label = "dropped.kernel", unit = "packets")]
    pub dropped_kernel: Counter,
    /// Accepted packets that were written to stdout, or published.
    #[mmstats(unit = "packets")]
    pub shown: Counter,
    /// Accepted packets dropped because the queue was full: stdout isn't read fast enough.
    #[mmstats(label = "dropped.queue", unit = "packets")]
    pub dropped_queue: Counter,
    /// Accepted packets that wait to be shown.
    #[mmstats(unit = "packets", aggregate = "sum")]
    pub waiting: Gauge<u64>,
    /// Packets missing by their sequence numbers; falls when one arrives late.
    #[mmstats(unit = "packets")]
    pub lost: UpDownCounter,
    /// Packets that arrived after they were counted as lost.
    #[mmstats(unit = "packets")]
    pub late: Counter,
    /// Packets with a sequence number that had arrived before.
    #[mmstats(unit = "packets")]
    pub repeated: Counter,
    /// How often a sender began to number anew.
    #[mmstats(unit = "times")]
    pub renumbered: Counter,
    /// Known senders: addresses, ports and instances.
    #[mmstats(unit = "senders", aggregate = "sum")]
    pub senders: Gauge<u64>,
}

/// What was counted about a batch of datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted and rejected ones.
    pub packets: u64,
    /// Rejected, by reason.
    pub malformed: u64,
    /// Rejected, by reason.
    pub password: u64,
    /// Rejected, by reason.
    pub address: u64,
    /// Rejected, by reason.
    pub rate: u64,
    /// By sequence numbers.
    pub losses: Losses,
    /// How many senders are known now.
    pub senders: u64,
}

impl ReceiveStats {
    /// Adds what was counted about a batch.
    pub fn add(&self, counts: &Counts) {
        let Losses { lost, late, repeated, renumbered } = counts.losses;
        self.packets.add(counts.packets);
        self.malformed.add(counts.malformed);
        self.password.add(counts.password);
        self.address.add(counts.address);
        self.rate.add(counts.rate);
        self.lost.add(lost);
        self.late.add(late);
        self.repeated.add(repeated);
        self.renumbered.add(renumbered);
        self.senders.set(counts.senders);
    }
}
