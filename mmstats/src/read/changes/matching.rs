//! Which stat of a file's earlier state is the same as one of its present state.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::read::content::Content;

/// For each stat its index in an earlier state of the same file.
///
/// Stats are matched by label; the n-th of a label with the n-th. Fields are only added at the end,
/// so nearly always the labels are the same as far as the shorter of the two goes. A file that
/// obeys no rule takes time in proportion to its labels, and no more.
#[derive(Debug)]
pub(super) struct Matching {
    /// As many stats as this have the same index in both.
    same: usize,
    /// The earlier indices of those behind them, as far as there is any.
    moved: Vec<Option<u32>>,
}

impl Matching {
    pub(super) fn new(now: &Content, before: &Content) -> Self {
        if now.has_structure_of(before) {
            return Self { same: now.stats().len(), moved: Vec::new() };
        }
        let pairs = now.labels().zip(before.labels());
        let same = pairs.take_while(|(now, before)| now == before).count();
        let mut moved = Vec::new();
        if same < now.labels().len() && same < before.labels().len() {
            moved = matched(now.labels().skip(same), before.labels().skip(same), same);
        }
        Self { same, moved }
    }

    /// The earlier index of the stat with this index; `None` if it is new.
    pub(super) fn earlier(&self, index: usize) -> Option<usize> {
        if index < self.same {
            return Some(index);
        }
        let earlier = *self.moved.get(index - self.same)?;
        earlier.map(|index| index as usize)
    }
}

/// For each of `now` the index of the label in `before`, whose indices begin at `first`.
fn matched<L: Eq + Hash>(
    now: impl Iterator<Item = L>,
    before: impl Iterator<Item = L>,
    first: usize,
) -> Vec<Option<u32>> {
    let mut left: HashMap<L, VecDeque<u32>> = HashMap::new();
    for (index, label) in before.enumerate() {
        left.entry(label).or_default().push_back((first + index) as u32);
    }
    now.map(|label| left.get_mut(&label)?.pop_front()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hash::Hasher;

    use super::*;

    #[test]
    fn the_nth_of_a_label_is_the_nth() {
        let found = matched("abacaz".chars(), "acaab".chars(), 7);
        assert_eq!(found, [Some(7), Some(11), Some(9), Some(8), Some(10), None]);
    }

    thread_local! {
        static OPERATIONS: Cell<usize> = const { Cell::new(0) };
    }

    /// A label that counts what is done with it.
    struct Counting(usize);

    fn count() {
        OPERATIONS.set(OPERATIONS.get() + 1);
    }

    impl PartialEq for Counting {
        fn eq(&self, other: &Self) -> bool {
            count();
            self.0 == other.0
        }
    }

    impl Eq for Counting {}

    impl Hash for Counting {
        fn hash<H: Hasher>(&self, state: &mut H) {
            count();
            self.0.hash(state);
        }
    }

    #[test]
    fn any_two_structures_are_matched_in_proportion_to_their_labels() {
        const LABELS: usize = 100_000;
        let one: fn(usize) -> usize = |_| 0;
        let each: fn(usize) -> usize = |label| label;
        let reversed: fn(usize) -> usize = |label| LABELS - 1 - label;
        let pairs: fn(usize) -> usize = |label| label / 2;
        for (now, before) in [(one, one), (each, reversed), (pairs, each), (reversed, one)] {
            OPERATIONS.set(0);
            let labels = |of: fn(usize) -> usize| (0..LABELS).map(of).map(Counting);
            let found = matched(labels(now), labels(before), 0);
            // The map is moved a few times while it grows.
            let operations = OPERATIONS.get();
            assert!(found.len() == LABELS && operations < 10 * LABELS, "{operations}");
        }
    }
}
