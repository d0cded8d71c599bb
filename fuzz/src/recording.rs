//! Blobs of recordings, decoded by a naive reader of `spec/RECORDING.md` too, and whole recordings.

use std::collections::BTreeMap;

use mmstats_recording::{
    Block, Change, RollUp, Span, decode_poll, encode_block, encode_poll, row_parts, unseal,
};
use mmstats_testing::naive_recording::{NaiveBlock, poll};

use crate::stored;

/// The first byte says what the rest is, the second how many words the writer has.
///
/// # Panics
///
/// If the library and the naive reader differ, or something doesn't come back.
pub fn check(bytes: &[u8]) {
    let [what, words, rest @ ..] = bytes else { return };
    let words = u32::from(*words);
    match what % 6 {
        0 => check_poll(rest, words),
        1 => check_block(rest, words),
        2 => check_roll_up(rest, words),
        3 => check_row(rest),
        4 => check_values(rest, words + 1),
        _ => stored::check(rest),
    }
}

fn check_poll(bytes: &[u8], words: u32) {
    let found: Result<Vec<_>, _> = decode_poll(bytes, words).collect();
    let pairs = |changes: &[Change]| changes.iter().map(|it| (it.word, it.value)).collect();
    assert_eq!(found.as_deref().ok().map(pairs), poll(bytes, words), "{found:?}");
    match found {
        Ok(changes) => {
            let mut again = Vec::new();
            encode_poll(changes.iter().copied(), &mut again);
            let same: Result<Vec<_>, _> = decode_poll(&again, words).collect();
            assert_eq!(same, Ok(changes));
        }
        Err(error) => assert!(error.offset() <= bytes.len(), "{error}"),
    }
}

fn check_block(bytes: &[u8], words: u32) {
    let naive = NaiveBlock::of(bytes, words);
    let block = match Block::parse(bytes, words) {
        Ok(block) => block,
        Err(error) => {
            assert!(naive.is_none(), "{error}, but {naive:?}");
            assert!(error.offset() <= bytes.len(), "{error}");
            return;
        }
    };
    let mut changes = block.changes();
    assert_eq!(changes.is_ok(), naive.is_some(), "{changes:?}, {naive:?}");
    let (Some(naive), Ok(found)) = (naive, &mut changes) else { return };
    assert_eq!(block.keyframe(), naive.keyframe.as_deref());
    assert!(block.polls().eq(naive.first..naive.first + naive.polls));
    let mut flat = Vec::new();
    for (poll, changes) in found {
        flat.extend(changes.iter().map(|change| (*poll, *change)));
    }
    let expected = naive.changes();
    assert!(flat.iter().map(|(poll, it)| (*poll, it.word, it.value)).eq(expected));
    for word in 0..words {
        let values = block.values(word).expect("all columns were decoded");
        let values = values.map(|it| [&[it.before()], it.at_polls()].concat());
        assert_eq!(values.as_ref(), naive.values.get(&word), "word {word}");
    }
    comes_back(&naive, flat, words);
}

/// What was decoded and is encoded is decoded again, by both.
fn comes_back(naive: &NaiveBlock, changes: Vec<(u8, Change)>, words: u32) {
    let mut before = vec![0; words as usize];
    for (word, values) in &naive.values {
        before[*word as usize] = values[0];
    }
    let span = Span::new(naive.first..naive.first + naive.polls, &before, changes.into_iter());
    let mut bytes = Vec::new();
    encode_block(&span, naive.keyframe.as_deref(), &mut bytes);
    let again = NaiveBlock::of(&bytes, words).expect("what is encoded is a block");
    assert!(again.changes().eq(naive.changes()));
    assert_eq!(again.keyframe, naive.keyframe);
    let block = Block::parse(&bytes, words).expect("what is encoded is a block");
    let found = block.changes().expect("its columns are whole");
    let found = found.iter().flat_map(|(poll, it)| it.iter().map(|it| (*poll, it.word, it.value)));
    assert!(found.eq(naive.changes()));
}

fn check_roll_up(bytes: &[u8], words: u32) {
    let roll_up = match RollUp::decode(bytes, words) {
        Ok(roll_up) => roll_up,
        Err(error) => return assert!(error.offset() <= bytes.len(), "{error}"),
    };
    let mut again = Vec::new();
    roll_up.encode(&mut again);
    // A keyframe may have had zeros outside their runs.
    let is_shorter = roll_up.keyframe.is_some() || again.len() <= bytes.len();
    assert!(is_shorter, "numbers are never longer than they were");
    let same = RollUp::decode(&again, words).expect("what is encoded is a roll-up");
    assert_eq!(same.keyframe, roll_up.keyframe);
    assert_eq!(same.words.len(), roll_up.words.len());
    for (same, word) in same.words.iter().zip(&roll_up.words) {
        assert_eq!((same.word, same.last), (word.word, word.last));
    }
}

fn check_row(bytes: &[u8]) {
    let _ = unseal(bytes);
    let mut end = 0;
    for part in row_parts(bytes).map_while(Result::ok) {
        assert!(part.offset >= end);
        end = part.offset + part.bytes.len();
        assert_eq!(&bytes[part.offset..end], part.bytes);
    }
}

/// Takes the bytes as values: 10 each for how many polls later which word has which value.
fn check_values(bytes: &[u8], words: u32) {
    let (mut poll, mut changes) = (0, BTreeMap::new());
    for [later, word, value @ ..] in bytes.as_chunks::<10>().0 {
        poll += later % 4;
        if poll >= 60 {
            break;
        }
        let value = u64::from_le_bytes(*value) >> (later >> 2);
        changes.insert((poll, u32::from(*word) % words), value);
    }
    let changes = changes.into_iter().map(|((poll, word), value)| (poll, Change { word, value }));
    let span = Span::new(0..60, &[], changes.collect::<Vec<_>>().into_iter());
    let mut bytes = Vec::new();
    encode_block(&span, None, &mut bytes);
    let naive = NaiveBlock::of(&bytes, words).expect("what is encoded is a block");
    let changed = span.words().filter(|(_, values)| values.iter().any(|it| *it != values[0]));
    let expected: BTreeMap<_, _> = changed.map(|(word, values)| (word, values.to_vec())).collect();
    assert_eq!(naive.values, expected);
    check_block(&bytes, words);
}
