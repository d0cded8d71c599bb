//! Timestamps: when something happened last.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Gauge;
use super::gauge::GaugeSettings;
use super::relaxed::Relaxed;
use crate::format::{Aggregate, DeclaredField, Kind, Layout};
use crate::memory::AttachedField;
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// A point in time, as Unix time in seconds: when something happened last. Tools show it as a
/// date.
///
/// When the thread that wrote a [`per_thread!`](crate::per_thread) instance ends, a timestamp
/// returns to its initial value, "never" by default. With the aggregate `max` it stays, like a
/// counter: a program's last success doesn't disappear with its thread. A thread that takes over
/// the instance then can't set an earlier time, because the later of both threads counts.
///
/// ```
/// # use mmstats::{Field, Options, Timestamp};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let last_hit: Timestamp = stats.add(Timestamp::named("last_hit"))?;
/// last_hit.set_now();
/// assert!(last_hit.get() > 1.7e9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Timestamp {
    gauge: Gauge<f64>,
    /// The latest time of the threads that have ended, if that counts.
    latest: Relaxed<f64>,
}

impl Timestamp {
    /// Sets it to a Unix time in seconds.
    #[inline]
    pub fn set(&self, seconds: f64) {
        let latest = self.latest.get();
        self.gauge.set(if seconds < latest { latest } else { seconds });
    }

    /// Sets it to now, by the system clock. Linux reads that clock without a system call.
    pub fn set_now(&self) {
        self.set(unix_time());
    }

    /// The current value, as Unix time in seconds; 0 if it was never set.
    #[inline]
    pub fn get(&self) -> f64 {
        self.gauge.get()
    }
}

/// The system's time in seconds since 1970; negative before.
pub(crate) fn unix_time() -> f64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

impl Declaration<Timestamp> {
    /// The value before it is first set, as Unix time in seconds.
    pub fn initial(mut self, seconds: f64) -> Self {
        self.settings.initial = seconds;
        self
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.get()).finish()
    }
}

impl FieldKind for Timestamp {
    type Settings = GaugeSettings<f64>;

    fn declare_field(
        settings: GaugeSettings<f64>,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        let gauge = Gauge::declare_field(settings, layout)?;
        let aggregate = Aggregate::default_for(Kind::Timestamp);
        Ok(DeclaredField { kind: Kind::Timestamp, aggregate, ..gauge })
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        Self {
            gauge: Gauge::attach_field(field, declared),
            latest: Relaxed::new(f64::NEG_INFINITY),
        }
    }

    fn reset(&self) {
        self.gauge.reset();
        if self.gauge.keeps_value() {
            self.latest.set(self.get());
        }
    }
}
