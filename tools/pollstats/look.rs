//! One look at all files: which are there, and what they say.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Instant;

use mmstats::{Processes, ReadError, ReadOptions, StatsFile, Verdict};
use mmstats_cli::clock::now;

use super::fields::{Catalogue, Fields};
use super::filter::{Filter, any_passes};
use super::sampler::{FileSnapshot, Snapshot, Writer};
use super::show::{Known, Show};
use crate::common::arguments::LimitArguments;
use crate::common::patterns::LabelPattern;
use crate::common::subject::Subject;
use crate::common::unpublished::Unpublished;
use mmstats_cli::diagnostics::Diagnostics;

/// What is looked for.
#[derive(Debug)]
pub struct Interest<'a> {
    /// Files, directories and globs; none: the usual places.
    pub places: &'a [OsString],
    /// The labels.
    pub fields: &'a Fields,
    /// What stands before labels, for the filters.
    pub prefix: &'a str,
    /// Which files take part.
    pub filters: &'a [Filter],
    /// How much is read over all files.
    pub limits: LimitArguments,
    /// Labels that are gauges whatever they seem to be.
    pub gauges: &'a [LabelPattern],
    /// Whether only files take part whose program is alive.
    pub alive: bool,
    /// Whether each file is shown, and thus whether its program is alive.
    pub per_file: bool,
}

/// Looks again and again; remembers what it has told.
#[derive(Debug)]
pub struct Observer<'a> {
    interest: Interest<'a>,
    /// What is known of the wanted labels.
    pub known: Catalogue,
    /// Labels that aren't wanted, of the first look: one of them may be meant.
    pub others: BTreeSet<String>,
    has_looked: bool,
    /// What is wrong with each file, as it was told last: a bad file is told of once.
    told: HashMap<PathBuf, String>,
    unpublished: Unpublished,
}

impl<'a> Observer<'a> {
    /// Has seen nothing yet; of `told`, stderr has it already.
    pub fn new(interest: Interest<'a>, told: &[ReadError]) -> Self {
        let told = told.iter().map(|error| (error.path().to_owned(), error.reason())).collect();
        Self {
            interest,
            known: Catalogue::new(),
            others: BTreeSet::new(),
            has_looked: false,
            told,
            unpublished: Unpublished::default(),
        }
    }

    /// Looks for files anew, and into each. Files that went away since aren't missed.
    pub fn look_again(&mut self, diagnostics: &mut Diagnostics) -> Snapshot {
        let search = mmstats::find(self.interest.places);
        for error in search.errors().iter().filter(|error| !error.is_not_found()) {
            self.complain(error, diagnostics);
        }
        self.look_into(search.paths(), diagnostics)
    }

    /// Looks into these files.
    pub fn look_into(&mut self, paths: &[PathBuf], diagnostics: &mut Diagnostics) -> Snapshot {
        let mut snapshot = Snapshot {
            at: Instant::now(),
            time: now(),
            files: Vec::with_capacity(paths.len()),
            others: Vec::new(),
        };
        let options = ReadOptions::new().keep_open(true);
        let mut processes = Processes::new();
        let mut budget = self.interest.limits.budget();
        for path in paths {
            match options.read_within(path, &mut budget) {
                Ok(file) => self.take(&file, &mut processes, &mut snapshot, diagnostics),
                Err(error) if error.is_not_found() => {}
                Err(error) => {
                    self.complain(&error, diagnostics);
                    snapshot.others.push(path.clone());
                }
            }
        }
        self.unpublished.report(diagnostics);
        self.has_looked = true;
        snapshot
    }

    fn take(
        &mut self,
        file: &StatsFile,
        processes: &mut Processes,
        snapshot: &mut Snapshot,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(problem) = file.problem() {
            self.complain(problem, diagnostics);
        }
        // Asked of the system only if it matters: it takes longer than the reading.
        let life = LazyCell::new(|| file.life(processes).verdict);
        let Interest { filters, prefix, alive, .. } = self.interest;
        if any_passes(filters, file, prefix) && (!alive || *life == Verdict::Alive) {
            self.unpublished.record(file);
            let file = self.snapshot(file, &life, snapshot.time);
            snapshot.files.push(file);
        } else {
            snapshot.others.push(file.path().to_owned());
        }
    }

    fn snapshot(
        &mut self,
        file: &StatsFile,
        life: &impl Deref<Target = Verdict>,
        now: f64,
    ) -> FileSnapshot {
        let mut figures = HashMap::new();
        let mut life_matters = self.interest.per_file;
        let is_asked_for = self.interest.fields.are_asked_for();
        for stat in file.stats() {
            let label = stat.label();
            let about = Subject::of(file, &label);
            if !self.interest.fields.want(&label, about) {
                self.pass_over(&label);
                continue;
            }
            if figures.contains_key(&*label) {
                continue;
            }
            let show = Show::of(&stat, self.interest.gauges);
            let figure = show.figure(&stat, now);
            life_matters |= figure.stands_for_itself() && (is_asked_for || show.moves());
            let is_known = |known: &Known| known.told && known.about <= about;
            if !self.known.get(&*label).is_some_and(is_known) {
                self.learn(&label, Known::of(&stat, show, about));
            }
            figures.insert(label.into_owned(), figure);
        }
        FileSnapshot {
            path: file.path().to_owned(),
            writer: writer(file),
            whole: file.problem().is_none(),
            life: life_matters.then(|| **life),
            figures,
        }
    }

    fn pass_over(&mut self, label: &str) {
        if !self.has_looked && !self.others.contains(label) {
            self.others.insert(label.to_owned());
        }
    }

    /// What a file tells counts more than what was guessed from another, and what any program's
    /// work is about more than what a tool's.
    fn learn(&mut self, label: &str, news: Known) {
        match self.known.get_mut(label) {
            Some(known) => {
                let about = known.about.min(news.about);
                if news.told && !known.told {
                    *known = news;
                }
                known.about = about;
            }
            None => {
                self.known.insert(label.to_owned(), news);
            }
        }
    }

    fn complain(&mut self, error: &ReadError, diagnostics: &mut Diagnostics) {
        let reason = error.reason();
        if self.told.get(error.path()) != Some(&reason) {
            diagnostics.file_error(error.path(), &reason);
            self.told.insert(error.path().to_owned(), reason);
        }
    }
}

fn writer(file: &StatsFile) -> Writer {
    let stats = file.stats().rev();
    let created = stats
        .filter(|stat| stat.label_bytes().ends_with(b"sys.created"))
        .find_map(|stat| stat.value().as_f64());
    Writer {
        file: file.device_and_inode(),
        identity: file.identity().cloned(),
        created: created.filter(|created| created.is_finite()),
    }
}
