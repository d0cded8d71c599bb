//! What changed in a writer's words over a span, in as few bytes as possible.

use std::ops::Range;

use mmstats_sqlite::varint;

use crate::error::{BlobError, Expected};
use crate::poll::Change;
use crate::rare::Rare;
use crate::reader::Reader;
use crate::span::{MOST_POLLS, Span};
use crate::values::Values;
use crate::words::Gaps;
use crate::{column, keyframe, rare};

/// In the first byte: the block begins with all words.
const KEYFRAME: u8 = 0x80;
/// A word that changes at more polls than these has a column.
const RARELY: usize = 4;
/// Gap and length of a column, its form, and two values.
const LEAST_COLUMN: usize = 5;

/// Appends the block of a span.
///
/// `keyframe` are all words as they were before the first poll, of a block from which reading can
/// begin.
pub fn encode_block(span: &Span, keyframe: Option<&[u64]>, into: &mut Vec<u8>) {
    let polls = span.polls();
    into.push(polls.start | if keyframe.is_some() { KEYFRAME } else { 0 });
    into.push(polls.len() as u8);
    if let Some(words) = keyframe {
        keyframe::encode(words, into);
    }
    let (mut directory, mut columns, mut rares) = (Vec::new(), Vec::new(), Vec::new());
    let (mut count, mut gaps) = (0, Gaps::default());
    for (word, values) in span.words() {
        if values.windows(2).filter(|pair| pair[0] != pair[1]).count() > RARELY {
            let start = columns.len();
            column::encode(values, &mut columns);
            varint::put(&mut directory, gaps.before(word));
            varint::put(&mut directory, (columns.len() - start) as u64);
            count += 1;
        } else {
            rares.extend(changes(&polls, values).map(|(poll, before, value)| Rare {
                poll,
                word,
                before,
                value,
            }));
        }
    }
    varint::put(into, count);
    into.append(&mut directory);
    into.append(&mut columns);
    rares.sort_by_key(|rare| rare.poll);
    rare::encode(polls.start, &rares, into);
}

/// At which polls values changed, from what to what.
fn changes(polls: &Range<u8>, values: &[u64]) -> impl Iterator<Item = (u8, u64, u64)> {
    let pairs = polls.clone().zip(values.windows(2));
    pairs.filter(|(_, pair)| pair[0] != pair[1]).map(|(poll, pair)| (poll, pair[0], pair[1]))
}

/// A block, of which each column is decoded when it is asked for.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    polls: Range<u8>,
    keyframe: Option<Vec<u64>>,
    /// The words that have a column, ascending, and their columns.
    columns: Vec<u32>,
    readers: Vec<Reader<'a>>,
    rares: Vec<Rare>,
}

impl<'a> Block<'a> {
    /// Reads a block of a writer that has `words` words.
    ///
    /// Takes at most 32 bytes of memory for each word and 64 for each byte of the block.
    ///
    /// # Errors
    ///
    /// If the bytes are no block; damaged columns are found when they are decoded.
    pub fn parse(bytes: &'a [u8], words: u32) -> Result<Self, BlobError> {
        let mut from = Reader::new(bytes);
        let head = from.u8("first poll")?;
        let first = head & !KEYFRAME;
        if first >= MOST_POLLS {
            let most = Expected::AtMost(u64::from(MOST_POLLS) - 1);
            return Err(BlobError::new(0, "first poll", first.into(), most));
        }
        let (count, most) = (from.u8("polls")?, MOST_POLLS - first);
        if !(1..=most).contains(&count) {
            let most =
                if count == 0 { Expected::AtLeast(1) } else { Expected::AtMost(most.into()) };
            return Err(BlobError::new(1, "polls", count.into(), most));
        }
        let polls = first..first + count;
        let is_keyframe = head & KEYFRAME != 0;
        let keyframe = is_keyframe.then(|| keyframe::decode(&mut from, words)).transpose()?;
        let (columns, readers) = columns(&mut from, words)?;
        let rares = rare::decode(&mut from, &polls, &columns, words)?;
        Ok(Self { polls, keyframe, columns, readers, rares })
    }

    /// At which polls of the span the writer was there.
    pub fn polls(&self) -> Range<u8> {
        self.polls.clone()
    }

    /// All words before the first poll, if reading can begin at this block.
    pub fn keyframe(&self) -> Option<&[u64]> {
        self.keyframe.as_deref()
    }

    /// The values of a word; `None` if it didn't change.
    ///
    /// # Errors
    ///
    /// If its column is damaged; the offset counts from the beginning of the block.
    pub fn values(&self, word: u32) -> Result<Option<Values>, BlobError> {
        if let Ok(at) = self.columns.binary_search(&word) {
            return self.column(at).map(Some);
        }
        let mut rares = self.rares.iter().filter(|rare| rare.word == word).peekable();
        let Some(first) = rares.peek() else { return Ok(None) };
        let mut values = Values::all_same(first.before, self.polls.len());
        for rare in rares {
            let at = usize::from(rare.poll - self.polls.start) + 1;
            values.all_mut()[at..].fill(rare.value);
        }
        Ok(Some(values))
    }

    /// What changed at each poll, in the order of the words.
    ///
    /// # Errors
    ///
    /// If a column is damaged; the others can still be asked for by [`Self::values`].
    pub fn changes(&self) -> Result<Vec<(u8, Vec<Change>)>, BlobError> {
        let mut found: Vec<_> = self.polls().map(|poll| (poll, Vec::new())).collect();
        self.each_change(|poll, change| {
            found[usize::from(poll - self.polls.start)].1.push(change);
        })?;
        for (_, changes) in &mut found {
            // Two ascending runs, which this only merges.
            changes.sort_by_key(|change| change.word);
        }
        Ok(found)
    }

    /// Gives each change with its poll: of each poll those of words with columns, in the order of the
    /// words, and then the others in theirs.
    pub(crate) fn each_change(&self, mut give: impl FnMut(u8, Change)) -> Result<(), BlobError> {
        let mut values = Values::all_same(0, self.polls.len());
        for (reader, &word) in self.readers.iter().zip(&self.columns) {
            column::decode(reader.clone(), values.all_mut())?;
            for (poll, _, value) in changes(&self.polls, values.all()) {
                give(poll, Change { word, value });
            }
        }
        for &Rare { poll, word, before, value } in &self.rares {
            if value != before {
                give(poll, Change { word, value });
            }
        }
        Ok(())
    }

    fn column(&self, at: usize) -> Result<Values, BlobError> {
        let mut values = Values::all_same(0, self.polls.len());
        column::decode(self.readers[at].clone(), values.all_mut())?;
        Ok(values)
    }
}

/// Words and bytes of the columns.
fn columns<'a>(
    from: &mut Reader<'a>,
    words: u32,
) -> Result<(Vec<u32>, Vec<Reader<'a>>), BlobError> {
    let count = from.count(LEAST_COLUMN, "columns")?;
    let (mut columns, mut lengths) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut gaps = Gaps::default();
    for _ in 0..count {
        columns.push(gaps.read(from, words)?);
        lengths.push(from.count(1, "length of a column")?);
    }
    let readers = lengths.into_iter().map(|length| from.part(length, "column"));
    Ok((columns, readers.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Word 1 changes at each of the polls 10 to 15, word 4 at one.
    fn block(keyframe: Option<&[u64]>) -> Vec<u8> {
        let often = (10..16).map(|poll| (poll, Change { word: 1, value: poll.into() }));
        let changes: Vec<_> = often.chain([(15, Change { word: 4, value: 9 })]).collect();
        let mut bytes = Vec::new();
        let span = Span::new(10..16, &[0, 3, 0, 0, 8], changes.into_iter());
        encode_block(&span, keyframe, &mut bytes);
        bytes
    }

    #[test]
    fn a_word_is_found_by_itself() {
        let bytes = block(None);
        let block = Block::parse(&bytes, 5).unwrap();
        assert_eq!((block.polls(), block.keyframe()), (10..16, None));
        let often = block.values(1).unwrap().unwrap();
        assert_eq!((often.before(), often.at_polls()), (3, &[10, 11, 12, 13, 14, 15][..]));
        let rarely = block.values(4).unwrap().unwrap();
        assert_eq!((rarely.before(), rarely.at_polls()), (8, &[8, 8, 8, 8, 8, 9][..]));
        assert_eq!(block.values(2), Ok(None));
        let changes = block.changes().unwrap();
        assert_eq!(changes[0], (10, vec![Change { word: 1, value: 10 }]));
        let last = [(1, 15), (4, 9)].map(|(word, value)| Change { word, value });
        assert_eq!(changes[5], (15, last.to_vec()));
    }

    #[test]
    fn a_keyframe_has_all_words() {
        let words = [0, 3, 0, 0, 8];
        let bytes = block(Some(&words));
        assert_eq!(Block::parse(&bytes, 5).unwrap().keyframe(), Some(&words[..]));
    }

    #[test]
    fn a_damaged_column_costs_its_own_word() {
        let mut bytes = block(None);
        assert_eq!(bytes[..5], [10, 6, 1, 1, 6]);
        bytes[6] = 65;
        let block = Block::parse(&bytes, 5).unwrap();
        let error = block.values(1).unwrap_err();
        assert_eq!(error.to_string(), "offset 6: width is 65, expected at most 63");
        assert_eq!(block.changes(), Err(error));
        assert!(block.values(4).unwrap().is_some());
    }

    #[test]
    fn what_is_no_block_is_an_error() {
        for (bytes, message) in [
            (&[60, 1, 0][..], "offset 0: first poll is 60, expected at most 59"),
            (&[10, 0, 0], "offset 1: polls is 0, expected at least 1"),
            (&[10, 51, 0], "offset 1: polls is 51, expected at most 50"),
            (&[10, 6, 2, 1, 5, 0, 0, 0, 0, 0], "offset 2: columns is 2, expected at most 1"),
            (&[10, 6, 1, 5, 3, 2, 0, 0], "offset 3: word is 5, expected at most 4"),
            (&[10, 6, 1, 0, 4, 2, 0, 0], "offset 4: length of a column is 4, expected at most 3"),
        ] {
            let error = Block::parse(bytes, 5).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
