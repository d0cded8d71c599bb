//! Which stat of a file's earlier state is the same as one of its present state.

use std::collections::HashMap;

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

/// For each of `now` the index of the label in `before`, which begins at index `first`.
fn matched<'a>(
    now: impl Iterator<Item = &'a [u8]>,
    before: impl Iterator<Item = &'a [u8]>,
    first: usize,
) -> Vec<Option<u32>> {
    let mut left: HashMap<&[u8], std::vec::IntoIter<u32>> = HashMap::new();
    let mut by_label: HashMap<&[u8], Vec<u32>> = HashMap::new();
    for (index, label) in before.enumerate() {
        by_label.entry(label).or_default().push((first + index) as u32);
    }
    left.extend(by_label.into_iter().map(|(label, indices)| (label, indices.into_iter())));
    now.map(|label| left.get_mut(label)?.next()).collect()
}
