//! Which files and labels take part, and what is measured of them.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use mmstats::{Changes, FileChange, FileEvent, Stat, StatsFile, Verdict};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_totals::subject::Subject;

use super::catalog::{Catalog, Entry, LabelInfo};
use super::column_kind::{ColumnKind, is_gauge};
use super::fields::Fields;
use super::filter::Filter;
use super::label_table::{LabelTable, LabelUse, Stage};
use super::sample::{FileSample, FileState, Sample};
use super::selection::Candidate;
use super::writers::{self, Passing};
use crate::common::natural;
use crate::common::patterns::LabelPattern;
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
    /// Labels and names to treat as gauges.
    pub gauges: Vec<LabelPattern>,
    /// Whether only files of live programs take part.
    pub alive: bool,
    /// Whether the order of files matters.
    pub ordered: bool,
    /// Whether files of one thread are measured together.
    pub joined: bool,
    /// The most labels that have columns; a long one counts as several.
    pub max_labels: usize,
}

/// Measures what takes part; remembers which labels there are.
#[derive(Debug)]
pub struct Sampler<'a> {
    options: SampleOptions<'a>,
    /// What is known of the selected labels.
    pub known: Catalog,
    /// Names of the first sample that aren't selected, and labels if FIELDS have any: one of them
    /// may be meant.
    pub others: BTreeSet<String>,
    has_sampled: bool,
    /// With `alive`: the files that didn't take part in the last sample.
    not_alive: HashSet<PathBuf>,
    passing: Passing,
    unpublished: Unpublished,
    labels: LabelTable,
    /// What is to be reported.
    notes: Vec<String>,
    is_full: bool,
}

impl<'a> Sampler<'a> {
    /// Knows no label yet.
    pub fn new(options: SampleOptions<'a>) -> Self {
        Self {
            known: Catalog::new(options.max_labels),
            options,
            others: BTreeSet::new(),
            has_sampled: false,
            not_alive: HashSet::new(),
            passing: Passing::default(),
            unpublished: Unpublished::default(),
            labels: LabelTable::default(),
            notes: Vec::new(),
            is_full: false,
        }
    }

    /// Measures the changes up to a poll at this Unix time.
    pub fn sample(&mut self, changes: &Changes, time: f64, diagnostics: &Diagnostics) -> Sample {
        let SampleOptions { ref filters, prefix, alive, joined, ordered, .. } = self.options;
        let files = changes.files().iter().map(FileChange::file);
        let passing = self.passing.of(filters, prefix, files);
        let mut not_alive = HashSet::new();
        let (mut files, mut events) = (Vec::new(), Vec::new());
        for (change, _) in changes.files().iter().zip(passing).filter(|(_, passes)| *passes) {
            if alive && !self.was_alive(change) {
                not_alive.insert(change.file().path().to_owned());
                continue;
            }
            self.unpublished.record(change.file());
            note_event(change, &mut events);
            files.push((change.file(), self.measure(change, time)));
        }
        let mut files = if joined {
            writers::join(files)
        } else {
            files.into_iter().map(|(_, file)| file).collect()
        };
        if ordered {
            files.sort_by(|one, other| natural::compare_paths(&one.path, &other.path));
        }
        self.labels.end_poll();
        self.notes.drain(..).for_each(|note| diagnostics.note(&note));
        self.unpublished.report(diagnostics);
        (self.not_alive, self.has_sampled) = (not_alive, true);
        Sample { time, interval: changes.interval(), files, events }
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
        self.labels.begin_file();
        let mut measurements = Vec::new();
        for stat in file.stats() {
            let (number, known) = self.labels.find(stat.label_bytes());
            if known.is_unused() {
                continue;
            }
            let mut label_use = *known;
            if label_use.stage != Stage::Final {
                label_use = self.find_columns(number, label_use, &stat, file);
            }
            let [Some(first), second] = label_use.columns else {
                continue;
            };
            if self.labels.is_first(number) {
                let kind = ColumnKind::of(&stat, label_use.is_gauge);
                let measurement = kind.measurement(&stat, || change.increase(&stat), now);
                if let Some(second) = second {
                    measurements.push((second, measurement.clone()));
                }
                measurements.push((first, measurement));
            }
        }
        let state = if change.is_removed() {
            FileState::Removed
        } else {
            FileState::Present(change.life().verdict)
        };
        FileSample { path: file.path().to_owned(), state, measurements }
    }

    /// The columns of the label with this number, as far as they are shown, and what else the stat of
    /// a file says.
    fn find_columns(
        &mut self,
        number: usize,
        before: LabelUse,
        stat: &Stat<'_>,
        file: &StatsFile,
    ) -> LabelUse {
        let is_guess = stat.kind().is_none();
        let mut label_use = match before.stage {
            Stage::New => self.select(stat, file),
            Stage::Guessed if !is_guess => self.select(stat, file),
            _ => before,
        };
        let kind = ColumnKind::of(stat, label_use.is_gauge);
        let mut is_final = !is_guess || label_use.stage == Stage::Final;
        for id in label_use.columns.into_iter().flatten() {
            self.known.refine(id, stat, kind, || Subject::of(file, stat.series().name()));
            is_final &= self.known.info(id).is_final();
        }
        if is_final {
            label_use.stage = Stage::Final;
        }
        let are_given = self.options.fields.are_given();
        let is_shown = |known: &LabelInfo| are_given || known.kind.is_shown_by_default();
        let shown = label_use.columns.map(|id| id.filter(|&id| is_shown(self.known.info(id))));
        let shown = LabelUse { columns: shown, ..label_use };
        self.labels.set(number, if is_final { shown } else { label_use });
        shown
    }

    /// What a stat is selected as.
    fn select(&mut self, stat: &Stat<'_>, file: &StatsFile) -> LabelUse {
        let fields = self.options.fields;
        let candidate = fields.candidate(stat);
        let subject = Subject::of(file, &candidate.name);
        let is_gauge = is_gauge(&self.options.gauges, &candidate.label, &candidate.name);
        let kind = ColumnKind::of(stat, is_gauge);
        let targets = fields.targets(&candidate, subject);
        if targets.iter().all(Option::is_none) {
            self.add_other(candidate);
            return LabelUse { stage: Stage::Final, ..LabelUse::default() };
        }
        let mut columns = targets.into_iter().flatten().filter_map(|target| {
            match self.known.add(target, stat, kind, subject) {
                Entry::Member(id) => return Some(id),
                Entry::Rejected { id, is_first: true } => {
                    self.notes.push(rejection(&candidate.label, stat, kind, self.known.info(id)));
                }
                Entry::Full if !self.is_full => {
                    self.is_full = true;
                    self.notes.push("too many labels: the last ones have no column".to_owned());
                }
                _ => {}
            }
            None
        });
        let columns = [columns.next(), columns.next()];
        let stage = if stat.kind().is_none() { Stage::Guessed } else { Stage::Declared };
        LabelUse { columns, is_gauge, stage }
    }

    fn add_other(&mut self, candidate: Candidate<'_>) {
        if self.has_sampled {
            return;
        }
        let Candidate { label, name, .. } = candidate;
        if !self.others.contains(&*name) {
            self.others.insert(name.into_owned());
        }
        if self.options.fields.have_braces() {
            self.others.insert(label.into_owned());
        }
    }
}

/// Why a stat isn't added to the others of its name.
fn rejection(label: &str, stat: &Stat<'_>, kind: ColumnKind, others: &LabelInfo) -> String {
    let what = |kind: ColumnKind, unit: &str| match (kind.stat_kind().name(), unit) {
        (kind, "") => format!("{kind} without unit"),
        (kind, unit) => format!("{kind} in {unit}"),
    };
    let (this, those) = (what(kind, stat.unit()), what(others.kind, &others.unit));
    let text = format!("{label} ({this}) isn't added to {} ({those})", others.label);
    escape(&text).into_owned()
}

/// Notes what became of a file. One that has another file under its path now goes without saying.
fn note_event(change: &FileChange, events: &mut Vec<(PathBuf, FileEvent)>) {
    let path: &Path = change.file().path();
    if let Some(event) = change.event() {
        events.pop_if(|(last, _)| last == path);
        events.push((path.to_owned(), event));
    }
}
