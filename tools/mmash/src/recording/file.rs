//! The file in which polls are recorded.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mmstats::Update;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_recording::{Recorder, Recording, Settings};
use mmstats_tools::common::losses::{Losses, log_stays};

use super::opening;

/// The file in which polls are recorded, and from which they are read.
#[derive(Debug)]
pub struct RecordingFile {
    path: PathBuf,
    /// `None` if nothing can be written there, and after the end.
    writer: Mutex<Option<Writer>>,
    recording: Recording,
}

#[derive(Debug)]
struct Writer {
    recorder: Recorder,
    losses: Losses,
}

impl RecordingFile {
    /// Opens a recording, or creates one, and reports to `report` if it can only be read.
    ///
    /// # Errors
    ///
    /// Returns a message if it can't be read, or it is another recorder's or another program's.
    pub fn open(
        path: &Path,
        settings: &Settings,
        report: impl FnOnce(&str),
    ) -> Result<Self, String> {
        let opening::Opened { recorder, recording, warning } = opening::open(path, settings)?;
        if let Some(warning) = warning {
            report(&warning);
        }
        let writer = recorder.map(|recorder| Writer { recorder, losses: Losses::new(path) });
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), recording })
    }

    /// Records a poll. What goes wrong is reported once, and polls go on.
    pub fn record(&self, update: &Update<'_>, mut report: impl FnMut(&str)) {
        let mut writer = self.writer();
        let Some(Writer { recorder, losses }) = &mut *writer else { return };
        let result = recorder.record(update).map_err(|error| error.to_string());
        if let Some(message) = losses.follow(result) {
            report(&message);
        }
        for note in recorder.notes() {
            let note = note.to_string();
            report(&format!("{}: warning: {}", escape_path(&self.path), escape(&note)));
        }
    }

    /// Ends the recording in order, so that it is one file. What is being read is cancelled.
    ///
    /// # Errors
    ///
    /// Returns a message if the last polls couldn't be recorded.
    pub fn finish(&self, report: impl FnOnce(&str)) -> Result<(), String> {
        let Some(Writer { recorder, losses }) = self.writer().take() else { return Ok(()) };
        self.recording.close();
        if let Err(error) = recorder.finish() {
            report(&log_stays(&self.path, &error.to_string()));
        }
        losses.finish()
    }

    fn writer(&self) -> MutexGuard<'_, Option<Writer>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
