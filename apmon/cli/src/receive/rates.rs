//! How many packets a second each address may send.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use hashlink::LinkedHashMap;
use hashlink::linked_hash_map::RawEntryMut;

/// Maximum number of known addresses; the longest silent goes first. An address that is forgotten
/// begins with a full second again.
const MAX_ADDRESSES: usize = 100_000;
/// An address that was silent for this long has its whole second again.
const FULL: Duration = Duration::from_secs(1);
/// One packet.
const PACKET: u64 = 1_000_000_000;

/// A bucket for each address: it holds the packets of a second, and is filled by as many a second.
#[derive(Debug)]
pub struct Rates {
    per_second: u64,
    max: usize,
    /// The longest silent first.
    known: LinkedHashMap<IpAddr, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// In billionths of a packet.
    left: u64,
    filled: Instant,
}

impl Rates {
    /// Admits this many packets a second of each address.
    pub fn new(per_second: u32) -> Self {
        Self { per_second: per_second.into(), max: MAX_ADDRESSES, known: LinkedHashMap::new() }
    }

    /// Whether a packet of this address is within its rate.
    pub fn admit(&mut self, address: IpAddr, now: Instant) -> bool {
        let most = self.per_second * PACKET;
        match self.known.raw_entry_mut().from_key(&address) {
            RawEntryMut::Occupied(mut known) => {
                known.to_back();
                known.into_mut().take(self.per_second, most, now)
            }
            RawEntryMut::Vacant(unknown) => {
                unknown.insert(address, Bucket { left: most - PACKET, filled: now });
                if self.known.len() > self.max {
                    self.known.pop_front();
                }
                true
            }
        }
    }

    /// Forgets addresses whose bucket is full.
    pub fn expire(&mut self, now: Instant) {
        let is_full = |bucket: &Bucket| now.duration_since(bucket.filled) >= FULL;
        while self.known.front().is_some_and(|(_, bucket)| is_full(bucket)) {
            self.known.pop_front();
        }
    }
}

impl Bucket {
    fn take(&mut self, per_second: u64, most: u64, now: Instant) -> bool {
        let elapsed = now.duration_since(self.filled).min(FULL).as_nanos() as u64;
        self.left = most.min(self.left + elapsed * per_second);
        self.filled = now;
        let is_admitted = self.left >= PACKET;
        if is_admitted {
            self.left -= PACKET;
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn admitted(rates: &mut Rates, packets: u32, now: Instant) -> usize {
        (0..packets).filter(|_| rates.admit(ADDRESS, now)).count()
    }

    #[test]
    fn a_second_may_come_at_once_and_is_paid_for_by_silence() {
        for per_second in [1, 3, 50, 999_999] {
            let (mut rates, began) = (Rates::new(per_second), Instant::now());
            assert_eq!(admitted(&mut rates, per_second + 1, began), per_second as usize);
            let half = began + Duration::from_millis(500);
            assert_eq!(admitted(&mut rates, per_second, half), per_second as usize / 2);
            let long = began + Duration::from_hours(24 * 365);
            assert_eq!(admitted(&mut rates, per_second + 1, long), per_second as usize);
        }
    }

    #[test]
    fn a_steady_sender_gets_its_rate_exactly() {
        let (mut rates, began) = (Rates::new(7), Instant::now());
        let at = |milliseconds| began + Duration::from_millis(milliseconds);
        let steady = (0..10_000).filter(|time| rates.admit(ADDRESS, at(*time))).count();
        // The first second at once, then 7 each in nearly ten.
        assert_eq!(steady, 7 + 69);
    }

    #[test]
    fn each_address_has_its_own_and_few_are_known() {
        let (mut rates, now) = (Rates { max: 3, ..Rates::new(1) }, Instant::now());
        let address = |last| IpAddr::from([192, 0, 2, last]);
        for (last, is_admitted) in [(1, true), (2, true), (3, true), (1, false), (4, true)] {
            assert_eq!(rates.admit(address(last), now), is_admitted);
        }
        assert!(!rates.admit(address(1), now));
        assert!(rates.admit(address(2), now), "the longest silent was forgotten");
        assert_eq!(rates.known.len(), 3);
        rates.expire(now + FULL);
        assert_eq!(rates.known.len(), 0);
    }
}
