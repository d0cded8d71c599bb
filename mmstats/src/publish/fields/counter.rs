//! Counters: how often something happened.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::{AttachedField, ScalarCell};
use crate::publish::DeclareError;
use crate::publish::declaration::FieldKind;

/// A number that only grows: how often something happened.
///
/// Wraps from `u64::MAX` to 0, like the original's. Readers that show rates treat a fall as a wrap
/// or a new writer, never as a negative rate.
///
/// An increment is a load and a store, without a `lock` prefix: one thread writes a file, and
/// readers add up the files.
///
/// ```
/// # use mmstats::{Counter, Field, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let requests: Counter = stats.add(Counter::named("requests"))?;
/// requests.incr();
/// requests.add(2);
/// assert_eq!(requests.get(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Counter(ScalarCell<u64>);

impl Counter {
    /// Adds one.
    #[inline]
    pub fn incr(&self) {
        self.add(1);
    }

    /// Adds `amount`; wraps.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.0.store(self.0.load().wrapping_add(amount));
    }

    /// The current value.
    #[inline]
    pub fn get(&self) -> u64 {
        self.0.load()
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counter").field(&self.get()).finish()
    }
}

impl FieldKind for Counter {
    type Settings = ();

    fn declare_field((): (), _: Layout) -> Result<DeclaredField, DeclareError> {
        Ok(DeclaredField::scalar(Kind::Counter, 0_u64, true))
    }

    fn attach_field(field: AttachedField, _: &DeclaredField) -> Self {
        Self(ScalarCell::new(field))
    }
}
