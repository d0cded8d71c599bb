//! How many bytes a changed number takes in a block, by kind.

use mmstats_recording::{Change, MOST_POLLS, RollUp, Span, WordKind, encode_block, encode_poll};

/// How many writers of one kind are measured.
const WRITERS: usize = 10;
const WORDS: u32 = 20;

/// Random numbers, the same each time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below 1.
    fn float(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About as many as arrive in a second, at a rate: of a normal distribution above 30.
    fn arrivals(&mut self, rate: f64) -> u64 {
        if rate > 30.0 {
            let normal: f64 = (0..12).map(|_| self.float()).sum::<f64>() - 6.0;
            return (rate + normal * rate.sqrt()).max(0.0) as u64;
        }
        let (mut count, mut product, limit) = (0, self.float(), (-rate).exp());
        while product > limit {
            count += 1;
            product *= self.float();
        }
        count
    }
}

/// Bytes a changed number in blocks, in roll-ups and in the rows of polls.
struct Sizes {
    block: f64,
    roll_up: f64,
    polls: f64,
}

/// Measures words of which `next` gives the value that follows a value, at each poll of a minute.
/// It gets the number of the word, below 20.
fn sizes(kind: WordKind, mut next: impl FnMut(&mut Random, u32, u64) -> u64) -> Sizes {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut block, mut roll_up, mut polls, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..WRITERS {
        let mut words = vec![0; WORDS as usize];
        let mut minute = |words: &mut Vec<u64>| {
            let mut changes = Vec::new();
            for poll in 0..MOST_POLLS {
                for (word, value) in (0..).zip(words.iter_mut()) {
                    let before = std::mem::replace(value, next(&mut random, word, *value));
                    if *value != before {
                        changes.push((poll, Change { word, value: *value }));
                    }
                }
            }
            changes
        };
        // Half an hour, so that values are as large as they usually are.
        (0..30).for_each(|_| drop(minute(&mut words)));
        let before = words.clone();
        let changes = minute(&mut words);
        count += changes.len();
        let span = Span::new(0..MOST_POLLS, &before, changes.iter().copied());
        encode_block(&span, None, &mut block);
        RollUp::of(&span, |_| kind, &[1; MOST_POLLS as usize]).encode(&mut roll_up);
        for poll in changes.chunk_by(|one, other| one.0 == other.0) {
            encode_poll(poll.iter().map(|(_, change)| *change), &mut polls);
        }
    }
    let each = |bytes: Vec<u8>| bytes.len() as f64 / count as f64;
    Sizes { block: each(block), roll_up: each(roll_up), polls: each(polls) }
}

/// Rates of 3 to 3,000 a second, as many of each decade.
fn rate(word: u32) -> f64 {
    3.0 * 10_f64.powf(3.0 * f64::from(word) / f64::from(WORDS - 1))
}

#[test]
#[allow(clippy::print_stdout, reason = "figures for whoever asks for them")]
fn each_kind_takes_as_many_bytes_as_its_changes_are_random() {
    let ns = 1_000_000_000;
    let date = 1_790_000_000 * ns;
    for (name, most, sizes) in [
        (
            "counters, 3 to 3,000/s",
            1.1,
            sizes(WordKind::Count, |random, word, value| value + random.arrivals(rate(word))),
        ),
        (
            "counters, each second any of 0 to 3,000",
            1.7,
            sizes(WordKind::Count, |random, _, value| value + random.next() % 3000),
        ),
        (
            "buckets, 0.03 to 30/s",
            1.1,
            sizes(WordKind::Count, |random, word, value| {
                value + random.arrivals(rate(word) / 100.0)
            }),
        ),
        (
            "gauges, any of 0 to 200",
            1.4,
            sizes(WordKind::Signed, |random, _, _| random.next() % 200),
        ),
        (
            "gauges, in every fifth poll, by up to 10",
            2.0,
            sizes(WordKind::Signed, |random, _, value| {
                let step = random.next() % 21;
                if random.next().is_multiple_of(5) {
                    value.wrapping_add(step).wrapping_sub(10)
                } else {
                    value
                }
            }),
        ),
        (
            "dates in ns, of something each second",
            4.4,
            sizes(WordKind::Float64, |random, _, value| {
                let second = value.max(date) / ns + 1;
                second * ns + random.next() % ns
            }),
        ),
        (
            "dates in s as floats",
            3.6,
            sizes(WordKind::Float64, |random, _, value| {
                let second = f64::from_bits(value).max(1.79e9).floor() + 1.0;
                (second + random.float()).to_bits()
            }),
        ),
        (
            "dates in s as floats, in every tenth poll",
            7.5,
            sizes(WordKind::Float64, |random, _, value| {
                let second = f64::from_bits(value).max(1.79e9).floor() + 10.0;
                if random.next().is_multiple_of(10) {
                    (second + random.float()).to_bits()
                } else {
                    value
                }
            }),
        ),
        (
            "floats, means of 0.01 to 0.02",
            7.2,
            sizes(WordKind::Float64, |random, _, _| (0.01 + 0.01 * random.float()).to_bits()),
        ),
    ] {
        let Sizes { block, roll_up, polls } = sizes;
        println!("{name}: block {block:.2}, roll-up {roll_up:.2}, polls {polls:.2}");
        assert!(block <= most, "{name}: {block}");
    }
}
