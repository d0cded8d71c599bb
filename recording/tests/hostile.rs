//! Bytes that no writer wrote: no panic, and memory in proportion to the bytes and the words.

use std::hint::black_box;

use mmstats_recording::{
    Block, Change, RollUp, RowWriter, Span, WordKind, decode_poll, encode_block, encode_poll,
    row_parts, unseal,
};
use mmstats_testing::os::allocator::{Counting, most_taken};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What [`Block::parse`] documents, and what all else keeps to.
const PER_BYTE: usize = 64;
const PER_WORD: usize = 32;

/// Decodes everything, and asks for what was decoded.
fn decode_all(bytes: &[u8], words: u32) {
    let bound = PER_BYTE * bytes.len() + PER_WORD * words as usize;
    let most = most_taken(|| {
        black_box(decode_poll(bytes, words).last());
    });
    assert_eq!(most, 0, "a poll is decoded in place");
    let most = most_taken(|| drop(black_box(RollUp::decode(bytes, words))));
    assert!(most <= bound, "{most} for a roll-up of {} bytes, {words} words", bytes.len());
    let most = most_taken(|| drop(black_box(Block::parse(bytes, words))));
    assert!(most <= bound, "{most} for a block of {} bytes, {words} words", bytes.len());
    if let Ok(block) = Block::parse(bytes, words) {
        assert!(block.polls().end <= 60 && !block.polls().is_empty());
        assert!(block.keyframe().is_none_or(|it| it.len() <= words as usize));
        for word in 0..words.min(100) {
            let _ = black_box(block.values(word));
        }
        for (_, changes) in block.changes().into_iter().flatten() {
            assert!(changes.is_sorted_by(|one, other| one.word < other.word));
            assert!(changes.iter().all(|change| change.word < words));
        }
    }
    for part in row_parts(bytes).flatten() {
        assert_eq!(&bytes[part.offset..][..part.bytes.len()], part.bytes);
    }
    let _ = black_box(unseal(bytes));
}

/// A poll, a block with and without a keyframe, a roll-up, and a row with the four.
fn sound() -> Vec<Vec<u8>> {
    let mut changes = Vec::new();
    for poll in 2..60_u8 {
        let step = u64::from(poll) * 0x9e37_79b9;
        changes.push((poll, Change { word: 1, value: step }));
        changes.push((poll, Change { word: 7, value: step << 30 }));
        if poll % 20 == 0 {
            changes.extend([8, 40].map(|word| (poll, Change { word, value: step })));
        }
    }
    let span = Span::new(2..60, &[5; 50], changes.iter().copied());
    let mut blobs = vec![Vec::new(); 4];
    encode_poll(changes[..2].iter().map(|(_, change)| *change), &mut blobs[0]);
    encode_block(&span, None, &mut blobs[1]);
    encode_block(&span, Some(&[5; 50]), &mut blobs[2]);
    let kind = |word| if word == 1 { WordKind::Count } else { WordKind::Float64 };
    let mut roll_up = RollUp::of(&span, kind, &[1; 58]);
    roll_up.keyframe = Some(vec![6; 50]);
    roll_up.encode(&mut blobs[3]);
    let mut row = RowWriter::default();
    (0..).zip(&blobs).for_each(|(writer, blob)| row.push(writer, blob));
    blobs.push(row.take());
    blobs
}

/// Alone in this program, as memory is measured for the whole process.
#[test]
fn no_bytes_panic_or_take_more_memory_than_in_proportion() {
    for blob in sound() {
        for cut in 0..=blob.len() {
            decode_all(&blob[..cut], 50);
        }
        for bit in (0..blob.len() * 8).step_by(3) {
            let mut changed = blob.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            decode_all(&changed, 50);
        }
        for at in 0..blob.len() {
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut changed = blob.clone();
                changed[at] = byte;
                decode_all(&changed, 50);
            }
        }
    }
    let config = ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(19),
        ..ProptestConfig::default()
    };
    // Small bytes are more often a count that is right.
    let byte = prop_oneof![3 => 0_u8..4, 2 => 0_u8..64, 1 => any::<u8>()];
    let words = prop_oneof![0_u32..4, 0_u32..2000];
    let run = TestRunner::new(config).run(&(vec(byte, 0..600), words), |(bytes, words)| {
        decode_all(&bytes, words);
        Ok(())
    });
    run.unwrap();
    densest();
}

/// Where the fewest bytes make the most in memory.
fn densest() {
    const COUNT: usize = 10_000;
    // Changes of two bytes each, of words without a column.
    let mut rares = vec![0, 60, 0, 0, 0xa0, 0x9c, 1];
    (0..COUNT).for_each(|_| rares.extend([0, 0, 0]));
    decode_all(&rares, 20_000);
    rares[5..].fill(0);
    decode_all(&rares, 20_000);
    let mut again = vec![0, 60, 0];
    for poll in 0..60 {
        again.extend([0, 0x90, 3]);
        (0..400).for_each(|_| again.extend(if poll == 0 { &[0, 0, 2][..] } else { &[0, 2] }));
    }
    assert!(Block::parse(&again, 400).is_ok());
    decode_all(&again, 400);
    // A keyframe of zeros, and one of ones.
    decode_all(&[0x80, 60, 0x90, 0x4e, 0x90, 0x4e, 0, 0], 10_000);
    let mut ones = vec![1, 0x90, 0x4e, 0, 0x90, 0x4e];
    ones.extend([1; COUNT]);
    assert!(RollUp::decode(&ones, 10_000).is_ok());
    decode_all(&ones, 10_000);
    // Counts of a few bytes each.
    let mut counts = vec![0];
    (0..COUNT).for_each(|_| counts.extend([1, 0, 0, 0]));
    assert!(RollUp::decode(&counts, 10_000).is_ok());
    decode_all(&counts, 10_000);
}
