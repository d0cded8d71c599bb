//! Finds stats files by a tool's arguments, or in the default locations.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use glob::MatchOptions;

use crate::file::ReadError;
use crate::file::locations::{Environment, Locations};
use crate::file::{file_names, template};
use crate::memory::is_privileged;

/// The result of a search: the files and the locations.
///
/// ```
/// let found = mmstats::find(["/var/lib/no-such-directory/*.mmstats"]);
/// assert!(found.paths().is_empty());
/// assert_eq!(found.locations(), ["/var/lib/no-such-directory/*.mmstats"]);
/// ```
#[derive(Debug, Default)]
pub struct Search {
    paths: Vec<PathBuf>,
    locations: Vec<String>,
    errors: Vec<ReadError>,
    unfinished: Vec<PathBuf>,
}

/// Finds stats files by `arguments`: files, directories and globs.
///
/// A directory, even one that a glob matches, means its `*.mmstats` and `mmstats-*`, without
/// subdirectories. `dir/**` matches `dir` and every directory below it. A glob doesn't match names
/// that begin with a dot. An explicitly named file may have any name. Without arguments the
/// locations are `$MMSTATS_GLOB`, else `$MMSTATS_PATH`, else `/dev/shm` and the temporary
/// directory. A set-user-ID program ignores the variables.
pub fn find<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Search {
    let mut search = Search::default();
    let mut arguments = arguments.into_iter().peekable();
    if arguments.peek().is_none() {
        search.search_default_locations();
    }
    for argument in arguments {
        search.search_argument(argument.as_ref());
    }
    // By bytes: comparing paths splits them into components.
    search.paths.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    search.paths.dedup_by(|one, other| one.as_os_str() == other.as_os_str());
    search
}

impl Search {
    /// The files, sorted, each once.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The paths and patterns that were searched, for a message when nothing was found.
    pub fn locations(&self) -> &[String] {
        &self.locations
    }

    /// Arguments that don't exist, or directories that can't be read.
    pub fn errors(&self) -> &[ReadError] {
        &self.errors
    }

    /// Incomplete files in the searched directories, which nobody reads.
    /// [`remove_if_dead`](crate::remove_if_dead) removes those of dead writers.
    pub fn unfinished(&self) -> &[PathBuf] {
        &self.unfinished
    }

    fn search_default_locations(&mut self) {
        match Environment::of(is_privileged()).for_readers() {
            Locations::Glob(pattern) => self.expand(&pattern),
            Locations::Directories(templates) => {
                for template in templates {
                    self.note_patterns(&template);
                    for directory in template::directories(&template) {
                        // They needn't exist.
                        let _ = self.take_all(&directory);
                    }
                }
            }
        }
    }

    fn search_argument(&mut self, argument: &OsStr) {
        let path = Path::new(argument);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                if let Err(source) = self.search_directory(path) {
                    self.errors.push(ReadError::Io { path: path.into(), source });
                }
            }
            Ok(_) => self.take(path.into()),
            Err(source) => match argument.to_str().filter(|text| is_glob(text)) {
                Some(pattern) if source.kind() == io::ErrorKind::NotFound => self.expand(pattern),
                _ => self.errors.push(ReadError::Io { path: path.into(), source }),
            },
        }
    }

    fn take(&mut self, path: PathBuf) {
        self.locations.push(path.display().to_string());
        self.paths.push(path);
    }

    fn search_directory(&mut self, directory: &Path) -> io::Result<()> {
        self.note_patterns(directory);
        self.take_all(directory)
    }

    fn note_patterns(&mut self, directory: &Path) {
        for pattern in file_names::PATTERNS {
            self.locations.push(directory.join(pattern).display().to_string());
        }
    }

    /// Takes the stats files of a directory by their names.
    fn take_all(&mut self, directory: &Path) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            // A link or an unknown type may be a file; reading it will show.
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name();
            let hidden = name.as_bytes().starts_with(b".");
            if !folder && !hidden && file_names::is_stats_file_name(&name) {
                self.paths.push(entry.path());
            } else if !folder && file_names::pid_of_temporary(&name).is_some() {
                self.unfinished.push(entry.path());
            }
        }
        Ok(())
    }

    fn expand(&mut self, pattern: &str) {
        self.locations.push(pattern.to_owned());
        self.take_matches(pattern);
    }

    fn take_matches(&mut self, pattern: &str) {
        const OPTIONS: MatchOptions = MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        // The library leaves this out: two asterisks also match no folder.
        let above = pattern.trim_end_matches('/').strip_suffix("**");
        match above.filter(|above| above.is_empty() || above.ends_with('/')) {
            Some("") => self.take_matches("."),
            Some(above) => self.take_matches(above),
            None => {}
        }
        let matches = match glob::glob_with(pattern, OPTIONS) {
            Ok(matches) => matches,
            Err(error) => {
                let source = io::Error::new(io::ErrorKind::InvalidInput, error);
                return self.errors.push(ReadError::Io { path: pattern.into(), source });
            }
        };
        for found in matches {
            let outcome = match found {
                Ok(path) if path.is_dir() => self.search_directory(&path).map_err(|e| (path, e)),
                Ok(path) => {
                    self.paths.push(path);
                    Ok(())
                }
                Err(error) => Err((error.path().to_owned(), error.into())),
            };
            if let Err((path, source)) = outcome {
                self.errors.push(ReadError::Io { path, source });
            }
        }
    }
}

fn is_glob(text: &str) -> bool {
    text.as_bytes().iter().any(|byte| b"*?[".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    /// A directory with stats files and others.
    fn populated() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.mmstats", "a.mmstats", "mmstats-1", ".c.mmstats", ".mmstats-7-1.tmp", "d"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        for folder in ["mmstats-folder", "inner"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
            fs::write(dir.path().join(folder).join("deep.mmstats"), "").unwrap();
        }
        dir
    }

    /// The names that were found, below `dir`.
    fn names(dir: &TempDir, arguments: &[&str]) -> Vec<String> {
        let arguments = arguments.iter().map(|argument| dir.path().join(argument));
        let search = find(arguments);
        let names = search.paths().iter().map(|path| path.strip_prefix(dir.path()).unwrap());
        names.map(|name| name.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_directory_stands_for_its_stats_files_without_going_deeper() {
        let dir = populated();
        assert_eq!(names(&dir, &[""]), ["a.mmstats", "b.mmstats", "mmstats-1"]);
        let search = find([dir.path()]);
        assert_eq!(search.unfinished(), [dir.path().join(".mmstats-7-1.tmp")]);
        let locations = ["*.mmstats", "mmstats-*"].map(|pattern| dir.path().join(pattern));
        assert_eq!(search.locations(), locations.map(|path| path.display().to_string()));
    }

    #[test]
    fn a_glob_matches_names_and_looks_into_directories_that_it_matches() {
        let dir = populated();
        assert_eq!(names(&dir, &["[ab].*"]), ["a.mmstats", "b.mmstats"]);
        assert_eq!(names(&dir, &["mmstats-*"]), ["mmstats-1", "mmstats-folder/deep.mmstats"]);
        assert_eq!(names(&dir, &["*c.mmstats"]), [""; 0], "names with a dot in front are hidden");
        assert_eq!(names(&dir, &["*/*"]), ["inner/deep.mmstats", "mmstats-folder/deep.mmstats"]);
        let nothing = find([dir.path().join("*.nothing")]);
        assert!(nothing.errors().is_empty() && nothing.locations().len() == 1);
    }

    #[test]
    fn two_asterisks_stand_for_every_folder_below() {
        let dir = populated();
        let all = [
            "a.mmstats",
            "b.mmstats",
            "inner/deep.mmstats",
            "mmstats-1",
            "mmstats-folder/deep.mmstats",
        ];
        for pattern in ["**", "**/", "**/**"] {
            assert_eq!(names(&dir, &[pattern]), all, "{pattern}");
        }
        let by_suffix: Vec<_> = all.into_iter().filter(|name| *name != "mmstats-1").collect();
        assert_eq!(names(&dir, &["**/*.mmstats"]), by_suffix);
        assert_eq!(names(&dir, &["in*/**"]), ["inner/deep.mmstats"]);
        assert_eq!(names(&dir, &["inner/**"]), ["inner/deep.mmstats"]);
        assert!(names(&dir, &["d/**", "none/**"]).is_empty());
    }

    #[test]
    fn a_file_is_taken_whatever_its_name_and_each_once() {
        let dir = populated();
        assert_eq!(names(&dir, &["d", ".c.mmstats", "d"]), [".c.mmstats", "d"]);
        assert_eq!(names(&dir, &["", "b.mmstats"]), ["a.mmstats", "b.mmstats", "mmstats-1"]);
        let odd = dir.path().join("[a].mmstats");
        fs::write(&odd, "").unwrap();
        assert_eq!(names(&dir, &["[a].mmstats"]), ["[a].mmstats"], "a name comes before a glob");
    }

    #[test]
    fn what_is_named_and_not_there_is_an_error() {
        let dir = populated();
        let looping = dir.path().join("loop*");
        symlink(&looping, &looping).unwrap();
        for name in ["missing", "d/below", "loop*"] {
            let search = find([dir.path().join(name)]);
            let [error] = search.errors() else { panic!("{name}: {search:?}") };
            assert_eq!(error.path(), dir.path().join(name));
            assert!(search.paths().is_empty());
        }
        let search = find([dir.path().join("[a-")]);
        assert!(search.errors()[0].reason().contains("Pattern"), "{search:?}");
    }
}
