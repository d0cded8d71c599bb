//! The stats of each step, added up over their files, as those of a poll are.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::Verdict;
use mmstats_recording::{HistoryPoint, Step};
use mmstats_totals::increases::Increases;
use mmstats_totals::totals::Totals;

/// Maximum number of bytes that the values of an answer take.
const MAX_BYTES: usize = 256 << 20;
/// About what a value takes, and a step.
const VALUE: usize = 192;
const STEP: usize = 1_024;

/// The stats of a step.
#[derive(Debug, Default)]
pub struct StepSum {
    pub totals: Totals,
    pub increases: Increases,
}

/// The stats of all steps.
#[derive(Debug)]
pub struct StepSums {
    sums: Vec<StepSum>,
    times: Vec<f64>,
    bytes: usize,
}

impl StepSums {
    /// Nothing yet, of these steps.
    pub fn new(steps: &[Step]) -> Self {
        let sums = steps.iter().map(|_| StepSum::default()).collect();
        let times = steps.iter().map(|step| seconds(step.last)).collect();
        Self { sums, times, bytes: STEP * steps.len() }
    }

    /// Whether all had room.
    pub fn is_complete(&self) -> bool {
        self.bytes <= MAX_BYTES
    }

    /// Adds a stat of a file, whose program is dead since then.
    pub fn add(&mut self, point: &HistoryPoint<'_>, died: Option<SystemTime>) {
        self.bytes = self.bytes.saturating_add(VALUE + 16 * point.stat.word_count());
        let Some(sum) = self.sums.get_mut(point.step).filter(|_| self.bytes <= MAX_BYTES) else {
            return;
        };
        let now = self.times[point.step];
        let is_dead = died.is_some_and(|died| seconds(died) <= now);
        let verdict = if is_dead { Verdict::Dead } else { Verdict::Alive };
        sum.totals.file(point.writer.file, verdict, now).add(&point.stat);
        if let Some(increase) = &point.increase {
            sum.increases.add(&point.stat, increase.clone());
        }
    }

    /// The sum of each step.
    pub fn iter(&self) -> impl Iterator<Item = &StepSum> {
        self.sums.iter()
    }
}

/// A time as Unix time in seconds.
pub fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A Unix time in seconds, of which the API has made sure that it is one.
pub fn time(seconds: f64) -> SystemTime {
    UNIX_EPOCH + Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
