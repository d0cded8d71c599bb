//! What is encoded comes back, whatever the values.

use mmstats_recording::{
    Block, RollUp, Span, Summary, WordKind, decode_poll, encode_block, encode_poll,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::sequences::{flat, sequences};

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(19),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn polls_come_back(sequences in sequences()) {
        let words = sequences.before().len() as u32;
        for (_, changes) in sequences.changes() {
            let mut bytes = Vec::new();
            encode_poll(changes.iter().copied(), &mut bytes);
            let found: Result<Vec<_>, _> = decode_poll(&bytes, words).collect();
            prop_assert_eq!(found, Ok(changes));
        }
    }

    #[test]
    fn blocks_come_back_word_by_word_and_poll_by_poll(sequences in sequences()) {
        let (before, changes) = (sequences.before(), sequences.changes());
        let span = Span::new(sequences.polls.clone(), &before, flat(&changes));
        for keyframe in [None, Some(&*before)] {
            let mut bytes = Vec::new();
            encode_block(&span, keyframe, &mut bytes);
            let block = Block::parse(&bytes, before.len() as u32).unwrap();
            prop_assert_eq!(block.polls(), sequences.polls.clone());
            prop_assert_eq!(block.keyframe(), keyframe);
            prop_assert_eq!(&block.changes().unwrap(), &changes);
            for (word, values) in &sequences.words {
                match block.values(*word).unwrap() {
                    Some(found) => {
                        prop_assert_eq!(found.before(), values[0]);
                        prop_assert_eq!(found.at_polls(), &values[1..]);
                    }
                    None => prop_assert!(values.iter().all(|value| *value == values[0])),
                }
            }
        }
        let mut words = before;
        span.apply(&mut words);
        for (word, values) in &sequences.words {
            prop_assert_eq!(words[*word as usize], *values.last().unwrap());
        }
    }

    #[test]
    fn roll_ups_come_back(sequences in sequences()) {
        let changes = sequences.changes();
        let span = Span::new(sequences.polls.clone(), &sequences.before(), flat(&changes));
        let kinds = [
            WordKind::Other,
            WordKind::Count,
            WordKind::Unsigned,
            WordKind::Signed,
            WordKind::Float32,
            WordKind::Float64,
        ];
        // In halves, as many as there may be of a `f32`.
        let narrow = |word: u32, value: u64| if word % 6 == 4 { value & 0xffff_ffff } else { value };
        let weights = vec![1_000_000_000; sequences.polls.len()];
        let roll_up = RollUp::of(&span, |word| kinds[word as usize % 6], &weights);
        let mut bytes = Vec::new();
        roll_up.encode(&mut bytes);
        let found = RollUp::decode(&bytes, sequences.before().len() as u32).unwrap();
        prop_assert_eq!(found.words.len(), roll_up.words.len());
        for (found, expected) in found.words.iter().zip(&roll_up.words) {
            prop_assert_eq!(found.word, expected.word);
            prop_assert_eq!(found.last, narrow(expected.word, expected.last));
            prop_assert!(is_same(&found.summary, &expected.summary), "{:?}, {:?}", found, expected);
        }
    }
}

/// Whether all but the mean is the same, and the mean nearly so.
fn is_same(found: &Summary, expected: &Summary) -> bool {
    let bits = |summary: &Summary| match *summary {
        Summary::Other => (0, 0, None),
        Summary::Count { increase, greatest_step } => (increase, greatest_step, None),
        Summary::Unsigned { least, greatest, mean } => (least, greatest, Some(mean)),
        Summary::Signed { least, greatest, mean } => (least as u64, greatest as u64, Some(mean)),
        Summary::Float32 { least, greatest, mean } => {
            (least.to_bits().into(), greatest.to_bits().into(), Some(mean))
        }
        Summary::Float64 { least, greatest, mean } => {
            (least.to_bits(), greatest.to_bits(), Some(mean))
        }
    };
    let ((least, greatest, mean), (other_least, other_greatest, other_mean)) =
        (bits(found), bits(expected));
    let is_near = match (mean, other_mean) {
        (Some(one), Some(other)) if one.is_finite() && other.is_finite() => {
            (one - other).abs() <= other.abs() * 2_f64.powi(-21) + f64::MIN_POSITIVE
        }
        (Some(_), Some(other)) => !other.is_finite(),
        (one, other) => one == other,
    };
    std::mem::discriminant(found) == std::mem::discriminant(expected)
        && (least, greatest) == (other_least, other_greatest)
        && is_near
}
