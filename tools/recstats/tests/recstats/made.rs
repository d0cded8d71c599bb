//! A recording of stats of this process, by clocks that the test moves.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use mmstats::{Counter, Gauge, Histogram, MmStats, Published, Timer, Watch};
use mmstats_recording::{Boot, Recorder, Settings};
use tempfile::TempDir;

pub const SECOND: Duration = Duration::from_secs(1);

/// A stat of each kind that is exported in a way of its own.
#[derive(MmStats)]
#[mmstats(prefix = "made.")]
pub struct Made {
    /// What was done.
    #[mmstats(unit = "jobs")]
    pub done: Counter,
    /// Done for guests.
    #[mmstats(label = "by_user", dimensions(user = "guest"))]
    pub by_guest: Counter,
    /// Connections.
    pub busy: Gauge<u32>,
    /// How long a job takes.
    pub job: Timer,
    /// Sizes of jobs.
    #[mmstats(unit = "kB")]
    pub sizes: Histogram,
}

/// A recording that is being made.
pub struct Making {
    pub directory: TempDir,
    pub stats: Published<Made>,
    watch: Watch,
    recorder: Option<Recorder>,
    monotonic: Duration,
    pub wall: SystemTime,
}

impl Making {
    /// Begins at a time, with a poll each second.
    pub fn begin(wall: SystemTime) -> Self {
        let directory = TempDir::new().unwrap();
        let files = directory.path().join("files");
        std::fs::create_dir(&files).unwrap();
        let stats = Made::options().path(&files).create().unwrap();
        let recorder = Some(Self::recorder(&directory));
        Self { directory, stats, watch: Watch::new([files]), recorder, monotonic: SECOND, wall }
    }

    fn recorder(directory: &TempDir) -> Recorder {
        Recorder::new(directory.path().join("recording"), &Settings::new(SECOND)).unwrap()
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("recording")
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) {
        self.monotonic += time;
        self.wall += time;
    }

    /// Records a poll, and lets a second pass.
    pub fn poll(&mut self) {
        let boot = Boot { id: [7; 16], time: self.monotonic };
        let update = self.watch.poll_at(self.monotonic, self.wall);
        self.recorder.as_mut().unwrap().record_at(&update, boot).unwrap();
        self.pass(SECOND);
    }

    /// Ends the recorder and starts another one.
    pub fn restart(&mut self) {
        self.finish();
        self.recorder = Some(Self::recorder(&self.directory));
    }

    /// Ends the recorder.
    pub fn finish(&mut self) {
        self.recorder.take().unwrap().finish().unwrap();
    }
}
