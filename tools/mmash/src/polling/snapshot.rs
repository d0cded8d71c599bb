//! All files at one moment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use glob::Pattern;
use mmstats::{Life, Processes, ReadBudget, ReadError, ReadOptions, StatsFile, Verdict};
use mmstats_cli::clock::now;
use mmstats_web::Problem;

use mmstats_tools::common::totals::Totals;

use crate::api::Spreads;

/// How many errors are listed: whoever may write into the directory can make any number.
const MOST_ERRORS: usize = 1_000;

/// All files at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// When the reading began, as Unix time in seconds.
    pub time: f64,
    /// The same moment, by a clock that never jumps.
    pub taken: Instant,
    /// The files, sorted by path.
    pub files: Vec<Seen>,
    /// Files that can't be read, or not to their end, with the reason; what was named and isn't
    /// there.
    pub errors: Vec<(PathBuf, String)>,
    /// How many bytes the files take in memory.
    pub bytes: u64,
    /// The patterns that were looked at.
    pub looked_at: Vec<String>,
    /// The histograms that somebody asked for by process.
    pub spreads: Spreads,
    totals: OnceLock<Arc<Totals>>,
}

/// A file, and whether its program is alive.
#[derive(Debug)]
pub struct Seen {
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
            looked_at: Vec::new(),
            spreads: Spreads::default(),
            totals: OnceLock::new(),
        }
    }
}

impl Snapshot {
    /// Finds the files that `places` stand for, and reads each, as far as the budget goes.
    pub fn take(places: &[OsString], mut budget: ReadBudget) -> Self {
        let mut snapshot = Self::default();
        let search = mmstats::find(places);
        let options = ReadOptions::new().keep_open(true);
        let mut processes = Processes::new();
        snapshot.looked_at = search.locations().to_vec();
        for error in search.errors() {
            snapshot.note(error);
        }
        for path in search.paths() {
            match options.read_within(path, &mut budget) {
                Ok(mut file) => {
                    if let Some(problem) = file.problem() {
                        snapshot.note(problem);
                    }
                    let life = file.life(&mut processes);
                    file.close();
                    snapshot.files.push(Seen { file, life });
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => snapshot.note(&error),
            }
        }
        snapshot.bytes = budget.bytes();
        snapshot
    }

    /// The files whose names match; all, if the glob is empty. A glob is of names, and finds
    /// nothing elsewhere.
    pub fn matching(&self, glob: &str) -> Result<impl Iterator<Item = &Seen>, Problem> {
        let wrong = |reason: &str| Problem::bad_request(format!("glob={glob:?}: {reason}"));
        if glob.contains('/') {
            return Err(wrong("a glob is of names, without '/'"));
        }
        let all = glob.is_empty();
        let pattern = Pattern::new(glob).map_err(|error| wrong(error.msg))?;
        Ok(self.files.iter().filter(move |seen| {
            let name = seen.file.path().file_name().unwrap_or_default();
            all || pattern.matches(&name.to_string_lossy())
        }))
    }

    /// The stats of all files, added up; for everybody who asks for them, once.
    pub fn totals(&self) -> Arc<Totals> {
        Arc::clone(self.totals.get_or_init(|| self.add_up(self.files.iter())))
    }

    /// The stats of the files whose names match, added up.
    pub fn totals_of(&self, glob: &str) -> Result<Arc<Totals>, Problem> {
        match glob {
            "" => Ok(self.totals()),
            glob => self.matching(glob).map(|files| self.add_up(files)),
        }
    }

    fn add_up<'a>(&self, files: impl Iterator<Item = &'a Seen>) -> Arc<Totals> {
        let mut totals = Totals::default();
        for seen in files {
            let (file, verdict) = (&seen.file, seen.life.verdict);
            file.stats().for_each(|stat| totals.add(file, &stat, verdict, self.time));
        }
        Arc::new(totals)
    }

    fn note(&mut self, error: &ReadError) {
        let reason = match self.errors.len() {
            ..MOST_ERRORS => error.reason(),
            MOST_ERRORS => format!("the last of {MOST_ERRORS} errors; further ones aren't listed"),
            _ => return,
        };
        self.errors.push((error.path().to_path_buf(), reason));
    }
}

impl Seen {
    /// `alive`, `dead` or `undecided`.
    pub const fn life(&self) -> &'static str {
        match self.life.verdict {
            Verdict::Alive => "alive",
            Verdict::Dead => "dead",
            Verdict::Undecided => "undecided",
        }
    }
}
