//! Numbers for labels, in the order in which they first came.

use std::collections::HashMap;
use std::sync::Arc;

/// Numbers for labels, in the order in which they first came.
///
/// Files of a program have the same labels in the same order, so the label that followed the last
/// one before is tried first; only where it is another one, the label is hashed.
#[derive(Debug, Default)]
pub struct LabelIndex {
    by_label: HashMap<Arc<[u8]>, usize>,
    labels: Vec<Entry>,
    /// The number of the label that was asked for last.
    last: Option<usize>,
}

#[derive(Debug)]
struct Entry {
    label: Arc<[u8]>,
    /// The label that followed this one.
    next: usize,
}

impl LabelIndex {
    /// The number of a label. A new one has the number of labels before it.
    pub fn number(&mut self, label: &[u8]) -> usize {
        let likely = self.last.map_or(0, |last| self.labels[last].next);
        let is_likely = self.labels.get(likely).is_some_and(|entry| *entry.label == *label);
        let number = if is_likely { likely } else { self.find(label) };
        if let Some(last) = self.last.replace(number) {
            self.labels[last].next = number;
        }
        number
    }

    fn find(&mut self, label: &[u8]) -> usize {
        if let Some(&number) = self.by_label.get(label) {
            return number;
        }
        let (label, number): (Arc<[u8]>, _) = (label.into(), self.labels.len());
        self.labels.push(Entry { label: Arc::clone(&label), next: number + 1 });
        self.by_label.insert(label, number);
        number
    }

    /// The number of a label; `None` if it never came.
    pub fn get(&self, label: &[u8]) -> Option<usize> {
        self.by_label.get(label).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_the_same_number_in_any_order() {
        let mut index = LabelIndex::default();
        let mut numbers =
            |labels: &str| labels.bytes().map(|label| index.number(&[label])).collect::<Vec<_>>();
        assert_eq!(numbers("abc"), [0, 1, 2]);
        assert_eq!(numbers("abcd"), [0, 1, 2, 3]);
        assert_eq!(numbers("bdaaeb"), [1, 3, 0, 0, 4, 1]);
        assert_eq!(numbers("abcde"), [0, 1, 2, 3, 4]);
        assert_eq!((index.get(b"e"), index.get(b"f")), (Some(4), None));
    }
}
