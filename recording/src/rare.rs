//! The end of a block: by poll, what changed in words that change rarely.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::{BlobError, Expected};
use crate::reader::Reader;
use crate::words::Gaps;
use mmstats_sqlite::varint;

/// A change of a word that has no column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rare {
    pub poll: u8,
    pub word: u32,
    pub before: u64,
    pub value: u64,
}

/// Appends changes, which are by poll, and by word within each.
pub fn encode(first_poll: u8, changes: &[Rare], into: &mut Vec<u8>) {
    let mut mentioned = std::collections::BTreeSet::new();
    let mut next = first_poll;
    for poll in changes.chunk_by(|one, other| one.poll == other.poll) {
        varint::put(into, u64::from(poll[0].poll - next));
        next = poll[0].poll + 1;
        varint::put(into, poll.len() as u64);
        let mut gaps = Gaps::default();
        for change in poll {
            varint::put(into, gaps.before(change.word));
            if mentioned.insert(change.word) {
                varint::put_signed(into, change.before as i64);
            }
            varint::put_signed(into, change.value.wrapping_sub(change.before) as i64);
        }
    }
}

/// Reads changes up to the end of the bytes.
///
/// `columns` are the words that can't be here, ascending, and `words` is how many the writer has.
pub fn decode(
    from: &mut Reader<'_>,
    polls: &Range<u8>,
    columns: &[u32],
    words: u32,
) -> Result<Vec<Rare>, BlobError> {
    let (mut changes, mut last) = (Vec::new(), BTreeMap::new());
    let mut next = u64::from(polls.start);
    while !from.is_empty() {
        let offset = from.offset();
        let number = next.saturating_add(from.varint("poll gap")?);
        if number >= u64::from(polls.end) {
            let most = Expected::AtMost(u64::from(polls.end) - 1);
            return Err(BlobError::new(offset, "poll", number, most));
        }
        next = number + 1;
        let poll = number as u8;
        let offset = from.offset();
        let count = from.count(2, "changes of the poll")?;
        if count == 0 {
            return Err(BlobError::new(offset, "changes of the poll", 0, Expected::AtLeast(1)));
        }
        let mut gaps = Gaps::default();
        for _ in 0..count {
            let offset = from.offset();
            let word = gaps.read(from, words)?;
            if columns.binary_search(&word).is_ok() {
                return Err(BlobError::new(offset, "word", word.into(), Expected::AnotherWord));
            }
            let before = match last.get(&word) {
                Some(before) => *before,
                None => from.signed("value before")? as u64,
            };
            let value = before.wrapping_add(from.signed("difference")? as u64);
            last.insert(word, value);
            changes.push(Rare { poll, word, before, value });
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_before_is_there_once_a_word() {
        let changes = [
            Rare { poll: 3, word: 5, before: 300, value: 301 },
            Rare { poll: 3, word: 7, before: 0, value: u64::MAX },
            Rare { poll: 9, word: 5, before: 301, value: 0 },
        ];
        let mut bytes = Vec::new();
        encode(1, &changes, &mut bytes);
        assert_eq!(bytes, [2, 2, 5, 0xd8, 4, 2, 1, 0, 1, 5, 1, 5, 0xd9, 4]);
        let found = decode(&mut Reader::new(&bytes), &(1..10), &[4, 6], 8);
        assert_eq!(found, Ok(changes.to_vec()));
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for (bytes, message) in [
            (&[3][..], "offset 0: poll is 5, expected at most 4"),
            (&[0, 0], "offset 1: changes of the poll is 0, expected at least 1"),
            (&[0, 2, 0, 0, 0], "offset 1: changes of the poll is 2, expected at most 1"),
            (&[0, 1, 6, 0, 0], "offset 2: word is 6, expected a word without a column"),
            (&[0, 1, 8, 0, 0], "offset 2: word is 8, expected at most 7"),
            (&[2, 1, 1, 0, 0, 0, 1, 1, 0], "offset 5: poll is 5, expected at most 4"),
        ] {
            let error = decode(&mut Reader::new(bytes), &(2..5), &[4, 6], 8).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
