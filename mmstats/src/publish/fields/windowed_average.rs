//! Averages over a span of time.

use std::fmt;
use std::time::Duration;

use super::relaxed::Relaxed;
use super::stopwatch::Stopwatch;
use super::struct_value::StructValue;
use super::timestamp::unix_time;
use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::AttachedField;
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// The mean of the values of the last seconds, 60 unless `window` is set.
///
/// The mean is updated when a value is added. It carries the time of the update, so that readers
/// show `-` once the whole window has passed without one. The window is divided into 60 slices: a
/// value counts for between 59 and 60 sixtieths of the window.
///
/// ```
/// # use mmstats::{Field, Options, WindowedAverage};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let latency: WindowedAverage = stats.add(WindowedAverage::named("latency").window(10))?;
/// latency.add(0.25);
/// assert_eq!(latency.mean(), 0.25);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WindowedAverage {
    value: StructValue<3>,
    slices: Slices,
    origin: Stopwatch,
}

/// The window of a windowed average, in seconds.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanSettings {
    seconds: f64,
}

impl Default for SpanSettings {
    fn default() -> Self {
        Self { seconds: 60.0 }
    }
}

impl WindowedAverage {
    /// How an average's index entry marks a window in seconds.
    const OVER_SECONDS: u64 = 2;

    /// Adds a value at the current time. Ignores NaN and the infinities.
    pub fn add(&self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let elapsed = self.origin.elapsed();
        self.slices.add(value, elapsed);
        let (mean, count) = self.slices.mean();
        self.value.publish([mean.to_bits(), count, unix_time().to_bits()]);
    }

    /// The mean as it was at the last value; 0 before the first.
    pub fn mean(&self) -> f64 {
        self.slices.mean().0
    }

    /// The number of values in that mean.
    fn count(&self) -> u64 {
        self.slices.mean().1
    }
}

impl Declaration<WindowedAverage> {
    /// The window, in seconds.
    pub fn window(mut self, seconds: impl Into<f64>) -> Self {
        self.settings = SpanSettings { seconds: seconds.into() };
        self
    }
}

impl fmt::Debug for WindowedAverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowedAverage")
            .field("mean", &self.mean())
            .field("count", &self.count())
            .finish()
    }
}

impl FieldKind for WindowedAverage {
    type Settings = SpanSettings;

    fn declare_field(
        settings: SpanSettings,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        let found = settings.seconds;
        if Duration::try_from_secs_f64(found).is_ok_and(|span| span.as_nanos() >= SLICES) {
            let parameters = [found.to_bits(), Self::OVER_SECONDS];
            return Ok(StructValue::<3>::declare(Kind::Average, "dQdQ", parameters, layout));
        }
        Err(DeclareError::Span { found })
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        let seconds = f64::from_bits(declared.parameters[0]);
        Self {
            slices: Slices::new(Duration::from_secs_f64(seconds)),
            value: StructValue::attach(field),
            origin: Stopwatch::start(),
        }
    }
}

const SLICES: u128 = 60;

/// A ring of time slices, each with the values of its time.
#[derive(Debug)]
struct Slices {
    width: u128,
    /// Not inside the struct, which debug builds copy several times while creating it: a thread's
    /// stack may be small.
    ring: Box<[SliceCell; SLICES as usize]>,
    /// The newest slice, counted from the beginning of time.
    newest: Relaxed<u64>,
    /// The sum of all slices but the newest.
    older: SliceCell,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    total: f64,
    count: u64,
}

#[derive(Debug)]
struct SliceCell {
    total: Relaxed<f64>,
    count: Relaxed<u64>,
}

impl SliceCell {
    fn new() -> Self {
        Self { total: Relaxed::new(0.0), count: Relaxed::new(0) }
    }

    fn get(&self) -> Slice {
        Slice { total: self.total.get(), count: self.count.get() }
    }

    fn set(&self, Slice { total, count }: Slice) {
        self.total.set(total);
        self.count.set(count);
    }
}

impl Slices {
    fn new(span: Duration) -> Self {
        let ring: Vec<_> = (0..SLICES).map(|_| SliceCell::new()).collect();
        Self {
            width: span.as_nanos() / SLICES,
            ring: ring.try_into().expect("so many slices"),
            newest: Relaxed::new(0),
            older: SliceCell::new(),
        }
    }

    fn add(&self, value: f64, elapsed: Duration) {
        // The nanoseconds fit into a word, like those of a stopwatch.
        self.advance((elapsed.as_nanos() / self.width) as u64);
        let newest = self.slot(self.newest.get());
        let Slice { total, count } = newest.get();
        newest.set(Slice { total: total + value, count: count + 1 });
    }

    /// Empties the slices that have expired.
    fn advance(&self, now: u64) {
        let newest = self.newest.get();
        if now <= newest {
            return;
        }
        for passed in (newest + 1..=now).take(self.ring.len()) {
            self.slot(passed).set(Slice::default());
        }
        self.newest.set(now);
        // Summed afresh, so that neither rounding nor an infinity outlives its slice.
        let older = self.ring.iter().map(SliceCell::get).fold(Slice::default(), |sum, slice| {
            Slice { total: sum.total + slice.total, count: sum.count + slice.count }
        });
        self.older.set(older);
    }

    fn slot(&self, slice: u64) -> &SliceCell {
        &self.ring[(slice % SLICES as u64) as usize]
    }

    fn mean(&self) -> (f64, u64) {
        let (older, newest) = (self.older.get(), self.slot(self.newest.get()).get());
        let count = older.count + newest.count;
        let total = older.total + newest.total;
        (if count == 0 { 0.0 } else { total / count as f64 }, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(slices: &Slices, seconds: f64, value: f64) -> (f64, u64) {
        slices.add(value, Duration::from_secs_f64(seconds));
        slices.mean()
    }

    #[test]
    fn values_leave_when_their_time_has_passed() {
        let slices = Slices::new(Duration::from_mins(1));
        assert_eq!(at(&slices, 0.5, 10.0), (10.0, 1));
        assert_eq!(at(&slices, 30.0, 20.0), (15.0, 2));
        assert_eq!(at(&slices, 59.9, 30.0), (20.0, 3));
        assert_eq!(at(&slices, 60.1, 40.0), (30.0, 3));
        assert_eq!(at(&slices, 1e6, 1.0), (1.0, 1));
    }

    #[test]
    fn an_infinity_leaves_with_its_slice() {
        let slices = Slices::new(Duration::from_secs(1));
        assert_eq!(at(&slices, 0.0, f64::INFINITY).0, f64::INFINITY);
        assert_eq!(at(&slices, 0.5, 1.0).0, f64::INFINITY);
        assert_eq!(at(&slices, 1.2, 1.0), (1.0, 2));
    }

    #[test]
    fn a_span_is_some_time_and_finite() {
        for found in [0.0, -1.0, 1e-9, f64::NAN, f64::INFINITY, 1e300] {
            let declared =
                WindowedAverage::declare_field(SpanSettings { seconds: found }, Layout::Aligned);
            assert!(declared.is_err(), "{found}");
        }
    }
}
