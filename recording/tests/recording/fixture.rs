//! A recording, its clocks, and what was recorded.

use std::ops::RangeBounds;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::{Changes, Update, Watch};
use mmstats_recording::{Boot, Recorder, Recording, RecordingError, Settings};
use mmstats_testing::kept_update::{KeptUpdate, described};
use mmstats_testing::sameness::{same, same_update};
use tempfile::TempDir;

pub const SECOND: Duration = Duration::from_secs(1);

/// Clocks that nobody but the test moves.
#[derive(Clone, Copy)]
pub struct Clocks {
    pub monotonic: Duration,
    pub wall: SystemTime,
    pub boot: Boot,
}

impl Clocks {
    pub fn new() -> Self {
        let (monotonic, wall) = (Duration::ZERO, UNIX_EPOCH + 1_000_000 * SECOND);
        Self { monotonic, wall, boot: Boot { id: [7; 16], time: 500 * SECOND } }
    }

    pub fn pass(&mut self, time: Duration) {
        self.monotonic += time;
        self.wall += time;
        self.boot.time += time;
    }
}

/// A file that is recorded, and all updates that were.
pub struct Fixture {
    directory: TempDir,
    pub clocks: Clocks,
    pub settings: Settings,
    pub kept: Vec<KeptUpdate>,
    pub recorder: Option<Recorder>,
}

impl Fixture {
    pub fn new() -> Self {
        Self::with(Settings::new(SECOND))
    }

    pub fn with(settings: Settings) -> Self {
        let (directory, clocks) = (TempDir::new().unwrap(), Clocks::new());
        let mut fixture = Self { directory, clocks, settings, kept: Vec::new(), recorder: None };
        fixture.start();
        fixture
    }

    /// Begins a recorder, after the one before has ended.
    pub fn start(&mut self) {
        self.recorder = None;
        self.recorder = Some(Recorder::new(self.path(), &self.settings).unwrap());
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("recording")
    }

    /// See [`readable`].
    pub fn readable(&mut self) -> Result<usize, String> {
        readable(&self.path(), &mut self.kept)
    }

    /// Polls after a second.
    pub fn poll(&mut self, watch: &mut Watch) -> Result<(), RecordingError> {
        self.clocks.pass(SECOND);
        let update = watch.poll_at(self.clocks.monotonic, self.clocks.wall);
        self.record(&update)
    }

    pub fn record(&mut self, update: &Update<'_>) -> Result<(), RecordingError> {
        self.recorder.as_mut().unwrap().record_at(update, self.clocks.boot)?;
        self.kept.push(KeptUpdate::of(update));
        Ok(())
    }
}

/// Whether all from where it can be read is what was recorded, up to the end; how many polls that is.
pub fn readable(path: &Path, kept: &mut [KeptUpdate]) -> Result<usize, String> {
    let (found, errors) = replayed(path, ..);
    if !errors.is_empty() {
        return Err(format!("{errors:?}"));
    }
    let first = found.first().ok_or("nothing can be read")?;
    let at = kept.len().checked_sub(found.len()).ok_or("too many")?;
    // Whether anything was before the first one doesn't matter.
    kept[at].after_gap = first.after_gap;
    check(path, UNIX_EPOCH, &kept[at..])?;
    Ok(found.len())
}

/// All that is replayed, and the errors.
pub fn replayed(
    path: &Path,
    range: impl RangeBounds<SystemTime>,
) -> (Vec<KeptUpdate>, Vec<String>) {
    let recording = Recording::open(path).unwrap();
    let mut updates = recording.updates(range).unwrap();
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    while let Some(update) = updates.next() {
        match update {
            Ok(update) => found.push(KeptUpdate::of(&update)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (found, errors)
}

/// Whether a replay from this time on gives these updates, and no error.
pub fn check(path: &Path, from: SystemTime, expected: &[KeptUpdate]) -> Result<(), String> {
    let recording = Recording::open(path).map_err(|error| error.to_string())?;
    let mut updates = recording.updates(from..).map_err(|error| error.to_string())?;
    let (mut live, mut again) = (Changes::new(), Changes::new());
    for (number, expected) in expected.iter().enumerate() {
        let at = |difference| format!("update {number}: {difference}");
        let update = updates.next().ok_or_else(|| at("it is missing".to_owned()))?;
        let update = update.map_err(|error| at(error.to_string()))?;
        let expected = expected.update();
        same_update(&update, &expected).map_err(at)?;
        live.advance(&expected);
        again.advance(&update);
        same("changes", &described(&again), &described(&live)).map_err(at)?;
    }
    same("updates beyond the last", &updates.next().is_some(), &false)
}
