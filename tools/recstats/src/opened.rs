//! Opening a recording.

use std::path::Path;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_recording::{Recording, RecordingError};

/// Opens a recording, and says if what is read is a copy.
pub fn open(path: &Path, diagnostics: &Diagnostics) -> Result<Recording, RecordingError> {
    let recording = Recording::open(path)?;
    if let Some(copy) = recording.copy() {
        let (path, copy) = (escape_path(path), escape_path(copy));
        diagnostics.note(&format_args!(
            "{path}: its directory isn't writable; reading a copy of it and of its log in {copy}"
        ));
    }
    Ok(recording)
}
