//! Opening the file: to record in it, else to read it alone.

use std::path::Path;

use mmstats_cli::escape::{escape, escape_path};
use mmstats_recording::{Recorder, Recording, RecordingError, Settings};
use mmstats_tools::common::copied::reads_copy;

/// How a file could be opened.
#[derive(Debug)]
pub struct Opened {
    /// `None` if nothing can be written there.
    pub recorder: Option<Recorder>,
    pub recording: Recording,
    /// What is to be reported about it.
    pub notes: Vec<String>,
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
            return Ok(Opened { recorder: Some(recorder), recording, notes: Vec::new() });
        }
        Err(error) => error,
    };
    let reason = message(path, &error);
    if !error.is_read_only() {
        return Err(reason);
    }
    // What can't be read either has the reason why it can't be written.
    let recording = Recording::open(path).map_err(|_| reason.clone())?;
    let copied = recording.copy().map(|copy| reads_copy(path, copy));
    let reason = format!("{reason}; its history is shown, and nothing is recorded");
    let notes = std::iter::once(reason).chain(copied).collect();
    Ok(Opened { recorder: None, recording, notes })
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
            let [note] = &opened.notes[..] else { panic!("{:?}", opened.notes) };
            assert!(note.ends_with("; its history is shown, and nothing is recorded"), "{note}");
            assert!(opened.recording.bounds().unwrap().is_some());
            // One that isn't there can't be read, and it is said why it can't be made.
            open(&directory.path().join("none"), &settings).unwrap_err()
        });
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        if let Some(error) = found {
            assert!(error.contains("none: ") && error.contains("ermission denied"), "{error}");
        }
    }

    #[test]
    fn it_is_said_that_a_copy_is_read() {
        let [made, directory] = [(); 2].map(|()| TempDir::new().unwrap());
        let settings = Settings::new(Duration::from_secs(1));
        let recording = made.path().join("recording");
        let mut recorder = open(&recording, &settings).unwrap().recorder.unwrap();
        recorder.record(&Watch::new([made.path()]).poll()).unwrap();
        // As a recorder that is killed leaves it: with a log.
        let path = directory.path().join("recording");
        for suffix in ["", "-wal"] {
            let name = format!("recording{suffix}");
            let copy = directory.path().join(&name);
            fs::copy(made.path().join(name), &copy).unwrap();
            fs::set_permissions(copy, Permissions::from_mode(0o444)).unwrap();
        }
        fs::set_permissions(directory.path(), Permissions::from_mode(0o555)).unwrap();
        unprivileged(|| {
            let Opened { recorder, recording, notes } = open(&path, &settings).unwrap();
            assert!(recorder.is_none() && recording.bounds().unwrap().is_some());
            assert_eq!(notes[1..], [reads_copy(&path, recording.copy().unwrap())]);
        });
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    }
}
