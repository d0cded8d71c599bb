//! What is known of every label that may have a column: a stat's, or that of the series that are
//! added up.

use std::collections::BTreeMap;
use std::sync::Arc;

use mmstats::{Aggregate, Stat};
use mmstats_totals::subject::Subject;

use super::column_kind::ColumnKind;
use super::selection::{SelectedBy, Target};

/// What is known of every label that may have a column.
#[derive(Debug)]
pub struct Catalog {
    labels: Vec<LabelInfo>,
    by_label: BTreeMap<Arc<str>, LabelId>,
    /// How many labels there may still be.
    left: usize,
    changes: u64,
}

/// The number of a label in its catalog: the first has 0.
pub type LabelId = usize;

/// What is known of a label.
#[derive(Clone, Debug)]
pub struct LabelInfo {
    /// The label.
    pub label: Arc<str>,
    /// How it is shown.
    pub kind: ColumnKind,
    /// Whether a file declared the kind, or it was guessed.
    pub is_declared: bool,
    /// The unit, or an empty text.
    pub unit: String,
    /// How several files' values become one, if a file says so.
    pub aggregate: Option<Aggregate>,
    /// What it is about.
    pub subject: Subject,
    /// What of FIELDS selects it.
    pub selected_by: Vec<SelectedBy>,
    /// The stat that came first, if it has another label.
    first: Option<Box<str>>,
    /// Whether a stat was rejected.
    has_rejected: bool,
}

/// What the catalog has of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The stat has a part in this label's column.
    Member(LabelId),
    /// Its kind or its unit isn't that of the others.
    Rejected {
        /// The label of the others.
        id: LabelId,
        /// Whether it is the first one.
        is_first: bool,
    },
    /// There are too many labels.
    Full,
}

impl Catalog {
    /// Knows no label yet, and at most this number of them; a long one counts as several.
    pub fn new(limit: usize) -> Self {
        Self { labels: Vec::new(), by_label: BTreeMap::new(), left: limit, changes: 0 }
    }

    /// Adds what a stat says to what is known of a label.
    pub fn add(
        &mut self,
        target: Target<'_>,
        stat: &Stat<'_>,
        kind: ColumnKind,
        subject: Subject,
    ) -> Entry {
        let Target { label, selected_by } = target;
        let Some(&id) = self.by_label.get(label) else {
            /// Bytes of a label that counts as one.
            const USUAL: usize = 128;
            let Some(left) = self.left.checked_sub(1 + label.len() / USUAL) else {
                return Entry::Full;
            };
            self.left = left;
            let id = self.labels.len();
            self.labels.push(LabelInfo::of(label, stat, kind, subject, selected_by));
            self.by_label.insert(Arc::clone(&self.labels[id].label), id);
            self.changes += 1;
            return Entry::Member(id);
        };
        let info = &mut self.labels[id];
        if !info.fits(stat, kind) {
            let is_first = !std::mem::replace(&mut info.has_rejected, true);
            return Entry::Rejected { id, is_first };
        }
        let new = selected_by.into_iter().filter(|by| !info.selected_by.contains(by));
        let new: Vec<_> = new.collect();
        self.changes += u64::from(!new.is_empty());
        info.selected_by.extend(new);
        self.refine(id, stat, kind, || subject);
        Entry::Member(id)
    }

    /// Adds what another file says. What it declares takes precedence over what was guessed, and
    /// work over telemetry.
    pub fn refine(
        &mut self,
        id: LabelId,
        stat: &Stat<'_>,
        kind: ColumnKind,
        subject: impl FnOnce() -> Subject,
    ) {
        let info = &mut self.labels[id];
        if !info.is_declared && stat.kind().is_some() {
            info.declare(stat, kind);
            self.changes += 1;
        }
        if info.subject > Subject::Work {
            let subject = info.subject.min(subject());
            self.changes += u64::from(info.subject != subject);
            info.subject = subject;
        }
    }

    /// What is known of the label with this number.
    pub fn info(&self, id: LabelId) -> &LabelInfo {
        &self.labels[id]
    }

    /// The number of a label.
    pub fn id(&self, label: &str) -> Option<LabelId> {
        self.by_label.get(label).copied()
    }

    /// What is known of every label, sorted by label.
    pub fn iter(&self) -> impl Iterator<Item = &LabelInfo> + Clone {
        self.by_label.values().map(|&id| &self.labels[id])
    }

    /// How many times anything changed.
    pub const fn changes(&self) -> u64 {
        self.changes
    }
}

impl LabelInfo {
    fn of(
        label: &str,
        stat: &Stat<'_>,
        kind: ColumnKind,
        subject: Subject,
        selected_by: Vec<SelectedBy>,
    ) -> Self {
        let first = stat.label();
        let mut info = Self {
            label: label.into(),
            kind,
            is_declared: false,
            unit: String::new(),
            aggregate: None,
            subject,
            selected_by,
            first: (first != label).then(|| first.into()),
            has_rejected: false,
        };
        info.declare(stat, kind);
        info
    }

    fn declare(&mut self, stat: &Stat<'_>, kind: ColumnKind) {
        self.kind = kind;
        self.is_declared = stat.kind().is_some();
        stat.unit().clone_into(&mut self.unit);
        self.aggregate = stat.aggregate();
    }

    /// Whether a stat is added to the others: the kind and the unit are the same, as far as files
    /// declare them. In files of other versions of a program, the first one may have another kind.
    fn fits(&self, stat: &Stat<'_>, kind: ColumnKind) -> bool {
        if !self.is_declared && stat.kind().is_some() {
            return true;
        }
        let is_alike = self.kind == kind && (stat.kind().is_none() || self.unit == stat.unit());
        is_alike || *stat.label() == *self.first.as_deref().unwrap_or(&self.label)
    }

    /// Whether no file could say more.
    pub fn is_final(&self) -> bool {
        self.is_declared && self.subject == Subject::Work
    }
}

#[cfg(test)]
mod tests;
