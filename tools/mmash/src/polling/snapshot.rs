//! All files at one moment.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use glob::Pattern;
use mmstats::{ReadError, Update, WatchedFile};
use mmstats_cli::clock::now;
use mmstats_totals::totals::Totals;
use mmstats_web::Problem;

use super::histograms::ProcessHistograms;

/// How many errors are listed: anyone who may write into the directory can cause any number.
const MAX_ERRORS: usize = 1_000;

/// All files at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// When the poll began, as Unix time in seconds.
    pub time: f64,
    /// The same moment, by a clock that never jumps.
    pub taken: Instant,
    /// The files, sorted by path.
    pub files: Vec<WatchedFile>,
    /// Files that can't be read, or not to their end, and locations that don't exist, with the
    /// reason.
    pub errors: Vec<(PathBuf, String)>,
    /// Where files were searched.
    pub locations: Vec<String>,
    /// The histograms of single processes that somebody asked for.
    pub histograms: ProcessHistograms,
    totals: OnceLock<Arc<Totals>>,
}

impl Default for Snapshot {
    /// No files, at present.
    fn default() -> Self {
        Self {
            time: now(),
            taken: Instant::now(),
            files: Vec::new(),
            errors: Vec::new(),
            locations: Vec::new(),
            histograms: ProcessHistograms::default(),
            totals: OnceLock::new(),
        }
    }
}

impl Snapshot {
    /// The files of a poll that began at `taken`.
    pub fn of(update: &Update<'_>, taken: Instant) -> Self {
        let mut snapshot = Self {
            time: time_of(update),
            taken,
            files: update.files().cloned().collect(),
            locations: update.locations().to_vec(),
            ..Self::default()
        };
        update.all_errors().take(MAX_ERRORS + 1).for_each(|error| snapshot.add_error(error));
        snapshot
    }

    /// The files whose names match; all, if the glob is empty.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if the glob is invalid or has a `/`.
    pub fn matching(&self, glob: &str) -> Result<impl Iterator<Item = &WatchedFile>, Problem> {
        let invalid = |reason: &str| Problem::bad_request(format!("glob={glob:?}: {reason}"));
        if glob.contains('/') {
            return Err(invalid("a glob matches file names and can't contain '/'"));
        }
        let all = glob.is_empty();
        let pattern = Pattern::new(glob).map_err(|error| invalid(error.msg))?;
        Ok(self.files.iter().filter(move |entry| {
            let name = entry.file().path().file_name().unwrap_or_default();
            all || pattern.matches(&name.to_string_lossy())
        }))
    }

    /// The stats of all files, added up once, when first asked for.
    pub fn totals(&self) -> Arc<Totals> {
        Arc::clone(self.totals.get_or_init(|| total(self.files.iter(), self.time)))
    }

    /// The stats of the files whose names match, added up.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if the glob is invalid.
    pub fn totals_of(&self, glob: &str) -> Result<Arc<Totals>, Problem> {
        match glob {
            "" => Ok(self.totals()),
            glob => self.matching(glob).map(|files| total(files, self.time)),
        }
    }

    fn add_error(&mut self, error: &ReadError) {
        let reason = match self.errors.len() {
            ..MAX_ERRORS => error.reason(),
            _ => format!("the last of {MAX_ERRORS} errors; more are not listed"),
        };
        self.errors.push((error.path().to_path_buf(), reason));
    }
}

/// When a poll began, as Unix time in seconds.
pub fn time_of(update: &Update<'_>) -> f64 {
    let since = update.wall().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}

/// The stats of files at a time, added up.
pub fn total<'a>(files: impl Iterator<Item = &'a WatchedFile>, time: f64) -> Arc<Totals> {
    let mut totals = Totals::default();
    for entry in files {
        let (file, verdict) = (entry.file(), entry.life().verdict);
        let mut sum = totals.file(file, verdict, time);
        file.stats().for_each(|stat| sum.add(&stat));
    }
    Arc::new(totals)
}
