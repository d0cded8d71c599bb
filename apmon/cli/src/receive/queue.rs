//! The accepted packets that wait to be shown, up to a limit.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::packets::Packets;
use super::stats::{Counts, Stats};

/// How much memory waiting packets may take: some 100,000 small ones.
const MAX_SIZE: usize = 16 << 20;

/// The packets that wait.
#[derive(Debug)]
pub struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    max_size: usize,
    stats: Arc<Stats>,
}

#[derive(Debug, Default)]
struct Waiting {
    packets: Packets,
    /// The number of those that were taken and aren't shown yet.
    taken: usize,
    /// Whether a thread waits for packets.
    is_awaited: bool,
    is_closed: bool,
}

impl Waiting {
    fn len(&self) -> u64 {
        (self.packets.len() + self.taken) as u64
    }
}

impl Queue {
    /// Nothing waits yet.
    pub fn new(stats: Arc<Stats>) -> Self {
        Self::with_max_size(stats, MAX_SIZE)
    }

    fn with_max_size(stats: Arc<Stats>, max_size: usize) -> Self {
        Self { waiting: Mutex::default(), arrived: Condvar::new(), max_size, stats }
    }

    /// Adds accepted packets as far as they fit; drops and counts the rest. Empties `packets`, and
    /// publishes what was counted about the batch.
    pub fn push(&self, packets: &mut Packets, counts: &Counts) {
        let accepted = packets.len() as u64;
        let mut waiting = self.lock();
        let dropped = waiting.packets.append(packets, self.max_size) as u64;
        let wakes = waiting.is_awaited && !waiting.packets.is_empty();
        waiting.is_awaited &= !wakes;
        self.stats.with(|stats| {
            stats.add(counts);
            stats.accepted.add(accepted);
            stats.dropped_queue.add(dropped);
            stats.waiting.set(waiting.len());
        });
        drop(waiting);
        if wakes {
            self.arrived.notify_one();
        }
    }

    /// Waits for packets and takes all. Returns whether there are any: there are none once the queue
    /// is closed. `into` must be empty: the two are swapped.
    pub fn take(&self, into: &mut Packets) -> bool {
        let mut waiting = self.lock();
        while waiting.packets.is_empty() {
            if waiting.is_closed {
                return false;
            }
            waiting.is_awaited = true;
            waiting = self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut waiting.packets, into);
        waiting.taken = into.len();
        true
    }

    /// Counts this many of the packets that were taken as shown.
    pub fn count_shown(&self, packets: usize) {
        let mut waiting = self.lock();
        waiting.taken -= packets;
        self.stats.with(|stats| {
            stats.shown.add(packets as u64);
            stats.waiting.set(waiting.len());
        });
    }

    /// Accepts nothing more: whoever takes packets ends when all are taken.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.arrived.notify_all();
    }

    /// How many packets wait or are being shown.
    pub fn waiting(&self) -> u64 {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
