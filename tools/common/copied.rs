//! Recordings of which a copy is read.

use std::path::Path;

use mmstats_cli::escape::escape_path;

/// What is to be said of a recording that had to be copied to be read.
pub fn reads_copy(path: &Path, copy: &Path) -> String {
    let (path, copy) = (escape_path(path), escape_path(copy));
    format!("{path}: its directory isn't writable; reading a copy of it and of its log in {copy}")
}
