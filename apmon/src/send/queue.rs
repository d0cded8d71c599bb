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

    /// Appends a packet, unless there are `max`; then it isn't even made.
    pub(super) fn push(&self, max: usize, make: impl FnOnce() -> Rest) -> Result<(), NotQueued> {
        if self.pending.load(Ordering::Relaxed) >= max {
            return Err(NotQueued::Full);
        }
        let packet = make();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(byte: u8) -> Rest {
        [byte].into()
    }

    #[test]
    fn a_packet_that_is_being_sent_still_counts() {
        let queue = Queue::default();
        assert!(queue.is_empty());
        queue.push(2, || rest(1)).unwrap();
        queue.push(2, || rest(2)).unwrap();
        assert_eq!(queue.push(2, || rest(3)), Err(NotQueued::Full));
        assert_eq!(queue.pop(), Some(rest(1)));
        assert_eq!(queue.push(2, || rest(3)), Err(NotQueued::Full));
        queue.done();
        queue.push(2, || rest(3)).unwrap();
        for expected in [2, 3] {
            assert_eq!(queue.pop(), Some(rest(expected)));
            // Or another packet would pass it by.
            assert!(!queue.is_empty());
            queue.done();
        }
        assert!(queue.is_empty() && queue.pop().is_none());
    }

    #[test]
    fn a_closed_queue_is_empty_and_takes_nothing() {
        let queue = Queue::default();
        (0..3).for_each(|byte| queue.push(3, || rest(byte)).unwrap());
        assert_eq!(queue.pop(), Some(rest(0)));
        assert_eq!(queue.close(), 2, "without the one that is being sent");
        assert_eq!(queue.push(3, || rest(3)), Err(NotQueued::Closed));
        assert!(queue.pop().is_none());
        queue.done();
        assert!(queue.is_empty());
        assert_eq!(queue.close(), 0);
    }
}
