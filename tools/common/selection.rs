//! Which files a tool works on, and what it says where there are none.

use std::ffi::OsString;
use std::fmt::Write;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use mmstats::{ReadError, Search};

use super::natural;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

/// Why there may be no stats files.
pub const WHY_NOTHING: [&str; 4] = [
    "no program that publishes stats is running; one that ends removes its files",
    "it puts them elsewhere: name the file or directory, or set MMSTATS_PATH as it is set there",
    "systemd gives it a /tmp of its own (PrivateTmp=yes): try '/tmp/systemd-private-*/tmp'",
    "this user may not look into the directory",
];

/// The files that the arguments stand for.
#[derive(Debug)]
pub struct Selection {
    search: Search,
    paths: Vec<PathBuf>,
    named: Vec<PathBuf>,
}

impl Selection {
    /// Finds the files, and tells what was named and isn't there.
    pub fn find(places: &[OsString], diagnostics: &mut Diagnostics) -> Self {
        Self::find_and_tell(places, diagnostics, |_| true)
    }

    /// The same for somebody who waits: what isn't there may come.
    pub fn find_what_may_come(places: &[OsString], diagnostics: &mut Diagnostics) -> Self {
        Self::find_and_tell(places, diagnostics, |error| !error.is_not_found())
    }

    fn find_and_tell(
        places: &[OsString],
        diagnostics: &mut Diagnostics,
        matters: impl Fn(&ReadError) -> bool,
    ) -> Self {
        let search = mmstats::find(places);
        for error in search.errors().iter().filter(|error| matters(error)) {
            diagnostics.file_error(error.path(), &error.reason());
        }
        let mut paths = search.paths().to_vec();
        paths.sort_by(|one, other| natural::compare_paths(one, other));
        let named = places.iter().map(PathBuf::from).collect();
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

    /// What was named and isn't there; already told.
    pub fn errors(&self) -> &[ReadError] {
        self.search.errors()
    }

    /// Whether a file was found and then was gone: its program ended meanwhile. One that was
    /// named should have been there.
    pub fn has_just_gone(&self, error: &ReadError) -> bool {
        error.is_not_found() && !self.named.iter().any(|named| named == error.path())
    }

    /// Where it looked and why there may be nothing, for a message of several lines.
    pub fn explain_nothing(&self) -> String {
        let mut text = "no stats files found\nlooked at:".to_owned();
        for place in self.search.locations() {
            let state = state_of(place).map_or_else(String::new, |state| format!("  ({state})"));
            write!(text, "\n  {}{state}", escape(place)).expect("a String takes everything");
        }
        text.push_str("\nwhy there may be nothing:");
        for reason in WHY_NOTHING {
            write!(text, "\n  - {reason}").expect("a String takes everything");
        }
        text
    }
}

/// Why nothing can be found at a place that was looked at, if that can be said.
pub fn state_of(place: &str) -> Option<&'static str> {
    let folder = Path::new(place).parent()?;
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
