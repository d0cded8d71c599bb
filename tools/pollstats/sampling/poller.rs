//! Polls all files: which exist, and what they say.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Instant;

use mmstats::{Processes, ReadError, ReadOptions, StatsFile, Verdict};
use mmstats_cli::clock::now;
use mmstats_cli::diagnostics::Diagnostics;

use super::catalog::{Catalog, LabelInfo};
use super::column_kind::ColumnKind;
use super::fields::Fields;
use super::filter::{Filter, any_passes};
use super::snapshot::{FileSnapshot, Snapshot, WriterIdentity};
use crate::common::arguments::LimitArguments;
use crate::common::patterns::LabelPattern;
use crate::common::subject::Subject;
use crate::common::unpublished::Unpublished;

/// What is polled.
#[derive(Debug)]
pub struct PollOptions<'a> {
    /// Files, directories and globs; none: the default locations.
    pub locations: &'a [OsString],
    /// The labels.
    pub fields: &'a Fields,
    /// The prefix of labels, for the filters.
    pub prefix: &'a str,
    /// Which files take part.
    pub filters: &'a [Filter],
    /// Limits on what is read.
    pub limits: LimitArguments,
    /// Labels to treat as gauges.
    pub gauges: &'a [LabelPattern],
    /// Whether only files of live programs take part.
    pub alive: bool,
    /// Whether each file is shown, with whether its program is alive.
    pub per_file: bool,
}

/// Polls again and again; remembers what it has reported.
#[derive(Debug)]
pub struct Poller<'a> {
    options: PollOptions<'a>,
    /// What is known of the selected labels.
    pub known: Catalog,
    /// Labels of the first poll that aren't selected: one of them may be meant.
    pub others: BTreeSet<String>,
    has_polled: bool,
    /// The last error of each file: it is reported once.
    reported: HashMap<PathBuf, String>,
    unpublished: Unpublished,
}

impl<'a> Poller<'a> {
    /// Hasn't polled yet; `reported` are errors that stderr has already.
    pub fn new(options: PollOptions<'a>, reported: &[ReadError]) -> Self {
        let reported =
            reported.iter().map(|error| (error.path().to_owned(), error.reason())).collect();
        Self {
            options,
            known: Catalog::new(),
            others: BTreeSet::new(),
            has_polled: false,
            reported,
            unpublished: Unpublished::default(),
        }
    }

    /// Scans for files anew, and reads each. Files that have disappeared aren't errors.
    pub fn poll(&mut self, diagnostics: &mut Diagnostics) -> Snapshot {
        let search = mmstats::find(self.options.locations);
        for error in search.errors().iter().filter(|error| !error.is_not_found()) {
            self.report_once(error, diagnostics);
        }
        self.poll_files(search.paths(), diagnostics)
    }

    /// Reads these files.
    pub fn poll_files(&mut self, paths: &[PathBuf], diagnostics: &mut Diagnostics) -> Snapshot {
        let mut snapshot = Snapshot {
            at: Instant::now(),
            time: now(),
            files: Vec::with_capacity(paths.len()),
            unread: Vec::new(),
        };
        let options = ReadOptions::new().keep_open(true);
        let mut processes = Processes::new();
        let mut budget = self.options.limits.budget();
        for path in paths {
            match options.read_within(path, &mut budget) {
                Ok(file) => self.add_file(&file, &mut processes, &mut snapshot, diagnostics),
                Err(error) if error.is_not_found() => {}
                Err(error) => {
                    self.report_once(&error, diagnostics);
                    snapshot.unread.push(path.clone());
                }
            }
        }
        self.unpublished.report(diagnostics);
        self.has_polled = true;
        snapshot
    }

    fn add_file(
        &mut self,
        file: &StatsFile,
        processes: &mut Processes,
        snapshot: &mut Snapshot,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(problem) = file.problem() {
            self.report_once(problem, diagnostics);
        }
        // Found out only if it matters: it takes longer than reading.
        let life = LazyCell::new(|| file.life(processes).verdict);
        let PollOptions { filters, prefix, alive, .. } = self.options;
        if any_passes(filters, file, prefix) && (!alive || *life == Verdict::Alive) {
            self.unpublished.record(file);
            let file = self.snapshot(file, &life, snapshot.time);
            snapshot.files.push(file);
        } else {
            snapshot.unread.push(file.path().to_owned());
        }
    }

    fn snapshot(
        &mut self,
        file: &StatsFile,
        life: &impl Deref<Target = Verdict>,
        now: f64,
    ) -> FileSnapshot {
        let mut measurements = HashMap::new();
        let mut life_matters = self.options.per_file;
        let are_fields_given = self.options.fields.are_given();
        for stat in file.stats() {
            let label = stat.label();
            let subject = Subject::of(file, &label);
            if !self.options.fields.selects(&label, subject) {
                self.add_other(&label);
                continue;
            }
            if measurements.contains_key(&*label) {
                continue;
            }
            let kind = ColumnKind::of(&stat, self.options.gauges);
            let measurement = kind.measurement(&stat, now);
            life_matters |=
                measurement.is_state() && (are_fields_given || kind.is_shown_by_default());
            let is_known = |known: &LabelInfo| known.is_declared && known.subject <= subject;
            if !self.known.get(&*label).is_some_and(is_known) {
                self.add_info(&label, LabelInfo::of(&stat, kind, subject));
            }
            measurements.insert(label.into_owned(), measurement);
        }
        FileSnapshot {
            path: file.path().to_owned(),
            writer: writer(file),
            is_complete: file.problem().is_none(),
            life: life_matters.then(|| **life),
            measurements,
        }
    }

    fn add_other(&mut self, label: &str) {
        if !self.has_polled && !self.others.contains(label) {
            self.others.insert(label.to_owned());
        }
    }

    /// What one file declares takes precedence over what was guessed from another, and work over
    /// telemetry.
    fn add_info(&mut self, label: &str, new: LabelInfo) {
        match self.known.get_mut(label) {
            Some(known) => {
                let subject = known.subject.min(new.subject);
                if new.is_declared && !known.is_declared {
                    *known = new;
                }
                known.subject = subject;
            }
            None => {
                self.known.insert(label.to_owned(), new);
            }
        }
    }

    fn report_once(&mut self, error: &ReadError, diagnostics: &mut Diagnostics) {
        let reason = error.reason();
        if self.reported.get(error.path()) != Some(&reason) {
            diagnostics.file_error(error.path(), &reason);
            self.reported.insert(error.path().to_owned(), reason);
        }
    }
}

fn writer(file: &StatsFile) -> WriterIdentity {
    let stats = file.stats().rev();
    let created = stats
        .filter(|stat| stat.label_bytes().ends_with(b"sys.created"))
        .find_map(|stat| stat.value().as_f64());
    WriterIdentity {
        file: file.device_and_inode(),
        identity: file.identity().cloned(),
        created: created.filter(|created| created.is_finite()),
    }
}
