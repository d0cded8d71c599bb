//! Where a recording is by default.

use std::env;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use mmstats_cli::escape::escape_path;

/// The default file, in the user's state directory.
///
/// # Errors
///
/// Returns what is missing if the user has none.
pub fn default_file() -> Result<PathBuf, String> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(env::home_dir()?.join(".local/state")));
    let state = state.filter(|path| path.is_absolute());
    let state = state.ok_or("there is no home directory for the recording; give --file")?;
    Ok(state.join("mmstats/recording"))
}

/// The recording that was given, else the default file.
///
/// # Errors
///
/// As [`default_file`].
pub fn recording(given: Option<&PathBuf>) -> Result<PathBuf, String> {
    given.map_or_else(default_file, |path| Ok(path.clone()))
}

/// Creates the directory of the default file, for its user alone.
///
/// # Errors
///
/// Returns the directory and why it can't be created.
pub fn create_directory(file: &Path) -> Result<(), String> {
    let directory = file.parent().unwrap_or(file);
    let created = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    created.map_err(|error: io::Error| format!("{}: {error}", escape_path(directory)))
}
