//! The known senders, and how many of their packets were lost.

use std::mem;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use apmon::wire::Numbering;
use hashlink::LinkedHashMap;
use hashlink::linked_hash_map::RawEntryMut;

use super::sequence::{Arrival, Sequence};

/// Maximum number of known senders; the longest silent goes first.
const MAX_SENDERS: usize = 100_000;

/// What sequence numbers say about packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Missing, less those that arrived after all.
    pub lost: i64,
    /// Arrived after a later one.
    pub late: u64,
    /// Arrived again.
    pub repeated: u64,
    /// How often a sender began to number anew.
    pub renumbered: u64,
}

/// Counts losses for each address, port and instance.
#[derive(Debug)]
pub struct Senders {
    /// The longest silent first.
    known: LinkedHashMap<(SocketAddr, i32), Sender>,
    max: usize,
    expire: Duration,
    /// Since the last [`Self::take_losses`].
    losses: Losses,
}

#[derive(Debug)]
struct Sender {
    sequence: Sequence,
    heard: Instant,
}

impl Senders {
    /// Forgets those that were silent for this long.
    pub fn new(expire: Duration) -> Self {
        Self { known: LinkedHashMap::new(), max: MAX_SENDERS, expire, losses: Losses::default() }
    }

    /// Takes the number of a packet.
    pub fn take(&mut self, from: SocketAddr, numbering: Numbering, now: Instant) {
        let Numbering { instance, sequence } = numbering;
        match self.known.raw_entry_mut().from_key(&(from, instance)) {
            RawEntryMut::Occupied(mut known) => {
                known.to_back();
                let sender = known.into_mut();
                sender.heard = now;
                self.losses.count(sender.sequence.take(sequence));
            }
            RawEntryMut::Vacant(unknown) => {
                let sender = Sender { sequence: Sequence::new(sequence), heard: now };
                unknown.insert((from, instance), sender);
                if self.known.len() > self.max {
                    self.known.pop_front();
                }
            }
        }
    }

    /// Forgets senders that were silent for long.
    pub fn expire(&mut self, now: Instant) {
        let is_expired = |sender: &Sender| now.duration_since(sender.heard) >= self.expire;
        while self.known.front().is_some_and(|(_, sender)| is_expired(sender)) {
            self.known.pop_front();
        }
    }

    /// The losses since the last call.
    pub fn take_losses(&mut self) -> Losses {
        mem::take(&mut self.losses)
    }

    /// The number of known senders.
    pub fn count(&self) -> usize {
        self.known.len()
    }
}

impl Losses {
    fn count(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Next { lost } => self.lost += i64::from(lost),
            Arrival::Late => {
                self.lost -= 1;
                self.late += 1;
            }
            Arrival::Repeated => self.repeated += 1,
            Arrival::Renumbered => self.renumbered += 1,
            Arrival::Early => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPIRE: Duration = Duration::from_secs(10);

    fn senders(max: usize) -> Senders {
        Senders { max, ..Senders::new(EXPIRE) }
    }

    fn take(senders: &mut Senders, port: u16, instance: i32, sequence: i32, now: Instant) {
        let from = SocketAddr::from(([127, 0, 0, 1], port));
        senders.take(from, Numbering { instance, sequence }, now);
    }

    #[test]
    fn each_address_port_and_instance_is_a_sender() {
        let (mut senders, now) = (senders(100), Instant::now());
        for (port, instance) in [(1, 1), (2, 1), (1, 2)] {
            take(&mut senders, port, instance, 7, now);
        }
        let elsewhere = SocketAddr::from(([127, 0, 0, 2], 1));
        senders.take(elsewhere, Numbering { instance: 1, sequence: 7 }, now);
        assert_eq!((senders.count(), senders.take_losses()), (4, Losses::default()));
        for sequence in [9, 8, 9, 7, 1_000_000] {
            take(&mut senders, 1, 2, sequence, now);
        }
        let losses = Losses { lost: 0, late: 1, repeated: 2, renumbered: 1 };
        assert_eq!(senders.take_losses(), losses);
        take(&mut senders, 2, 1, 10, now);
        assert_eq!(senders.take_losses(), Losses { lost: 2, ..Losses::default() });
    }

    #[test]
    fn silent_senders_are_forgotten() {
        let (mut senders, began) = (senders(100), Instant::now());
        take(&mut senders, 1, 1, 1, began);
        take(&mut senders, 2, 1, 1, began);
        take(&mut senders, 1, 1, 2, began + EXPIRE / 2);
        senders.expire(began + EXPIRE / 4 * 3);
        assert_eq!(senders.count(), 2);
        senders.expire(began + EXPIRE);
        assert_eq!(senders.count(), 1);
        // Nothing is missing of a sender that is new again.
        take(&mut senders, 2, 1, 50, began + EXPIRE);
        take(&mut senders, 1, 1, 4, began + EXPIRE);
        assert_eq!(senders.take_losses(), Losses { lost: 1, ..Losses::default() });
        senders.expire(began + 2 * EXPIRE);
        assert_eq!(senders.count(), 0);
    }

    #[test]
    fn beyond_the_maximum_the_longest_silent_goes_first() {
        let (mut senders, now) = (senders(3), Instant::now());
        for instance in [1, 2, 3, 1, 4] {
            take(&mut senders, 1, instance, 1, now);
        }
        let known: Vec<_> = senders.known.keys().map(|(_, instance)| *instance).collect();
        assert_eq!(known, [3, 1, 4]);
    }

    #[test]
    fn random_instances_take_no_further_memory() {
        let (mut senders, now) = (senders(100), Instant::now());
        for instance in 0..10_000 {
            take(&mut senders, 1, instance, 1, now);
        }
        assert_eq!(senders.count(), 100);
        assert!(senders.known.capacity() < 300, "{}", senders.known.capacity());
    }
}
