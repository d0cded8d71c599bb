//! Which files and labels take part, and what is measured of them.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use mmstats::{Changes, FileChange, FileEvent, Stat, StatsFile, Verdict};
use mmstats_cli::diagnostics::Diagnostics;

use super::catalog::{Catalog, LabelInfo};
use super::column_kind::ColumnKind;
use super::fields::Fields;
use super::filter::{Filter, any_passes};
use super::label_memo::{LabelMemo, LabelUse};
use super::sample::{FileSample, FileState, Sample};
use crate::common::natural;
use crate::common::patterns::LabelPattern;
use crate::common::subject::Subject;
use crate::common::unpublished::Unpublished;

/// What takes part.
#[derive(Debug)]
pub struct SampleOptions<'a> {
    /// The labels.
    pub fields: &'a Fields,
    /// The prefix of labels, for the filters.
    pub prefix: &'a str,
    /// Which files take part.
    pub filters: Vec<Filter>,
    /// Labels to treat as gauges.
    pub gauges: Vec<LabelPattern>,
    /// Whether only files of live programs take part.
    pub alive: bool,
    /// Whether the order of files matters.
    pub ordered: bool,
}

/// Measures what takes part; remembers which labels there are.
#[derive(Debug)]
pub struct Sampler<'a> {
    options: SampleOptions<'a>,
    /// What is known of the selected labels.
    pub known: Catalog,
    /// Labels of the first sample that aren't selected: one of them may be meant.
    pub others: BTreeSet<String>,
    has_sampled: bool,
    /// With `alive`: the files that didn't take part in the last sample.
    not_alive: HashSet<PathBuf>,
    unpublished: Unpublished,
    memo: LabelMemo,
    /// How many files have been measured.
    measured: u64,
    /// For each label the last file that had it: of a file's stats with one label the first counts.
    last_measured: Vec<u64>,
}

impl<'a> Sampler<'a> {
    /// Knows no label yet.
    pub fn new(options: SampleOptions<'a>) -> Self {
        Self {
            options,
            known: Catalog::new(),
            others: BTreeSet::new(),
            has_sampled: false,
            not_alive: HashSet::new(),
            unpublished: Unpublished::default(),
            memo: LabelMemo::default(),
            measured: 0,
            last_measured: Vec::new(),
        }
    }

    /// Measures the changes up to a poll at this Unix time.
    pub fn sample(&mut self, changes: &Changes, time: f64, diagnostics: &Diagnostics) -> Sample {
        let mut not_alive = HashSet::new();
        let mut sample =
            Sample { time, interval: changes.interval(), files: Vec::new(), events: Vec::new() };
        for change in changes.files() {
            if !any_passes(&self.options.filters, change.file(), self.options.prefix) {
                continue;
            }
            if self.options.alive && !self.was_alive(change) {
                not_alive.insert(change.file().path().to_owned());
                continue;
            }
            self.unpublished.record(change.file());
            note_event(change, &mut sample.events);
            sample.files.push(self.measure(change, time));
        }
        if self.options.ordered {
            sample.files.sort_by(|one, other| natural::compare_paths(&one.path, &other.path));
        }
        self.unpublished.report(diagnostics);
        (self.not_alive, self.has_sampled) = (not_alive, true);
        sample
    }

    /// Whether a program was alive when it counted last. One whose file is removed was if it was
    /// alive in the last poll.
    fn was_alive(&self, change: &FileChange) -> bool {
        if change.is_removed() {
            !self.not_alive.contains(change.file().path())
        } else {
            change.life().verdict == Verdict::Alive
        }
    }

    fn measure(&mut self, change: &FileChange, now: f64) -> FileSample {
        let file = change.file();
        self.measured += 1;
        let mut measurements = Vec::new();
        for (index, stat) in file.stats().enumerate() {
            let known = self.memo.get(index, stat.label_bytes());
            let label_use = known.unwrap_or_else(|| self.find_label(index, &stat, file));
            if let LabelUse::Column(id) = label_use
                && std::mem::replace(&mut self.last_measured[id], self.measured) != self.measured
            {
                let kind = ColumnKind::of(&stat, &self.options.gauges);
                measurements.push((id, kind.measurement(&stat, || change.increase(&stat), now)));
            }
        }
        let state = if change.is_removed() {
            FileState::Removed
        } else {
            FileState::Present(change.life().verdict)
        };
        FileSample { path: file.path().to_owned(), state, measurements }
    }

    /// What the label of a file's stat with this index is for.
    fn find_label(&mut self, index: usize, stat: &Stat<'_>, file: &StatsFile) -> LabelUse {
        let label = stat.label();
        let fields = self.options.fields;
        let subject = || Subject::of(file, &label);
        let kind = ColumnKind::of(stat, &self.options.gauges);
        let known = match self.known.get_mut(&*label) {
            Some(known) => known,
            None if fields.selects(&label, subject()) => {
                let info = LabelInfo::of(self.known.len(), stat, kind, subject());
                self.last_measured.push(0);
                self.known.entry(label.clone().into_owned()).or_insert(info)
            }
            None => {
                self.add_other(&label);
                self.memo.set(index, stat.label_bytes(), LabelUse::None);
                return LabelUse::None;
            }
        };
        known.refine(stat, kind, subject);
        let may_have_column = fields.are_given() || known.kind.is_shown_by_default();
        let label_use = if may_have_column { LabelUse::Column(known.id) } else { LabelUse::None };
        if known.is_final() {
            self.memo.set(index, stat.label_bytes(), label_use);
        }
        label_use
    }

    fn add_other(&mut self, label: &str) {
        if !self.has_sampled && !self.others.contains(label) {
            self.others.insert(label.to_owned());
        }
    }
}

/// Notes what became of a file. One that has another file under its path now goes without saying.
fn note_event(change: &FileChange, events: &mut Vec<(PathBuf, FileEvent)>) {
    let path: &Path = change.file().path();
    if let Some(event) = change.event() {
        events.pop_if(|(last, _)| last == path);
        events.push((path.to_owned(), event));
    }
}
