//! Which labels the last file had: files of one program have the same in the same order.

use super::catalog::LabelId;

/// What is known of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelUse {
    /// Nobody asks for it.
    #[default]
    None,
    /// It may have a column.
    Column(LabelId),
}

/// For each stat of the last file its label, and what is known of that.
#[derive(Debug, Default)]
pub struct LabelMemo {
    stats: Vec<(Vec<u8>, LabelUse)>,
}

impl LabelMemo {
    /// What is known of the stat with this index if it has the same label as in the last file.
    pub fn get(&self, index: usize, label: &[u8]) -> Option<LabelUse> {
        let (known, label_use) = self.stats.get(index)?;
        (known == label).then_some(*label_use)
    }

    /// Remembers what won't change.
    pub fn set(&mut self, index: usize, label: &[u8], label_use: LabelUse) {
        if self.stats.len() <= index {
            // No file has an empty label.
            self.stats.resize_with(index + 1, Default::default);
        }
        let (known, known_use) = &mut self.stats[index];
        known.clear();
        known.extend_from_slice(label);
        *known_use = label_use;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_known_where_it_was() {
        let mut memo = LabelMemo::default();
        memo.set(1, b"hits", LabelUse::Column(7));
        assert_eq!(memo.get(1, b"hits"), Some(LabelUse::Column(7)));
        for (index, label) in [(0, "hits"), (1, "hit"), (1, "hits2"), (2, "hits")] {
            assert_eq!(memo.get(index, label.as_bytes()), None, "{index} {label}");
        }
        memo.set(1, b"sys.pid", LabelUse::None);
        assert_eq!(memo.get(1, b"sys.pid"), Some(LabelUse::None));
        assert_eq!(memo.get(1, b"hits"), None);
    }
}
