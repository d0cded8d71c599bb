//! Timers: how long something takes.

use std::fmt;
use std::time::Duration;

use super::moving_average::WindowSettings;
use super::relaxed::Relaxed;
use super::stopwatch::Stopwatch;
use super::struct_value::StructValue;
use super::window::Window;
use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::AttachedField;
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// How long something takes, in seconds: moving average, count, total, minimum, maximum and last.
///
/// Three forms: a guard that records when it is dropped, a closure, and a duration measured
/// elsewhere. The clock is the processor's time-stamp counter if that is steady, so reading it
/// needs no system call; it is calibrated when the first timer is created, which may take some
/// milliseconds.
///
/// ```
/// # use mmstats::{Field, Options, Timer};
/// # use std::time::Duration;
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let render: Timer = stats.add(Timer::named("render"))?;
/// {
///     let _timing = render.start();
///     // what is timed
/// }
/// let answer = render.time(|| 6 * 7);
/// render.record(Duration::from_millis(5));
/// assert_eq!((answer, render.count()), (42, 3));
/// assert_eq!(render.last(), 0.005);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Timer {
    value: StructValue<6>,
    window: Window,
    count: Relaxed<u64>,
    total: Relaxed<f64>,
    min: Relaxed<f64>,
    max: Relaxed<f64>,
}

impl Timer {
    /// Starts a timing that is recorded when the guard is dropped, in this thread. For one that may
    /// end in another thread, use [`PerThread::start`](crate::PerThread::start).
    #[inline]
    pub fn start(&self) -> Timing<'_> {
        Timing { timer: self, watch: Stopwatch::start() }
    }

    /// Times a closure and returns its result. Also records if it panics.
    #[inline]
    pub fn time<R>(&self, action: impl FnOnce() -> R) -> R {
        let _timing = self.start();
        action()
    }

    /// Records a duration.
    #[inline]
    pub fn record(&self, duration: Duration) {
        self.record_secs(duration.as_secs_f64());
    }

    /// Records a duration in seconds. Ignores negative numbers, NaN and infinity, which would stay
    /// in the total for good, and a duration that would make the total infinite.
    #[inline]
    pub fn record_secs(&self, seconds: f64) {
        let total = self.total.get() + seconds;
        // Also false for NaN.
        let is_duration = seconds >= 0.0 && total < f64::INFINITY;
        if !is_duration {
            return;
        }
        let mean = self.window.add(seconds);
        let before = self.count.get();
        let count = before.wrapping_add(1);
        self.total.set(total);
        self.count.set(count);
        let (mut min, mut max) = (self.min.get(), self.max.get());
        // Like `f64::min` and `max`, but rarely stores.
        if seconds < min || before == 0 {
            min = seconds;
            self.min.set(min);
        }
        if seconds > max || before == 0 {
            max = seconds;
            self.max.set(max);
        }
        let [mean, total, min, max, last] = [mean, total, min, max, seconds].map(f64::to_bits);
        self.value.publish([mean, count, total, min, max, last]);
    }

    /// The mean of the last durations, in seconds; 0 before the first.
    pub fn mean(&self) -> f64 {
        self.window.mean()
    }

    /// The number of durations recorded.
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    /// Their sum, in seconds.
    pub fn total(&self) -> f64 {
        self.total.get()
    }

    /// The minimum, in seconds; 0 before the first.
    pub fn min(&self) -> f64 {
        self.min.get()
    }

    /// The maximum, in seconds; 0 before the first.
    pub fn max(&self) -> f64 {
        self.max.get()
    }

    /// The last duration, in seconds; 0 before the first.
    pub fn last(&self) -> f64 {
        self.window.last()
    }
}

/// A running timing, recorded when it is dropped.
///
/// It can't be held across `.await` in a task that moves between threads:
/// [`PerThread::start`](crate::PerThread::start) returns one that can.
#[derive(Debug)]
#[must_use = "a timing that is dropped at once measures nothing"]
pub struct Timing<'a> {
    timer: &'a Timer,
    watch: Stopwatch,
}

impl Timing<'_> {
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    /// Records now and returns the recorded time.
    pub fn stop(self) -> Duration {
        let elapsed = self.elapsed();
        self.timer.record(elapsed);
        self.discard();
        elapsed
    }

    /// Ends without recording anything.
    pub fn discard(self) {
        std::mem::forget(self);
    }
}

impl Drop for Timing<'_> {
    #[inline]
    fn drop(&mut self) {
        self.timer.record_secs(self.watch.seconds());
    }
}

impl Declaration<Timer> {
    /// The window of the moving average, in durations: 1 to 2²⁴, of 8 bytes each; the default is
    /// 100.
    pub fn window(mut self, values: usize) -> Self {
        self.settings = WindowSettings::of(values);
        self
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("mean", &self.mean())
            .field("count", &self.count())
            .field("total", &self.total())
            .field("min", &self.min())
            .field("max", &self.max())
            .field("last", &self.last())
            .finish()
    }
}

impl FieldKind for Timer {
    type Settings = WindowSettings;
    const UNIT: &'static str = "seconds";

    fn declare_field(
        settings: WindowSettings,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        let parameters = [settings.checked()?, 0];
        Ok(StructValue::<6>::declare(Kind::Timer, "dQddddQ", parameters, layout))
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        Stopwatch::prepare();
        Self {
            window: Window::new(declared.parameters[0] as usize),
            value: StructValue::attach(field),
            count: Relaxed::new(0),
            total: Relaxed::new(0.0),
            min: Relaxed::new(0.0),
            max: Relaxed::new(0.0),
        }
    }
}
