//! The sequence numbers of one sender: which are missing, late or repeated.

/// How many numbers are remembered: the newest one and those before it.
const WINDOW: u32 = u64::BITS;
/// The most that a number may be ahead of the newest one.
const MAX_AHEAD: i64 = 100_000;
/// Senders count modulo this number.
const MODULUS: i64 = 2_000_000_000;

/// What a sequence number says about the packets before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is the newest one; this many directly before it are missing.
    Next {
        /// How many.
        lost: u32,
    },
    /// It was missing.
    Late,
    /// It has arrived before.
    Repeated,
    /// It is from before the first one that was seen, and wasn't expected any more.
    Early,
    /// It is out of range of the newest one: the sender numbers anew. Nothing is missing.
    Renumbered,
}

/// The newest sequence number of a sender, and what is known about the 63 before it.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    newest: i32,
    /// Bit 0 is the newest number, bit 1 the one before it.
    arrived: u64,
    /// Those after the first one: what hasn't arrived of them is counted as lost.
    expected: u64,
}

impl Sequence {
    /// Begins with this number. Whatever came before isn't missing: the receiver may have started
    /// later than the sender.
    pub fn new(first: i32) -> Self {
        Self { newest: first, arrived: 1, expected: 0 }
    }

    /// Takes the next number that arrived.
    pub fn take(&mut self, number: i32) -> Arrival {
        match distance(self.newest, number) {
            ahead @ 1..=MAX_AHEAD => self.advance(number, ahead as u32),
            behind if behind <= 0 && -behind < i64::from(WINDOW) => self.look_back(1 << -behind),
            _ => {
                *self = Self::new(number);
                Arrival::Renumbered
            }
        }
    }

    fn advance(&mut self, number: i32, ahead: u32) -> Arrival {
        self.newest = number;
        self.arrived = shifted(self.arrived, ahead) | 1;
        // Also those between the old newest number and this one.
        self.expected = shifted(self.expected, ahead) | !shifted(u64::MAX, ahead);
        Arrival::Next { lost: ahead - 1 }
    }

    fn look_back(&mut self, bit: u64) -> Arrival {
        if self.arrived & bit != 0 {
            return Arrival::Repeated;
        }
        self.arrived |= bit;
        if self.expected & bit == 0 { Arrival::Early } else { Arrival::Late }
    }
}

/// Shifts out of the window what is too old.
fn shifted(bits: u64, by: u32) -> u64 {
    bits.checked_shl(by).unwrap_or(0)
}

/// How far `to` is ahead of `from`; negative if it is behind.
fn distance(from: i32, to: i32) -> i64 {
    let ahead = i64::from(to) - i64::from(from);
    let [from_16, to_16] = [from, to].map(i16::try_from);
    if let (Ok(from), Ok(to)) = (from_16, to_16)
        && (from < 0) != (to < 0)
    {
        // The current C++ sender has numbers of 16 bits: -32,768 follows 32,767. Only such a sender
        // goes below 0, so nothing else is mistaken for that.
        return to.wrapping_sub(from).into();
    }
    let is_modular = |number: i32| (0..MODULUS).contains(&number.into());
    if !is_modular(from) || !is_modular(to) {
        return ahead;
    }
    match ahead {
        _ if ahead > MODULUS / 2 => ahead - MODULUS,
        _ if ahead < -MODULUS / 2 => ahead + MODULUS,
        _ => ahead,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use Arrival::{Early, Late, Next, Renumbered, Repeated};

    /// What becomes of numbers after the first one.
    fn arrivals(numbers: &[i32]) -> Vec<Arrival> {
        let mut sequence = Sequence::new(numbers[0]);
        numbers[1..].iter().map(|number| sequence.take(*number)).collect()
    }

    const NEXT: Arrival = Next { lost: 0 };

    #[test]
    fn gaps_are_lost_until_they_arrive() {
        assert_eq!(
            arrivals(&[1, 2, 5, 3, 3, 4, 6]),
            [NEXT, Next { lost: 2 }, Late, Repeated, Late, NEXT]
        );
        assert_eq!(arrivals(&[7, 7]), [Repeated]);
    }

    /// The receiver may have started after the sender.
    #[test]
    fn numbers_before_the_first_one_are_not_missing() {
        assert_eq!(
            arrivals(&[10, 9, 9, 12, 8, 11]),
            [Early, Repeated, Next { lost: 1 }, Early, Late]
        );
    }

    #[test]
    fn the_window_has_64_numbers() {
        assert_eq!(arrivals(&[1, 65, 2]), [Next { lost: 63 }, Late]);
        assert_eq!(arrivals(&[1, 66, 2]), [Next { lost: 64 }, Renumbered]);
        assert_eq!(arrivals(&[1, 64, 1, 65]), [Next { lost: 62 }, Repeated, NEXT]);
        assert_eq!(arrivals(&[1, 200, 137, 136]), [Next { lost: 198 }, Late, Renumbered]);
    }

    #[test]
    fn a_jump_out_of_range_is_a_new_numbering() {
        assert_eq!(arrivals(&[1, 100_001]), [Next { lost: 99_999 }]);
        assert_eq!(arrivals(&[1, 100_002, 100_003, 100_005]), [Renumbered, NEXT, Next { lost: 1 }]);
        assert_eq!(arrivals(&[5_000, 1, 2, 1]), [Renumbered, NEXT, Repeated]);
        assert_eq!(arrivals(&[1, i32::MIN, i32::MAX, 1]), [Renumbered; 3]);
    }

    #[test]
    fn numbering_goes_on_from_0_after_the_last_number() {
        assert_eq!(arrivals(&[1_999_999_999, 0, 1]), [NEXT; 2]);
        assert_eq!(arrivals(&[1_999_999_998, 1, 0, 1_999_999_999]), [Next { lost: 2 }, Late, Late]);
        // Not a number of ours, but some sender's.
        assert_eq!(arrivals(&[2_000_000_000, 2_000_000_001]), [NEXT]);
        assert_eq!(arrivals(&[2_000_000_000, 0]), [Renumbered]);
    }

    /// As the current C++ sender numbers.
    #[test]
    fn numbers_of_16_bits_wrap() {
        let all = (1..=i16::MAX).chain(i16::MIN..=10).map(i32::from);
        assert!(arrivals(&all.collect::<Vec<_>>()).iter().all(|arrival| *arrival == NEXT));
        assert_eq!(
            arrivals(&[32_766, -32_767, 32_767, -32_768, -32_766]),
            [Next { lost: 2 }, Late, Late, NEXT]
        );
        assert_eq!(arrivals(&[-2, 1, -1, 0]), [Next { lost: 2 }, Late, Late]);
        // 32 bits: the first is as far from the second as it looks.
        assert_eq!(arrivals(&[40_000, -32_768]), [Renumbered]);
    }

    /// A set of all that was seen since the numbering began, without a window of bits.
    struct Naive {
        newest: u32,
        first: u32,
        arrived: HashSet<u32>,
    }

    impl Naive {
        /// Numbers here only grow: `number` isn't taken modulo anything.
        fn take(&mut self, number: u32) -> Arrival {
            if number > self.newest {
                let lost = (self.newest + 1..number).count() as u32;
                self.newest = number;
                self.arrived.insert(number);
                return Next { lost };
            }
            assert!(self.newest - number < 64, "the test stays within the window");
            match self.arrived.insert(number) {
                false => Repeated,
                true if number < self.first => Early,
                true => Late,
            }
        }
    }

    mod properties {
        use proptest::prelude::*;

        use super::*;

        /// Ways to write the same count on the wire: from 1, across the modulus, in 16 bits.
        fn on_the_wire(count: u32, way: u32) -> i32 {
            match way {
                0 => count as i32,
                1 => ((1_999_999_000 + i64::from(count)) % MODULUS) as i32,
                _ => i32::from((32_000 + count) as u16 as i16),
            }
        }

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

            /// Steps forward (losing some), backward (late or repeated) and on the spot.
            #[test]
            fn a_set_of_all_numbers_says_the_same(
                way in 0_u32..3,
                steps in prop::collection::vec((0_u32..10, 0_u32..64, 1_u32..300), 1..400),
            ) {
                let first = 100;
                let mut sequence = Sequence::new(on_the_wire(first, way));
                let mut naive = Naive { newest: first, first, arrived: HashSet::from([first]) };
                let mut lost = 0_i64;
                for (kind, back, ahead) in steps {
                    let number = match kind {
                        0..4 => naive.newest + 1,
                        4 => naive.newest + ahead,
                        5 => naive.newest + ahead % 4,
                        _ => naive.newest - back,
                    };
                    let expected = naive.take(number);
                    let arrival = sequence.take(on_the_wire(number, way));
                    prop_assert_eq!(arrival, expected, "{} after {}", number, naive.newest);
                    match arrival {
                        Next { lost: more } => lost += i64::from(more),
                        Late => lost -= 1,
                        _ => {}
                    }
                }
                // All together: what never arrived is lost, no more and no less.
                let missing = (first..=naive.newest).filter(|number| !naive.arrived.contains(number));
                prop_assert_eq!(lost, missing.count() as i64);
            }

            #[test]
            fn no_number_overflows(numbers in prop::collection::vec(any::<i32>(), 2..50)) {
                arrivals(&numbers);
            }
        }
    }
}
