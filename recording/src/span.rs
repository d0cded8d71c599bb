//! The words of a writer that changed over a span of polls, with all their values.

use std::ops::Range;

use crate::poll::Change;

/// How many polls a span has at most.
pub const MOST_POLLS: u8 = 60;

/// A word's index in a [`Span`] while it has none.
const NONE: u32 = u32::MAX;

/// What changed in the words of a writer over at most 60 polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    polls: Range<u8>,
    words: Vec<u32>,
    /// Of each word the value before the first poll, and that of each poll.
    values: Vec<u64>,
}

impl Span {
    /// The span of a writer that was there at `polls`, and had the words `before` until then.
    ///
    /// `changes` are by poll, and by word within each; what isn't in `before` was 0. For a writer
    /// that is new at the first poll `before` are the words that it had there.
    ///
    /// # Panics
    ///
    /// If `polls` is empty or ends beyond [`MOST_POLLS`], a poll isn't in it, or polls descend.
    pub fn new(
        polls: Range<u8>,
        before: &[u64],
        changes: impl Iterator<Item = (u8, Change)> + Clone,
    ) -> Self {
        assert!(!polls.is_empty() && polls.end <= MOST_POLLS, "a span has 1 to 60 polls");
        let most = changes.clone().map(|(_, change)| change.word).max();
        let mut index = vec![NONE; most.map_or(0, |word| word as usize + 1)];
        for (_, change) in changes.clone() {
            index[change.word as usize] = 0;
        }
        let mut words = Vec::new();
        for (word, slot) in (0..).zip(&mut index) {
            if *slot != NONE {
                *slot = words.len() as u32;
                words.push(word);
            }
        }
        let stride = polls.len() + 1;
        let mut values = vec![0; words.len() * stride];
        let mut known = vec![0_u8; words.len()];
        for (word, row) in words.iter().zip(values.chunks_mut(stride)) {
            row[0] = before.get(*word as usize).copied().unwrap_or(0);
        }
        for (poll, change) in changes {
            assert!(polls.contains(&poll), "poll {poll} is in the span");
            let slot = index[change.word as usize] as usize;
            let row = &mut values[slot * stride..][..stride];
            let at = usize::from(poll - polls.start) + 1;
            let last = usize::from(std::mem::replace(&mut known[slot], at as u8));
            assert!(last <= at, "polls ascend");
            let value = row[last];
            row[last..at].fill(value);
            row[at] = change.value;
        }
        for (last, row) in known.into_iter().zip(values.chunks_mut(stride)) {
            let value = row[usize::from(last)];
            row[usize::from(last)..].fill(value);
        }
        Self { polls, words, values }
    }

    /// At which polls of the span the writer was there.
    pub fn polls(&self) -> Range<u8> {
        self.polls.clone()
    }

    /// Each word that changed, with the value before and that of each poll.
    pub fn words(&self) -> impl Iterator<Item = (u32, &[u64])> + Clone {
        self.words.iter().copied().zip(self.values.chunks(self.polls.len() + 1))
    }

    /// The words as they are after the last poll, where `before` were those before the first.
    #[allow(clippy::missing_panics_doc, reason = "each word has a value at least")]
    pub fn apply(&self, words: &mut Vec<u64>) {
        for (word, values) in self.words() {
            let word = word as usize;
            words.resize(words.len().max(word + 1), 0);
            words[word] = *values.last().expect("a span has a poll");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_last_until_they_change() {
        let change = |poll, word, value| (poll, Change { word, value });
        let changes = [change(5, 2, 7), change(5, 9, 1), change(7, 2, 8), change(9, 2, 8)];
        let mut before = vec![1, 2, 3];
        let span = Span::new(4..9 + 1, &before, changes.into_iter());
        let words: Vec<_> = span.words().collect();
        assert_eq!(words, [(2, &[3, 3, 7, 7, 8, 8, 8][..]), (9, &[0, 0, 1, 1, 1, 1, 1])]);
        span.apply(&mut before);
        assert_eq!(before, [1, 2, 8, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(Span::new(0..1, &[], [].into_iter()).words().count(), 0);
    }
}
