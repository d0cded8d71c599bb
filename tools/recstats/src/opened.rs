//! Opening a recording.

use std::path::Path;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_recording::{Recording, RecordingError};
use mmstats_tools::common::copied::reads_copy;

/// Opens a recording, and says if what is read is a copy.
pub fn open(path: &Path, diagnostics: &Diagnostics) -> Result<Recording, RecordingError> {
    let recording = Recording::open(path)?;
    if let Some(copy) = recording.copy() {
        diagnostics.note(&reads_copy(path, copy));
    }
    Ok(recording)
}
