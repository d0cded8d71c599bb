//! Polls through clocks that nobody waits for.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use mmstats::{Update, Watch};
use mmstats_recording::{Boot, Recorder, Settings};
use nix::sys::resource::UsageWho;
use nix::time::{ClockId, clock_gettime};

use crate::harness::preemptions;
use crate::heap::growth_of;
use crate::recording::load::{FILES, Programs};

const INTERVAL: Duration = Duration::from_secs(1);

/// A watch and a recorder, polled once a second of a clock that this moves.
#[derive(Debug)]
pub struct Played {
    pub programs: Programs,
    watch: Watch,
    recorder: Recorder,
    /// The time that has passed.
    passed: Duration,
    start: SystemTime,
    /// How many bytes the recorder has allocated, without what SQLite has.
    pub heap: isize,
}

/// What a poll took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// Processor time of the watch.
    pub poll: Duration,
    /// Processor time of the recorder.
    pub record: Duration,
    /// How long the recorder took; `None` if another program had the processor meanwhile.
    pub pause: Option<Duration>,
}

impl Played {
    /// Begins a recording in a file.
    pub fn start(programs: Programs, file: &Path) -> Result<Self, Box<dyn Error>> {
        Self::keeping(programs, file, |_| {})
    }

    /// The same, with other settings.
    pub fn keeping(
        programs: Programs,
        file: &Path,
        set: impl FnOnce(&mut Settings),
    ) -> Result<Self, Box<dyn Error>> {
        let watch = Watch::new([programs.directory()]).max_open(2 * FILES);
        let mut settings = Settings::new(INTERVAL);
        set(&mut settings);
        let recorder = Recorder::new(file, &settings)?;
        let passed = Duration::ZERO;
        Ok(Self { programs, watch, recorder, passed, start: SystemTime::now(), heap: 0 })
    }

    /// Polls a second later, when numbers have changed.
    pub fn poll(&mut self) -> Result<Took, Box<dyn Error>> {
        self.poll_and(|_| {})
    }

    /// The same, and something with the update.
    pub fn poll_and(&mut self, then: impl FnOnce(&Update<'_>)) -> Result<Took, Box<dyn Error>> {
        self.programs.change();
        self.passed += INTERVAL;
        let boot = Boot { id: [7; 16], time: self.passed };
        let begun = processor_time()?;
        let update = self.watch.poll_at(self.passed, self.start + self.passed);
        let (polled, preempted, since) =
            (processor_time()?, preemptions(UsageWho::RUSAGE_THREAD), Instant::now());
        let (result, growth) = growth_of(|| self.recorder.record_at(&update, boot));
        result?;
        self.heap += growth;
        let (pause, recorded) = (since.elapsed(), processor_time()?);
        let pause = (preemptions(UsageWho::RUSAGE_THREAD) == preempted).then_some(pause);
        then(&update);
        Ok(Took {
            poll: polled.saturating_sub(begun),
            record: recorded.saturating_sub(polled),
            pause,
        })
    }

    /// Ends the recording.
    pub fn finish(self) -> Result<(), Box<dyn Error>> {
        Ok(self.recorder.finish()?)
    }
}

/// What this thread has used.
pub fn processor_time() -> nix::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?.into())
}
