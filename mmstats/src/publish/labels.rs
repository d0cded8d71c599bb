//! The labels of a file, none of which may be taken twice.

use std::collections::HashSet;

use crate::format::checksum_step;

/// Labels by fingerprint. For the fields of a struct: comparing some twenty fingerprints takes less
/// than building a set of labels, and that would be done for each file.
#[derive(Debug, Default)]
pub(super) struct Fingerprints(Vec<u64>);

/// All labels of a file.
#[derive(Debug)]
pub(super) struct Labels {
    fingerprints: Fingerprints,
    /// In the order of the fingerprints.
    declared: Vec<String>,
    /// Later ones can be many, and may have values from outside in their dimensions.
    added: HashSet<String>,
}

impl Fingerprints {
    pub(super) fn with_capacity(labels: usize) -> Self {
        Self(Vec::with_capacity(labels))
    }

    /// Appends the fingerprint of the next label.
    pub(super) fn push(&mut self, label: &str) {
        self.0.push(fingerprint(label));
    }

    /// Whether `label` is one of those that were pushed, of which `get` returns each by its number.
    pub(super) fn contain<'a>(&self, label: &str, get: impl Fn(usize) -> &'a str) -> bool {
        let wanted = fingerprint(label);
        let mut found = self.0.iter().enumerate().filter(|(_, known)| **known == wanted);
        found.any(|(number, _)| get(number) == label)
    }
}

impl Labels {
    /// Of declared fields, in the order of their fingerprints.
    pub(super) fn new(fingerprints: Fingerprints, declared: Vec<String>) -> Self {
        Self { fingerprints, declared, added: HashSet::new() }
    }

    pub(super) fn contains(&self, label: &str) -> bool {
        self.added.contains(label)
            || self.fingerprints.contain(label, |number| &self.declared[number])
    }

    /// Adds the label of a stat that was added.
    pub(super) fn insert(&mut self, label: String) {
        self.added.insert(label);
    }
}

/// Equal fingerprints of different labels only cost a comparison.
fn fingerprint(label: &str) -> u64 {
    let (words, rest) = label.as_bytes().as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let sum = words.iter().fold(label.len() as u64, |sum, word| checksum_step(sum, *word));
    checksum_step(sum, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_taken_once_declared_or_added() {
        let declared = ["a", "ab", "eight by", "eight bytes and more", ""].map(String::from);
        let mut fingerprints = Fingerprints::with_capacity(0);
        for label in &declared {
            fingerprints.push(label);
        }
        let mut labels = Labels::new(fingerprints, declared.to_vec());
        assert!(declared.iter().all(|label| labels.contains(label)));
        assert!(!labels.contains("b") && !labels.contains("eight bytes and mor"));
        labels.insert("b".into());
        assert!(labels.contains("b") && labels.contains("a"));
    }

    #[test]
    fn equal_fingerprints_are_not_equal_labels() {
        let mut fingerprints = Fingerprints::with_capacity(1);
        fingerprints.push("a");
        assert!(!fingerprints.contain("a", |_| "b"));
        assert!(fingerprints.contain("a", |_| "a"));
    }
}
