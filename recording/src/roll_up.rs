//! What remains of a span when its block is too old.

use std::ops::Range;

use mmstats_sqlite::varint;

use crate::error::{BlobError, Expected};
use crate::reader::Reader;
use crate::span::Span;
use crate::summary::{Summary, WordKind};
use crate::words::Gaps;
use crate::{keyframe, mean};

/// The first byte: whether all words follow it.
const KEYFRAME: u8 = 1;
const KIND_BITS: u32 = 3;
const KINDS: [WordKind; 6] = [
    WordKind::Other,
    WordKind::Count,
    WordKind::Unsigned,
    WordKind::Signed,
    WordKind::Float32,
    WordKind::Float64,
];

/// What remains of a writer's span: of each word that changed, its last value and a summary.
#[derive(Clone, Debug, PartialEq)]
pub struct RollUp {
    /// All words after the last poll, if reading can begin at this roll-up.
    pub keyframe: Option<Vec<u64>>,
    /// The words that changed, ascending.
    pub words: Vec<WordRollUp>,
}

/// What remains of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordRollUp {
    /// The word's number.
    pub word: u32,
    /// Its value at the last poll, exactly.
    pub last: u64,
    /// The values of the polls, in short.
    pub summary: Summary,
}

impl RollUp {
    /// Rolls a span up.
    ///
    /// `weights` says for each of its polls how long its value stands in the mean: the time since
    /// the poll before. If all of a word's are 0, its polls count alike.
    ///
    /// # Panics
    ///
    /// If there aren't as many weights as polls.
    pub fn of(span: &Span, kind: impl Fn(u32) -> WordKind, weights: &[u64]) -> Self {
        assert_eq!(weights.len(), span.polls().len(), "one weight for each poll");
        let words = span.words().map(|(word, values)| WordRollUp {
            word,
            last: *values.last().expect("a span has a poll"),
            summary: Summary::of(kind(word), values, weights),
        });
        Self { keyframe: None, words: words.collect() }
    }

    /// Appends the roll-up.
    ///
    /// # Panics
    ///
    /// If words don't ascend, or a least value is above the last, or the greatest below it.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.push(if self.keyframe.is_some() { KEYFRAME } else { 0 });
        if let Some(words) = &self.keyframe {
            keyframe::encode(words, into);
        }
        let mut gaps = Gaps::default();
        for WordRollUp { word, last, summary } in &self.words {
            let kind = KINDS.iter().position(|kind| *kind == summary.kind());
            let kind = kind.expect("each kind has a number") as u64;
            varint::put(into, gaps.before(*word) << KIND_BITS | kind);
            encode_word(*last, summary, into);
        }
    }

    /// Reads a roll-up of a writer that has `words` words.
    ///
    /// # Errors
    ///
    /// If the bytes are no roll-up.
    pub fn decode(bytes: &[u8], words: u32) -> Result<Self, BlobError> {
        Self::decode_some(bytes, words, 0..words)
    }

    /// Reads what a roll-up has of some of the words; what is behind them isn't checked.
    pub(crate) fn decode_some(
        bytes: &[u8],
        words: u32,
        wanted: Range<u32>,
    ) -> Result<Self, BlobError> {
        let mut from = Reader::new(bytes);
        let head = from.u8("flags")?;
        if head > KEYFRAME {
            let most = Expected::AtMost(KEYFRAME.into());
            return Err(BlobError::new(0, "flags", head.into(), most));
        }
        let is_keyframe = head == KEYFRAME;
        let keyframe = is_keyframe.then(|| keyframe::decode(&mut from, words)).transpose()?;
        let (mut found, mut gaps) = (Vec::new(), Gaps::default());
        while !from.is_empty() {
            let offset = from.offset();
            let gap = from.varint("word gap")?;
            let word = gaps.word(gap >> KIND_BITS, words, offset)?;
            let number = gap & ((1 << KIND_BITS) - 1);
            let Some(kind) = KINDS.get(number as usize) else {
                let most = Expected::AtMost(KINDS.len() as u64 - 1);
                return Err(BlobError::new(offset, "kind", number, most));
            };
            if word >= wanted.end {
                break;
            }
            let (last, summary) = decode_word(&mut from, *kind)?;
            if word >= wanted.start {
                found.push(WordRollUp { word, last, summary });
            }
        }
        Ok(Self { keyframe, words: found })
    }
}

fn encode_word(last: u64, summary: &Summary, into: &mut Vec<u8>) {
    match *summary {
        Summary::Other => into.extend(last.to_le_bytes()),
        Summary::Count { increase, greatest_step } => {
            varint::put(into, last);
            varint::put(into, increase);
            varint::put(into, greatest_step);
        }
        Summary::Unsigned { least, greatest, mean } => {
            assert!((least..=greatest).contains(&last), "the last value is one of them");
            varint::put(into, last);
            varint::put(into, last - least);
            varint::put(into, greatest - last);
            mean::put(mean, into);
        }
        Summary::Signed { least, greatest, mean } => {
            let last = last as i64;
            assert!((least..=greatest).contains(&last), "the last value is one of them");
            varint::put_signed(into, last);
            varint::put(into, last.abs_diff(least));
            varint::put(into, greatest.abs_diff(last));
            mean::put(mean, into);
        }
        Summary::Float32 { least, greatest, mean } => {
            into.extend((last as u32).to_le_bytes());
            into.extend(least.to_le_bytes());
            into.extend(greatest.to_le_bytes());
            mean::put(mean, into);
        }
        Summary::Float64 { least, greatest, mean } => {
            into.extend(last.to_le_bytes());
            into.extend(least.to_le_bytes());
            into.extend(greatest.to_le_bytes());
            mean::put(mean, into);
        }
    }
}

fn decode_word(from: &mut Reader<'_>, kind: WordKind) -> Result<(u64, Summary), BlobError> {
    Ok(match kind {
        WordKind::Other => (from.array("last").map(u64::from_le_bytes)?, Summary::Other),
        WordKind::Count => {
            let value = from.varint("last")?;
            let increase = from.varint("increase")?;
            let greatest_step = from.at_most(increase, "greatest step")?;
            (value, Summary::Count { increase, greatest_step })
        }
        WordKind::Unsigned => {
            let value = from.varint("last")?;
            let least = value - from.at_most(value, "above the least")?;
            let greatest = value + from.at_most(u64::MAX - value, "below the greatest")?;
            let mean = mean::read(from, least as f64, greatest as f64)?;
            (value, Summary::Unsigned { least, greatest, mean })
        }
        WordKind::Signed => {
            let value = from.signed("last")?;
            let least = from.at_most(value.abs_diff(i64::MIN), "above the least")?;
            let greatest = from.at_most(i64::MAX.abs_diff(value), "below the greatest")?;
            let (least, greatest) =
                (value.wrapping_sub_unsigned(least), value.wrapping_add_unsigned(greatest));
            let mean = mean::read(from, least as f64, greatest as f64)?;
            (value as u64, Summary::Signed { least, greatest, mean })
        }
        WordKind::Float32 => {
            let value = from.array("last").map(u32::from_le_bytes)?;
            let least = from.array("least").map(f32::from_le_bytes)?;
            let greatest = from.array("greatest").map(f32::from_le_bytes)?;
            let mean = mean::read(from, least.into(), greatest.into())?;
            (value.into(), Summary::Float32 { least, greatest, mean })
        }
        WordKind::Float64 => {
            let value = from.array("last").map(u64::from_le_bytes)?;
            let least = from.array("least").map(f64::from_le_bytes)?;
            let greatest = from.array("greatest").map(f64::from_le_bytes)?;
            let mean = mean::read(from, least, greatest)?;
            (value, Summary::Float64 { least, greatest, mean })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(words: &[(u64, Summary)]) -> Vec<WordRollUp> {
        let words = (3_u32..).step_by(20).zip(words);
        let words = words.map(|(word, &(last, summary))| WordRollUp { word, last, summary });
        let roll_up = RollUp { keyframe: None, words: words.collect() };
        let mut bytes = Vec::new();
        roll_up.encode(&mut bytes);
        RollUp::decode(&bytes, 1000).unwrap().words
    }

    #[test]
    fn every_kind_comes_back() {
        let last = -2_i64 as u64;
        let words = [
            (u64::MAX, Summary::Other),
            (900, Summary::Count { increase: u64::MAX, greatest_step: 5 }),
            (7, Summary::Unsigned { least: 0, greatest: u64::MAX, mean: 8.5 }),
            (last, Summary::Signed { least: i64::MIN, greatest: i64::MAX, mean: -0.25 }),
            (1.5_f32.to_bits().into(), Summary::Float32 { least: -1.0, greatest: 2.5, mean: 1.0 }),
            (0, Summary::Float64 { least: -1.0, greatest: f64::INFINITY, mean: 1.5 }),
        ];
        let found = decoded(&words);
        let pairs: Vec<_> = found.iter().map(|word| (word.last, word.summary)).collect();
        assert_eq!(pairs, words);
        assert_eq!(found[5].word, 103);
    }

    #[test]
    fn means_are_rounded_and_stay_between_least_and_greatest() {
        for value in [0.1, -0.1, 1.0 / 3.0, 5e-324, f64::MAX, f64::MIN, f64::INFINITY] {
            let (least, greatest) = (value, value);
            let summary = Summary::Float64 { least, greatest, mean: value };
            assert_eq!(decoded(&[(0, summary)])[0].summary, summary);
            let summary = Summary::Float64 { least: f64::MIN, greatest: f64::MAX, mean: value };
            let Summary::Float64 { mean, .. } = decoded(&[(0, summary)])[0].summary else {
                panic!()
            };
            assert!(
                value.is_infinite()
                    || value.abs() < 1e-300
                    || ((mean - value) / value).abs() <= 2_f64.powi(-21),
                "{mean}"
            );
        }
        // The lower half of its bits is above the middle, so the nearest is the next one.
        let mean = f64::from_bits((1 << 62) + (3 << 30));
        let summary = Summary::Float64 { least: 0.0, greatest: 9.0, mean };
        let rounded = Summary::Float64 {
            least: 0.0,
            greatest: 9.0,
            mean: f64::from_bits((1 << 62) + (1 << 32)),
        };
        assert_eq!(decoded(&[(0, summary)])[0].summary, rounded);
        let nan = Summary::Float64 { least: f64::NAN, greatest: f64::NAN, mean: f64::NAN };
        let found = decoded(&[(0, nan)])[0].summary;
        assert!(matches!(found, Summary::Float64 { mean, .. } if mean.is_nan()));
    }

    #[test]
    fn what_is_no_roll_up_is_an_error() {
        for (bytes, message) in [
            (&[2][..], "offset 0: flags is 2, expected at most 1"),
            (&[0, 6], "offset 1: kind is 6, expected at most 5"),
            (&[0, 0x29], "offset 1: word is 5, expected at most 4"),
            (&[0, 1, 9, 3, 4], "offset 4: greatest step is 4, expected at most 3"),
            (&[0, 2, 9, 10, 0], "offset 3: above the least is 10, expected at most 9"),
            (&[0, 5, 0, 0], "offset 2: last: 2 bytes are left, expected 8"),
        ] {
            assert_eq!(RollUp::decode(bytes, 5).unwrap_err().to_string(), message);
        }
    }
}
