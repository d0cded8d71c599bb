//! All files at one moment.

use std::ffi::OsString;
use std::path::PathBuf;

use mmstats::{Life, Processes, ReadError, StatsFile};

use crate::common::time;

/// All files at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Unix time in seconds.
    pub time: f64,
    /// The files, sorted by path.
    pub files: Vec<Seen>,
    /// Files that can't be read, or not to their end, with the reason; what was named and isn't
    /// there.
    pub errors: Vec<(PathBuf, String)>,
    /// The patterns that were looked at.
    pub looked_at: Vec<String>,
}

/// A file, and whether its program is alive.
#[derive(Debug)]
pub struct Seen {
    pub file: StatsFile,
    pub life: Life,
}

impl Snapshot {
    /// Finds the files that `places` stand for, and reads each.
    pub fn take(places: &[OsString]) -> Self {
        let search = mmstats::find(places);
        let mut processes = Processes::new();
        let mut snapshot =
            Self { time: time::now(), looked_at: search.looked_at().to_vec(), ..Self::default() };
        for error in search.errors() {
            snapshot.note(error);
        }
        for path in search.paths() {
            match StatsFile::read(path) {
                Ok(file) => {
                    if let Some(problem) = file.problem() {
                        snapshot.note(problem);
                    }
                    let life = file.life(&mut processes);
                    snapshot.files.push(Seen { file, life });
                }
                Err(error) if is_gone(&error) => {}
                Err(error) => snapshot.note(&error),
            }
        }
        snapshot
    }

    fn note(&mut self, error: &ReadError) {
        self.errors.push((error.path().to_path_buf(), error.reason().clone()));
    }
}

/// Its program ended between the search and the reading.
fn is_gone(error: &ReadError) -> bool {
    matches!(error, ReadError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
}
