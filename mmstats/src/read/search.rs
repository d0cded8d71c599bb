//! Finds stats files by a tool's arguments, or in the default locations.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::locate::{Visitor, locate};
use crate::file::ReadError;

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
    locate(arguments, &mut search);
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
}

impl Visitor for Search {
    fn location(&mut self, location: String) {
        self.locations.push(location);
    }

    fn file(&mut self, path: &Path, _inode: u64) {
        self.paths.push(path.to_path_buf());
    }

    fn unfinished(&mut self, path: &Path) {
        self.unfinished.push(path.to_path_buf());
    }

    fn error(&mut self, error: ReadError) {
        self.errors.push(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
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
