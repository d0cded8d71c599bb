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
    let copied = recording.copy().map(|copy| format!(" from a copy in {}", escape_path(copy)));
    let copied = copied.unwrap_or_default();
    let warning = Some(format!("{reason}; its history is shown{copied}, and nothing is recorded"));
    Ok(Opened { recorder: None, recording, warning })
}

/// The path and the reason.
pub fn message(path: &Path, error: &RecordingError) -> String {
    format!("{}: {}", escape_path(path), escape(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use mmstats::Watch;
    use mmstats_testing::unprivileged::unprivileged;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_recording_that_cannot_be_written_is_read() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("recording");
        let settings = Settings::new(Duration::from_secs(1));
        let mut recorder = open(&path, &settings).unwrap().recorder.unwrap();
        recorder.record(&Watch::new([directory.path()]).poll()).unwrap();
        recorder.finish().unwrap();
        fs::remove_file(directory.path().join("recording.lock")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o555)).unwrap();
        let found = unprivileged(|| {
            let opened = open(&path, &settings).unwrap();
            assert!(opened.recorder.is_none());
            let warning = opened.warning.unwrap();
            assert!(
                warning.ends_with("; its history is shown, and nothing is recorded"),
                "{warning}"
            );
            assert!(opened.recording.bounds().unwrap().is_some());
            // One that isn't there can't be read, and it is said why it can't be made.
            open(&directory.path().join("none"), &settings).unwrap_err()
        });
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        if let Some(error) = found {
            assert!(error.contains("none: ") && error.contains("ermission denied"), "{error}");
        }
    }
}
