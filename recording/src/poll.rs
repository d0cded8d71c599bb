//! What changed in a writer's words at one poll, decodable alone.

use crate::error::{BlobError, Expected};
use crate::reader::Reader;
use crate::words::Gaps;
use mmstats_sqlite::varint;

/// From here on eight bytes are shorter than a varint.
const WIDE: u64 = 1 << 56;

/// A word with the value that it has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The word's number.
    pub word: u32,
    /// All its bits.
    pub value: u64,
}

/// Appends what changed at one poll.
///
/// Values are whole, so a damaged poll harms no other one.
///
/// # Panics
///
/// If the words don't ascend.
pub fn encode_poll(changes: impl IntoIterator<Item = Change>, into: &mut Vec<u8>) {
    let mut gaps = Gaps::default();
    for Change { word, value } in changes {
        let is_wide = value >= WIDE;
        varint::put(into, gaps.before(word) << 1 | u64::from(is_wide));
        if is_wide {
            into.extend(value.to_le_bytes());
        } else {
            varint::put(into, value);
        }
    }
}

/// What changed at one poll, in the order of the words.
///
/// After an error nothing more comes. `words` is the number of words that the writer has.
///
/// # Errors
///
/// If the bytes aren't such as [`encode_poll`] appends.
pub fn decode_poll(bytes: &[u8], words: u32) -> impl Iterator<Item = Result<Change, BlobError>> {
    let (mut reader, mut gaps) = (Some(Reader::new(bytes)), Gaps::default());
    std::iter::from_fn(move || {
        let mut from = reader.take().filter(|reader| !reader.is_empty())?;
        let change = change(&mut from, &mut gaps, words);
        reader = change.is_ok().then_some(from);
        Some(change)
    })
}

fn change(from: &mut Reader<'_>, gaps: &mut Gaps, words: u32) -> Result<Change, BlobError> {
    let offset = from.offset();
    let gap = from.varint("word gap")?;
    let word = gaps.word(gap >> 1, words, offset)?;
    let offset = from.offset();
    if gap & 1 == 0 {
        let value = from.at_most(WIDE - 1, "value")?;
        return Ok(Change { word, value });
    }
    let value = from.array("value").map(u64::from_le_bytes)?;
    if value < WIDE {
        return Err(BlobError::new(offset, "value", value, Expected::AtLeast(WIDE)));
    }
    Ok(Change { word, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], words: u32) -> Result<Vec<Change>, BlobError> {
        decode_poll(bytes, words).collect()
    }

    #[test]
    fn a_poll_comes_back_in_as_few_bytes_as_its_values_need() {
        let values = [0, 127, 128, WIDE - 1, WIDE, u64::MAX];
        let changes = values
            .iter()
            .zip([0, 1, 9, 64, 1000, 1064])
            .map(|(&value, word)| Change { word, value });
        let changes: Vec<_> = changes.collect();
        let mut bytes = Vec::new();
        encode_poll(changes.iter().copied(), &mut bytes);
        assert_eq!(bytes.len(), (1 + 1) + (1 + 1) + (1 + 2) + (1 + 8) + (2 + 8) + (1 + 8));
        assert_eq!(decoded(&bytes, 1065), Ok(changes));
        assert_eq!(decoded(&[], 0), Ok(Vec::new()));
    }

    #[test]
    fn a_word_beyond_the_structure_or_a_cut_value_ends_the_poll() {
        let error = decoded(&[0, 1, 2, 1], 2).unwrap_err();
        assert_eq!(error.to_string(), "offset 2: word is 2, expected at most 1");
        let mut changes = decode_poll(&[0, 1, 3, 1], 4);
        assert!(changes.next().is_some_and(|change| change.is_ok()));
        let error = changes.next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "offset 3: value: 1 bytes are left, expected 8");
        assert!(changes.next().is_none());
        let error = decoded(&[1, 5, 0, 0, 0, 0, 0, 0, 0], 1).unwrap_err();
        assert_eq!(error.to_string(), "offset 1: value is 5, expected at least 72057594037927936");
        let far = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0];
        assert_eq!(decoded(&far, u32::MAX).unwrap_err().field(), "word");
    }
}
