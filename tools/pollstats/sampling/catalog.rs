//! What is known of every selected label.

use std::collections::BTreeMap;

use mmstats::{Aggregate, Stat};

use super::column_kind::ColumnKind;
use crate::common::subject::Subject;

/// What is known of every selected label, sorted by label.
pub type Catalog = BTreeMap<String, LabelInfo>;

/// The number of a label in its catalog: the first has 0.
pub type LabelId = usize;

/// What is known of a label.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelInfo {
    /// Its number.
    pub id: LabelId,
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
}

impl LabelInfo {
    /// What a stat of a file says.
    pub fn of(id: LabelId, stat: &Stat<'_>, kind: ColumnKind, subject: Subject) -> Self {
        Self {
            id,
            kind,
            is_declared: stat.kind().is_some(),
            unit: stat.unit().to_owned(),
            aggregate: stat.aggregate(),
            subject,
        }
    }

    /// Adds what another file says. What it declares takes precedence over what was guessed, and
    /// work over telemetry.
    pub fn refine(&mut self, stat: &Stat<'_>, kind: ColumnKind, subject: impl FnOnce() -> Subject) {
        if !self.is_declared && stat.kind().is_some() {
            *self = Self::of(self.id, stat, kind, self.subject);
        }
        if self.subject > Subject::Work {
            self.subject = self.subject.min(subject());
        }
    }

    /// Whether no file could say more.
    pub fn is_final(&self) -> bool {
        self.is_declared && self.subject == Subject::Work
    }
}
