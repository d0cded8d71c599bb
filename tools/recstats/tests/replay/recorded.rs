//! Updates that are recorded as they are taken, by clocks that nobody but the test moves.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::{Update, Watch};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::shutdown::Shutdown;
use mmstats_recording::{Boot, Recorder, Settings};
use mmstats_tools::common::updates::{Then, Updates};
use tempfile::TempDir;

pub const SECOND: Duration = Duration::from_secs(1);

/// A recording, and the clocks by which polls are recorded.
pub struct Recorded {
    directory: TempDir,
    pub settings: Settings,
    recorder: Option<Recorder>,
    pub monotonic: Duration,
    pub wall: SystemTime,
    boot: Boot,
}

impl Recorded {
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let boot = Boot { id: [7; 16], time: 500 * SECOND };
        let wall = UNIX_EPOCH + 1_700_000_000 * SECOND;
        let (settings, monotonic) = (Settings::new(SECOND), 5 * SECOND);
        let mut recorded = Self { directory, settings, recorder: None, monotonic, wall, boot };
        recorded.start();
        recorded
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("recording")
    }

    /// Begins a recorder, after the one before was killed.
    pub fn start(&mut self) {
        self.recorder = None;
        self.recorder = Some(Recorder::new(self.path(), &self.settings).unwrap());
    }

    /// Ends the recorder, after which the file can be read in this process.
    pub fn finish(&mut self) {
        self.recorder.take().unwrap().finish().unwrap();
    }

    pub fn pass(&mut self, time: Duration) {
        self.monotonic += time;
        self.wall += time;
        self.boot.time += time;
    }

    /// Polls after this time.
    pub fn poll<'a>(&mut self, watch: &'a mut Watch, after: Duration) -> Update<'a> {
        self.pass(after);
        let update = watch.poll_at(self.monotonic, self.wall);
        self.recorder.as_mut().unwrap().record_at(&update, self.boot).unwrap();
        update
    }
}

/// A live source whose updates are recorded: each time `change` has changed something, until it says
/// that it is the end. It begins with the first poll that finds files.
pub struct Polled<'a, F> {
    pub recorded: &'a mut Recorded,
    pub watch: Watch,
    pub has_begun: bool,
    pub change: F,
}

impl<'a, F: FnMut(&mut Recorded) -> Option<Duration>> Polled<'a, F> {
    pub fn new(recorded: &'a mut Recorded, locations: &[PathBuf], change: F) -> Self {
        Self { recorded, watch: Watch::new(locations), has_begun: false, change }
    }
}

impl<F: FnMut(&mut Recorded) -> Option<Duration>> Updates for Polled<'_, F> {
    fn next(&mut self, _: &Shutdown, diagnostics: &mut Diagnostics, then: &mut Then<'_>) {
        while let Some(after) = (self.change)(self.recorded) {
            let update = self.recorded.poll(&mut self.watch, after);
            self.has_begun |= update.files().len() > 0;
            if self.has_begun {
                return then(&update, diagnostics);
            }
        }
    }

    fn interval(&self) -> Duration {
        SECOND
    }

    fn explain_no_files(&self) -> Option<String> {
        (!self.has_begun).then(|| "nothing".to_owned())
    }
}
