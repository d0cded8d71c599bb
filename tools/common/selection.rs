//! The files that a tool works on, and an explanation if there are none.

use std::ffi::OsString;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use mmstats::{ReadError, Search};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::plural::counted;

use super::natural;

/// Possible reasons why there are no stats files.
pub const NO_FILES_REASONS: [&str; 4] = [
    "no program that publishes stats is running; one that ends removes its files",
    "it puts them elsewhere: name the file or directory, or set MMSTATS_PATH as it is set there",
    "systemd gives it a /tmp of its own (PrivateTmp=yes): try '/tmp/systemd-private-*/tmp'",
    "this user may not look into the directory",
];

/// The files at the locations that the arguments name.
#[derive(Debug)]
pub struct Selection {
    search: Search,
    paths: Vec<PathBuf>,
    named: Vec<PathBuf>,
}

impl Selection {
    /// Finds the files, and reports what was named and isn't there.
    pub fn find(locations: &[OsString], diagnostics: &mut Diagnostics) -> Self {
        let search = mmstats::find(locations);
        for error in search.errors() {
            diagnostics.file_error(error.path(), &error.reason());
        }
        let mut paths = search.paths().to_vec();
        paths.sort_by(|one, other| natural::compare_paths(one, other));
        let named = locations.iter().map(PathBuf::from).collect();
        Self { search, paths, named }
    }

    /// The files in natural order, each once.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// What writers began and haven't finished, in the directories of the selection.
    pub fn unfinished(&self) -> &[PathBuf] {
        self.search.unfinished()
    }

    /// What was named and isn't there; already reported.
    pub fn errors(&self) -> &[ReadError] {
        self.search.errors()
    }

    /// Whether the error is of a file that was found and has gone since, because its program ended.
    /// One that was named should have been there.
    pub fn has_just_gone(&self, error: &ReadError) -> bool {
        error.is_not_found() && !self.named.iter().any(|named| named == error.path())
    }

    /// Why there are no files but those of `others`, which `--owner` leaves out, in several lines.
    pub fn explain_no_files(&self, others: usize) -> String {
        explain_no_files(self.search.locations(), others)
    }
}

/// Why there are no files at these locations but those of `others`, which `--owner` leaves out, in
/// several lines.
pub fn explain_no_files(locations: &[String], others: usize) -> String {
    if others > 0 {
        return explain_others(others);
    }
    let mut text = "no stats files found\nsearched:".to_owned();
    for location in locations {
        let reason =
            explain_location(location).map_or_else(String::new, |reason| format!("  ({reason})"));
        write!(text, "\n  {}{reason}", escape(location)).expect("a String takes everything");
    }
    text.push_str("\npossible reasons:");
    for reason in NO_FILES_REASONS {
        write!(text, "\n  - {reason}").expect("a String takes everything");
    }
    text
}

/// That there are files of others alone, which `--owner` leaves out.
pub fn explain_others(others: usize) -> String {
    let others = counted(others, "files of other users");
    format!("found {others}, and none of those given with --owner")
}

/// Why nothing can be found at a location, if the system says so.
pub fn explain_location(location: &str) -> Option<&'static str> {
    let folder = Path::new(location).parent()?;
    if folder.as_os_str().is_empty() || is_pattern(folder) {
        return None;
    }
    match folder.read_dir() {
        Ok(_) => None,
        Err(error) if error.kind() == ErrorKind::NotFound => Some("there is no such directory"),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Some("no permission to look there")
        }
        Err(_) => Some("can't be looked into"),
    }
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}
