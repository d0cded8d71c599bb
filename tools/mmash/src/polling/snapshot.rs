//! All files at one moment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use glob::Pattern;
use mmstats::{Life, Processes, ReadBudget, ReadError, ReadOptions, StatsFile, Verdict};
use mmstats_cli::clock::now;
use mmstats_tools::common::totals::Totals;
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
    pub files: Vec<SnapshotFile>,
    /// Files that can't be read, or not to their end, and locations that don't exist, with the
    /// reason.
    pub errors: Vec<(PathBuf, String)>,
    /// How many bytes the files take in memory.
    pub bytes: u64,
    /// Where files were searched.
    pub locations: Vec<String>,
    /// The histograms of single processes that somebody asked for.
    pub histograms: ProcessHistograms,
    totals: OnceLock<Arc<Totals>>,
}

/// A file, and whether its writer is alive.
#[derive(Debug)]
pub struct SnapshotFile {
    pub file: StatsFile,
    pub life: Life,
}

impl Default for Snapshot {
    /// No files, at present.
    fn default() -> Self {
        Self {
            time: now(),
            taken: Instant::now(),
            files: Vec::new(),
            errors: Vec::new(),
            bytes: 0,
            locations: Vec::new(),
            histograms: ProcessHistograms::default(),
            totals: OnceLock::new(),
        }
    }
}

impl Snapshot {
    /// Reads the files at these locations, as far as the budget allows.
    pub fn take(locations: &[OsString], mut budget: ReadBudget) -> Self {
        let mut snapshot = Self::default();
        let search = mmstats::find(locations);
        let options = ReadOptions::new().keep_open(true);
        let mut processes = Processes::new();
        snapshot.locations = search.locations().to_vec();
        for error in search.errors() {
            snapshot.add_error(error);
        }
        for path in search.paths() {
            match options.read_within(path, &mut budget) {
                Ok(mut file) => {
                    if let Some(problem) = file.problem() {
                        snapshot.add_error(problem);
                    }
                    let life = file.life(&mut processes);
                    file.close();
                    snapshot.files.push(SnapshotFile { file, life });
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => snapshot.add_error(&error),
            }
        }
        snapshot.bytes = budget.bytes();
        snapshot
    }

    /// The files whose names match; all, if the glob is empty.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if the glob is invalid or has a `/`.
    pub fn matching(&self, glob: &str) -> Result<impl Iterator<Item = &SnapshotFile>, Problem> {
        let invalid = |reason: &str| Problem::bad_request(format!("glob={glob:?}: {reason}"));
        if glob.contains('/') {
            return Err(invalid("a glob matches file names and can't contain '/'"));
        }
        let all = glob.is_empty();
        let pattern = Pattern::new(glob).map_err(|error| invalid(error.msg))?;
        Ok(self.files.iter().filter(move |entry| {
            let name = entry.file.path().file_name().unwrap_or_default();
            all || pattern.matches(&name.to_string_lossy())
        }))
    }

    /// The stats of all files, added up once, when first asked for.
    pub fn totals(&self) -> Arc<Totals> {
        Arc::clone(self.totals.get_or_init(|| self.total(self.files.iter())))
    }

    /// The stats of the files whose names match, added up.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] if the glob is invalid.
    pub fn totals_of(&self, glob: &str) -> Result<Arc<Totals>, Problem> {
        match glob {
            "" => Ok(self.totals()),
            glob => self.matching(glob).map(|files| self.total(files)),
        }
    }

    fn total<'a>(&self, files: impl Iterator<Item = &'a SnapshotFile>) -> Arc<Totals> {
        let mut totals = Totals::default();
        for SnapshotFile { file, life } in files {
            file.stats().for_each(|stat| totals.add(file, &stat, life.verdict, self.time));
        }
        Arc::new(totals)
    }

    fn add_error(&mut self, error: &ReadError) {
        let reason = match self.errors.len() {
            ..MAX_ERRORS => error.reason(),
            MAX_ERRORS => format!("the last of {MAX_ERRORS} errors; more are not listed"),
            _ => return,
        };
        self.errors.push((error.path().to_path_buf(), reason));
    }
}

impl SnapshotFile {
    /// `alive`, `dead` or `undecided`.
    pub const fn life(&self) -> &'static str {
        match self.life.verdict {
            Verdict::Alive => "alive",
            Verdict::Dead => "dead",
            _ => "undecided",
        }
    }
}
