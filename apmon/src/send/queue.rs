//! The packets that wait for one destination.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What follows a packet's header.
pub(super) type Rest = Box<[u8]>;

/// A bounded queue of packets.
#[derive(Debug, Default)]
pub(super) struct Queue {
    packets: Mutex<Packets>,
    /// The packets in it and the one that is being sent: a packet may pass it by only if there are
    /// none, or the order would change.
    pending: AtomicUsize,
}

#[derive(Debug, Default)]
struct Packets {
    waiting: VecDeque<Rest>,
    is_closed: bool,
}

/// Why a packet isn't queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotQueued {
    Full,
    Closed,
}

impl Queue {
    /// Whether nothing waits or is being sent.
    pub(super) fn is_empty(&self) -> bool {
        self.pending.load(Ordering::Acquire) == 0
    }

    pub(super) fn push(&self, packet: Rest, max: usize) -> Result<(), NotQueued> {
        let mut packets = self.packets();
        if packets.is_closed {
            return Err(NotQueued::Closed);
        }
        if self.pending.load(Ordering::Relaxed) >= max {
            return Err(NotQueued::Full);
        }
        packets.waiting.push_back(packet);
        self.pending.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// The next packet, which stays pending until [`done`](Self::done).
    pub(super) fn pop(&self) -> Option<Rest> {
        self.packets().waiting.pop_front()
    }

    /// The packet that was taken last is sent or dropped.
    pub(super) fn done(&self) {
        self.pending.fetch_sub(1, Ordering::Release);
    }

    /// Takes nothing more, and returns how many packets it had.
    pub(super) fn close(&self) -> usize {
        let mut packets = self.packets();
        packets.is_closed = true;
        let waiting = std::mem::take(&mut packets.waiting);
        self.pending.fetch_sub(waiting.len(), Ordering::Release);
        waiting.len()
    }

    /// Nobody panics while it is locked.
    fn packets(&self) -> MutexGuard<'_, Packets> {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
