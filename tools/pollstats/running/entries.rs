//! The labels of a list, and what their files say of them.

use std::collections::BTreeMap;

use mmstats::{Series, Stat, StatsFile};
use mmstats_totals::subject::Subject;
use serde::Serialize;

use crate::common::natural;
use crate::common::patterns::LabelPattern;
use crate::pollstats::sampling::column_kind::{ColumnKind, is_gauge};
use crate::pollstats::sampling::fields::Fields;
use crate::pollstats::sampling::selection::Candidate;

/// Raised when a reader of an older schema would go wrong.
const SCHEMA: u32 = 1;

/// A label, and what its files say of it.
#[derive(Debug, Serialize)]
pub struct Entry {
    schema: u32,
    /// The label.
    pub label: String,
    /// The label without dimensions.
    name: String,
    /// The dimensions.
    labels: BTreeMap<String, String>,
    /// How it would be shown.
    pub kind: &'static str,
    /// The unit, or an empty text.
    pub unit: String,
    /// How many files have it.
    pub files: usize,
    /// The help text, or an empty one.
    pub help: String,
    #[serde(skip)]
    subject: Subject,
    /// The number of the last file that has it.
    #[serde(skip)]
    last_file: usize,
}

/// What distinguishes entries: the label, and if series are added up, the kind and the unit.
type Key = (String, Option<(ColumnKind, String)>);

/// The labels that FIELDS select.
#[derive(Debug)]
pub struct Entries<'a> {
    fields: &'a Fields,
    gauges: Vec<LabelPattern>,
    is_grouped: bool,
    by_label: BTreeMap<Key, Entry>,
    files: usize,
}

impl<'a> Entries<'a> {
    /// No labels yet. With `is_grouped`, series are added up as in columns.
    pub fn new(fields: &'a Fields, gauges: Vec<LabelPattern>, is_grouped: bool) -> Self {
        Self { fields, gauges, is_grouped, by_label: BTreeMap::new(), files: 0 }
    }

    /// Adds the labels of a file.
    pub fn add(&mut self, file: &StatsFile) {
        self.files += 1;
        for stat in file.stats() {
            let candidate = self.fields.candidate(&stat);
            let targets = self.fields.possible_targets(&candidate);
            let mut labels = targets.iter().flatten().map(|target| target.label);
            if self.is_grouped {
                labels.for_each(|label| self.add_label(label, &candidate, &stat, file));
            } else if labels.next().is_some() {
                self.add_label(&candidate.label, &candidate, &stat, file);
            }
        }
    }

    fn add_label(
        &mut self,
        label: &str,
        candidate: &Candidate<'_>,
        stat: &Stat<'_>,
        file: &StatsFile,
    ) {
        let is_gauge = is_gauge(&self.gauges, &candidate.label, &candidate.name);
        let kind = ColumnKind::of(stat, is_gauge);
        let subject = Subject::of(file, &candidate.name);
        let key = (label.to_owned(), self.is_grouped.then(|| (kind, stat.unit().to_owned())));
        let entry = self.by_label.entry(key).or_insert_with(|| {
            // One that isn't UTF-8 is a plain name, whatever its replacement says.
            let is_plain = candidate.name == candidate.label;
            let series = if is_plain { Series::new(label) } else { Series::parse(label) };
            let dimensions = series.dimensions();
            Entry {
                schema: SCHEMA,
                label: label.to_owned(),
                name: series.name().to_owned(),
                labels: dimensions.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
                kind: kind.stat_kind().name(),
                unit: stat.unit().to_owned(),
                files: 0,
                help: stat.help().to_owned(),
                subject,
                last_file: 0,
            }
        });
        entry.subject = entry.subject.min(subject);
        let is_new = std::mem::replace(&mut entry.last_file, self.files) != self.files;
        entry.files += usize::from(is_new);
    }

    /// Sorted by what they are about, then by their labels.
    pub fn sorted(self) -> Vec<Entry> {
        let mut entries: Vec<_> = self.by_label.into_values().collect();
        entries.sort_by(|one, other| {
            let order = || natural::compare(one.label.as_bytes(), other.label.as_bytes());
            one.subject.cmp(&other.subject).then_with(order)
        });
        entries
    }
}
