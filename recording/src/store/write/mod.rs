//! Writing a recording.

mod errors;
mod files;
mod folding;
mod former;
mod kinds;
mod known;
mod last;
mod open_span;
mod output;
mod rows;
mod run;
mod settings;
mod structures;

use std::path::Path;
use std::{env, fs};

use mmstats::Update;
use mmstats_sqlite::Opened;

use self::rows::Rows;
use self::run::Run;
pub use self::settings::Settings;
use crate::store::about;
use crate::store::clock::{Boot, Reason};
use crate::store::error::RecordingError;
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
}

impl Recorder {
    /// Opens a recording in order to continue it, or creates one. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be written, is another recorder's at the moment, or isn't a
    /// recording of this version and byte order.
    pub fn new(path: impl AsRef<Path>, settings: &Settings) -> Result<Self, RecordingError> {
        let mut opened = mmstats_sqlite::open(path.as_ref(), &APPLICATION)?;
        let transaction = opened.connection.transaction()?;
        about::check(&transaction)?;
        let rows = Rows(&transaction);
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        rows.about(about::VERSION, env!("CARGO_PKG_VERSION"))?;
        rows.about(about::HOST, host.trim_end())?;
        rows.about(about::INTERVAL, &settings.interval.as_nanos().to_string())?;
        rows.about(about::BYTE_ORDER, about::NATIVE)?;
        transaction.commit()?;
        Ok(Self { opened, run: None, reason: Reason::Start })
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
    /// written is behind a gap.
    pub fn record_at(&mut self, update: &Update<'_>, boot: Boot) -> Result<(), RecordingError> {
        let transaction = self.opened.connection.transaction()?;
        let rows = Rows(&transaction);
        let reason = self.reason;
        // If this fails, what the run knows isn't what was written.
        let run = self.run.take();
        self.reason = Reason::Failed;
        let mut run = run.map_or_else(|| Run::load(rows, reason), Ok)?;
        run.poll(update, boot, rows)?;
        transaction.commit()?;
        self.run = Some(run);
        Ok(())
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
            run.finish(Rows(&transaction))?;
            transaction.commit()?;
        }
        Ok(self.opened.connection.pragma_update(None, "journal_mode", "delete")?)
    }
}
