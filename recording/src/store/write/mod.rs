//! Writing a recording.

mod appearances;
mod errors;
mod expired;
mod files;
mod folding;
mod former;
mod former_words;
mod gathered;
mod group;
mod known;
mod last;
mod leftover;
mod leftovers;
mod note;
mod open_span;
mod output;
mod rebuilt;
mod retention;
mod rows;
mod run;
mod settings;
mod space;
mod structures;
mod sweep;

use std::path::Path;
use std::{env, fs};

use mmstats::Update;
use mmstats_sqlite::Opened;
use rusqlite::ErrorCode;

pub use self::note::Note;
use self::note::Notes;
use self::retention::{Retention, log_limit};
use self::rows::Rows;
use self::run::Run;
pub use self::settings::Settings;
use self::space::Space;
use crate::store::about;
use crate::store::clock::{Boot, Reason};
use crate::store::error::RecordingError;
use crate::store::read::Recording;
use crate::store::schema::APPLICATION;

/// Records updates in a file.
///
/// Each update is a transaction: when [`record`](Self::record) has returned, a killed process loses
/// nothing of it. The file can be read by other processes meanwhile.
#[derive(Debug)]
pub struct Recorder {
    opened: Opened,
    /// `None` before the first update, and after one that couldn't be written.
    run: Option<Run>,
    /// Why the next run begins.
    reason: Reason,
    settings: Settings,
    space: Space,
    notes: Notes,
}

impl Recorder {
    /// Opens a recording in order to continue it, or creates one. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be written, is another recorder's at the moment, or isn't a
    /// recording of this version and byte order. A disk that is full is an error only if the recording
    /// is new.
    pub fn new(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, RecordingError> {
        let opened = mmstats_sqlite::open_if(path.as_ref(), &APPLICATION, about::check)?;
        let limit = i64::try_from(log_limit(settings)).unwrap_or(i64::MAX);
        opened.connection.pragma_update(None, "journal_size_limit", limit)?;
        let (settings, space) = (settings.clone(), Space::of(&opened.path));
        let (run, notes) = (None, Notes::default());
        let mut recorder = Self { opened, run, reason: Reason::Start, settings, space, notes };
        match recorder.describe() {
            // It is tried again with the first update.
            Err(RecordingError::Sqlite(error))
                if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {}
            described => described?,
        }
        Ok(recorder)
    }

    /// Says who records.
    fn describe(&mut self) -> Result<(), RecordingError> {
        let transaction = self.opened.connection.transaction()?;
        describe(Rows(&transaction), &self.settings)?;
        Ok(transaction.commit()?)
    }

    /// Records an update, by the kernel's boot time as it is now.
    ///
    /// # Errors
    ///
    /// As [`record_at`](Self::record_at), or if the kernel doesn't say its boot time.
    pub fn record(&mut self, update: &Update<'_>) -> Result<(), RecordingError> {
        self.record_at(update, Boot::now().map_err(RecordingError::Clock)?)
    }

    /// Records an update, with the boot time at that moment.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written; then nothing of it is. The next one that can be
    /// written is behind a gap. Nothing is removed because of it.
    pub fn record_at(&mut self, update: &Update<'_>, boot: Boot) -> Result<(), RecordingError> {
        let transaction = self.opened.connection.transaction()?;
        let rows = Rows(&transaction);
        let (reason, settings) = (self.reason, &self.settings);
        // If this fails, what the run knows isn't what was written.
        let run = self.run.take();
        self.reason = Reason::Failed;
        let mut run = if let Some(run) = run {
            run
        } else {
            describe(rows, settings)?;
            let retention = Retention::load(rows, settings.clone(), self.space.clone())?;
            Run::load(rows, reason, retention)?
        };
        let has_folded = run.poll(update, boot, rows, &mut self.notes)?;
        transaction.commit()?;
        self.run = Some(run);
        if has_folded {
            // So a power failure costs about a minute. If it fails now, the next one does it.
            let _ = self.opened.connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
        Ok(())
    }

    /// The recording, to be read by this process while it records. To be [closed](Recording::close)
    /// before the end.
    pub fn recording(&self) -> Recording {
        Recording::of_recorder(self.opened.path.clone())
    }

    /// What is to be reported that is no error, since the last call.
    pub fn notes(&mut self) -> Vec<Note> {
        self.notes.take()
    }

    /// Ends the recording in order: it becomes a single file, which can also be read where nothing can
    /// be written.
    ///
    /// # Errors
    ///
    /// Returns an error if the write-ahead log can't be copied into the file, as when others are
    /// reading it, or what was recorded can't be packed. Nothing is lost then.
    pub fn finish(mut self) -> Result<(), RecordingError> {
        if let Some(run) = self.run.take() {
            let transaction = self.opened.connection.transaction()?;
            run.finish(Rows(&transaction), &mut self.notes)?;
            transaction.commit()?;
        }
        Ok(self.opened.connection.pragma_update(None, "journal_mode", "delete")?)
    }
}

fn describe(rows: Rows<'_>, settings: &Settings) -> Result<(), RecordingError> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    rows.about(about::VERSION, env!("CARGO_PKG_VERSION"))?;
    rows.about(about::HOST, host.trim_end())?;
    rows.about(about::INTERVAL, &settings.interval.as_nanos().to_string())?;
    rows.about(about::BYTE_ORDER, about::NATIVE)
}
