//! The accepted packets that wait to be shown, up to a limit.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
        self.take_until(into, None)
    }

    /// The same, but returns without packets at `deadline`. Returns `false` only if there are none and
    /// the queue is closed.
    pub fn take_until(&self, into: &mut Packets, deadline: Option<Instant>) -> bool {
        let mut waiting = self.lock();
        while waiting.packets.is_empty() {
            if waiting.is_closed {
                return false;
            }
            waiting.is_awaited = true;
            waiting = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return true,
                Some(left) => {
                    let woken = self.arrived.wait_timeout(waiting, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
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

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::packets::Received;
    use super::*;

    fn stats() -> Arc<Stats> {
        let directory = tempfile::tempdir().unwrap();
        Arc::new(Stats::publish_in(directory.path()).unwrap())
    }

    fn packets(count: usize) -> Packets {
        let mut packets = Packets::default();
        for _ in 0..count {
            packets.push(Received { bytes: b"packet", from: ([127, 0, 0, 1], 1).into(), at: 0.0 });
        }
        packets
    }

    /// Accepted, shown, dropped, waiting.
    fn counts(stats: &Stats) -> [u64; 4] {
        stats.with(|stats| {
            [
                stats.accepted.get(),
                stats.shown.get(),
                stats.dropped_queue.get(),
                stats.waiting.get(),
            ]
        })
    }

    #[test]
    fn each_accepted_packet_waits_is_shown_or_is_dropped() {
        let stats = stats();
        let queue = Queue::with_max_size(Arc::clone(&stats), packets(10).size());
        let counted = Counts { packets: 9, malformed: 2, ..Counts::default() };
        queue.push(&mut packets(7), &counted);
        assert_eq!(counts(&stats), [7, 0, 0, 7]);
        queue.push(&mut packets(7), &counted);
        assert_eq!(counts(&stats), [14, 0, 4, 10]);
        let mut taken = Packets::default();
        assert!(queue.take(&mut taken));
        // They wait until they are shown, but make room for others.
        queue.push(&mut packets(10), &counted);
        assert_eq!((counts(&stats), taken.len()), ([24, 0, 4, 20], 10));
        queue.count_shown(3);
        assert_eq!(counts(&stats), [24, 3, 4, 17]);
        queue.count_shown(7);
        assert_eq!((counts(&stats), queue.waiting()), ([24, 10, 4, 10], 10));
        assert_eq!(stats.with(|stats| (stats.packets.get(), stats.malformed.get())), (27, 6));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(stats());
        queue.push(&mut packets(1), &Counts::default());
        queue.close();
        let mut taken = Packets::default();
        assert!(queue.take(&mut taken));
        taken.clear();
        assert!(!queue.take(&mut taken));
    }

    #[test]
    fn nobody_waits_beyond_a_deadline() {
        let queue = Queue::new(stats());
        let mut taken = Packets::default();
        let deadline = Instant::now() + Duration::from_millis(20);
        assert!(queue.take_until(&mut taken, Some(deadline)));
        assert!(taken.is_empty() && Instant::now() >= deadline);
        queue.push(&mut packets(1), &Counts::default());
        assert!(queue.take_until(&mut taken, Some(deadline)));
        assert_eq!(taken.len(), 1);
        taken.clear();
        queue.close();
        assert!(!queue.take_until(&mut taken, Some(deadline)));
    }

    #[test]
    fn whoever_waits_is_woken_by_packets_and_by_the_end() {
        let queue = Queue::new(stats());
        thread::scope(|scope| {
            let shown = scope.spawn(|| {
                let (mut taken, mut all) = (Packets::default(), 0);
                while queue.take(&mut taken) {
                    all += taken.len();
                    queue.count_shown(taken.len());
                    taken.clear();
                }
                all
            });
            for _ in 0..1_000 {
                queue.push(&mut packets(3), &Counts::default());
                // Without packets nobody is woken, and nobody is forgotten.
                queue.push(&mut packets(0), &Counts::default());
                while queue.waiting() > 0 {
                    thread::yield_now();
                }
            }
            queue.close();
            assert_eq!(shown.join().unwrap(), 3_000);
        });
    }
}
