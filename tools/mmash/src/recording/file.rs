//! The file in which polls are recorded.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use mmstats::Update;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_recording::{Recorder, Recording, RecordingError, Settings};
use mmstats_tools::common::losses::{Losses, log_stays};
use mmstats_web::Problem;

use super::known::KnownStats;
use super::opening::{self, message};
use super::past::{Failure, Past, past};
use super::sums::seconds;
use crate::history::{Excerpt, Query};

/// How many damages are reported.
const MAX_REPORTED: usize = 1_000;
/// How long what is known of its stats counts.
const KNOWN_FOR: Duration = Duration::from_mins(1);

/// The file in which polls are recorded, and from which they are read.
#[derive(Debug)]
pub struct RecordingFile {
    path: PathBuf,
    /// `None` if nothing can be written there, and after the end.
    writer: Mutex<Option<Writer>>,
    recording: Recording,
    /// Damage that was reported.
    reported: Mutex<HashSet<String>>,
    /// With when that was.
    known: Mutex<Option<(Instant, Arc<KnownStats>)>>,
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
        report: impl FnMut(&str),
    ) -> Result<Self, String> {
        let opening::Opened { recorder, recording, notes } = opening::open(path, settings)?;
        notes.iter().map(String::as_str).for_each(report);
        let writer = recorder.map(|recorder| Writer { recorder, losses: Losses::new(path) });
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            recording,
            reported: Mutex::default(),
            known: Mutex::default(),
        })
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

    /// When the first poll was that is kept, as Unix time in seconds.
    ///
    /// # Errors
    ///
    /// Returns why it can't be read.
    pub fn first(&self) -> Result<Option<f64>, Failure> {
        let bounds = self.recording.bounds().map_err(Failure::from)?;
        Ok(bounds.map(|(first, last)| seconds(first.min(last))))
    }

    /// A part of the history, of which polls are `interval` seconds apart now. What is damaged is
    /// reported once.
    ///
    /// # Errors
    ///
    /// Returns why there is no answer.
    pub fn excerpt(
        &self,
        query: &Query,
        interval: f64,
        report: impl FnMut(&str),
    ) -> Result<Excerpt, Failure> {
        let Past { excerpt, errors } = past(&self.recording, query, interval)?;
        self.report(&errors, report);
        Ok(excerpt)
    }

    /// The stats that it has, as they were a minute ago at most. What is damaged is reported once.
    ///
    /// # Errors
    ///
    /// Returns why it can't be read.
    pub fn known(&self, report: impl FnMut(&str)) -> Result<Arc<KnownStats>, Failure> {
        // Others who ask meanwhile get the same.
        let mut known = lock(&self.known);
        if let Some((when, known)) = &*known
            && when.elapsed() < KNOWN_FOR
        {
            return Ok(Arc::clone(known));
        }
        let (found, errors) = KnownStats::of(&self.recording)?;
        self.report(&errors, report);
        let (_, found) = known.insert((Instant::now(), Arc::new(found)));
        Ok(Arc::clone(found))
    }

    fn report(&self, errors: &[RecordingError], mut report: impl FnMut(&str)) {
        let mut reported = lock(&self.reported);
        for error in errors {
            let message = message(&self.path, error);
            if reported.len() < MAX_REPORTED && reported.insert(message.clone()) {
                report(&format!("warning: {message}"));
            }
        }
    }

    /// Why there is no answer, as one.
    pub fn problem(&self, failure: &Failure) -> Problem {
        match failure {
            Failure::TooMuch(reason) => Problem::bad_request(reason),
            Failure::Timeout => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "reading the recording takes too long; ask for a shorter time or fewer labels",
            ),
            Failure::Recording(error) => {
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, message(&self.path, error))
            }
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
        lock(&self.writer)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
