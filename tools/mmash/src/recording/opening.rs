//! Opening the file: to record in it, else to read it alone.

use std::path::Path;

use mmstats_cli::escape::{escape, escape_path};
use mmstats_recording::{Recorder, Recording, RecordingError, Settings};

/// How a file could be opened.
#[derive(Debug)]
pub struct Opened {
    /// `None` if nothing can be written there.
    pub recorder: Option<Recorder>,
    pub recording: Recording,
    /// What is to be reported about it.
    pub warning: Option<String>,
}

/// Opens a recording, or creates one. One that is there and can't be written is only read.
///
/// # Errors
///
/// Returns a message if neither is possible, or the file is another recorder's or another program's.
pub fn open(path: &Path, settings: &Settings) -> Result<Opened, String> {
    let error = match Recorder::new(path, settings) {
        Ok(recorder) => {
            let recording = recorder.recording();
            return Ok(Opened { recorder: Some(recorder), recording, warning: None });
        }
        Err(error) => error,
    };
    let reason = message(path, &error);
    if !error.is_read_only() {
        return Err(reason);
    }
    // What can't be read either has the reason why it can't be written.
    let recording = Recording::open(path).map_err(|_| reason.clone())?;
    let warning = Some(format!("{reason}; its history is shown, and nothing is recorded"));
    Ok(Opened { recorder: None, recording, warning })
}

/// The path and the reason.
pub fn message(path: &Path, error: &RecordingError) -> String {
    format!("{}: {}", escape_path(path), escape(&error.to_string()))
}
