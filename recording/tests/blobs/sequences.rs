//! Values that words take: of every kind, and such as are hard to code.

use std::ops::Range;

use mmstats_recording::{Change, MOST_POLLS};
use proptest::collection::vec;
use proptest::prelude::*;

/// What the words of a writer were: of each its number, the value before the first poll, and that
/// of each poll.
#[derive(Clone, Debug)]
pub struct Sequences {
    pub polls: Range<u8>,
    pub words: Vec<(u32, Vec<u64>)>,
}

impl Sequences {
    /// All words before the first poll.
    pub fn before(&self) -> Vec<u64> {
        let count = self.words.last().map_or(0, |(word, _)| *word as usize + 1);
        let mut before = vec![0; count];
        for (word, values) in &self.words {
            before[*word as usize] = values[0];
        }
        before
    }

    /// What changed at each poll.
    pub fn changes(&self) -> Vec<(u8, Vec<Change>)> {
        let at = |index: usize| {
            let words = self.words.iter().filter(move |(_, it)| it[index] != it[index + 1]);
            words.map(move |(word, it)| Change { word: *word, value: it[index + 1] }).collect()
        };
        self.polls.clone().zip((0..).map(at)).collect()
    }
}

/// Each change with its poll.
pub fn flat(changes: &[(u8, Vec<Change>)]) -> impl Iterator<Item = (u8, Change)> + Clone {
    changes.iter().flat_map(|(poll, changes)| changes.iter().map(move |change| (*poll, *change)))
}

/// A value before, and 60 more.
fn values() -> impl Strategy<Value = Vec<u64>> {
    let count = usize::from(MOST_POLLS) + 1;
    let sums = move |start: u64, steps: Vec<u64>| -> Vec<u64> {
        let sums = steps.into_iter().scan(start, |sum, step| {
            *sum = sum.wrapping_add(step);
            Some(*sum)
        });
        sums.collect()
    };
    let near_the_top = prop_oneof![any::<u64>(), u64::MAX - 200_000..=u64::MAX, Just(0)];
    prop_oneof![
        any::<u64>().prop_map(move |value| vec![value; count]),
        (near_the_top, vec(0_u64..3000, count)).prop_map(move |(start, it)| sums(start, it)),
        vec(any::<f64>().prop_map(f64::to_bits), count),
        vec((0.0..1e6_f64).prop_map(f64::to_bits), count),
        vec(any::<u64>(), count),
        vec(prop_oneof![Just(0), Just(u64::MAX), Just(1 << 63), Just(1)], count),
        vec(0_u64..8, count),
        (any::<u64>(), vec(prop_oneof![9 => Just(0_u64), 1 => any::<u64>()], count))
            .prop_map(move |(start, it)| sums(start, it)),
        (0_u32..64, vec(0_u64..8, count)).prop_map(move |(zeros, it)| {
            sums(1, it.into_iter().map(|step| step << zeros).collect())
        }),
    ]
}

/// Up to 20 words of up to 60 polls.
pub fn sequences() -> impl Strategy<Value = Sequences> {
    let gap = prop_oneof![8 => 0_u32..3, 1 => 0_u32..1000];
    let polls = prop_oneof![
        Just(0..MOST_POLLS),
        (0..MOST_POLLS, 0..MOST_POLLS)
            .prop_map(|(one, other)| { one.min(other)..one.max(other) + 1 })
    ];
    (polls, vec((gap, values()), 0..20)).prop_map(|(polls, words)| {
        let mut next = 0;
        let words = words.into_iter().map(|(gap, mut values)| {
            let word = next + gap;
            next = word + 1;
            values.truncate(polls.len() + 1);
            (word, values)
        });
        Sequences { words: words.collect(), polls }
    })
}
