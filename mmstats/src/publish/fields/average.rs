//! Averages over all values.

use std::fmt;

use super::relaxed::Relaxed;
use super::struct_value::StructValue;
use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::AttachedField;
use crate::publish::DeclareError;
use crate::publish::declaration::FieldKind;

/// The mean of all values ever added, with their total and count.
///
/// Unlike the original's, it ignores NaN and the infinities, so the mean stays a number.
///
/// ```
/// # use mmstats::{Average, Field, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let size: Average = stats.add(Average::named("response.size").unit("bytes"))?;
/// size.add(1.0);
/// size.add(2.0);
/// assert_eq!(size.mean(), 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Average {
    value: StructValue<3>,
    total: Relaxed<f64>,
    count: Relaxed<u64>,
}

impl Average {
    /// Adds a value. Ignores NaN and the infinities, which would stay in the mean and the total for
    /// good, and a value that would make the total infinite.
    #[inline]
    pub fn add(&self, value: f64) {
        let total = self.total.get() + value;
        if !total.is_finite() {
            return;
        }
        let count = self.count.get().wrapping_add(1);
        self.total.set(total);
        self.count.set(count);
        self.value.publish([mean(total, count).to_bits(), total.to_bits(), count]);
    }

    /// The mean; 0 before the first value.
    pub fn mean(&self) -> f64 {
        mean(self.total.get(), self.count.get())
    }

    /// The number of values added.
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    /// Their sum.
    pub fn total(&self) -> f64 {
        self.total.get()
    }
}

#[inline]
fn mean(total: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { total / count as f64 }
}

impl fmt::Debug for Average {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Average")
            .field("mean", &self.mean())
            .field("count", &self.count())
            .field("total", &self.total())
            .finish()
    }
}

impl FieldKind for Average {
    type Settings = ();

    fn declare_field((): (), layout: Layout) -> Result<DeclaredField, DeclareError> {
        Ok(StructValue::<3>::declare(Kind::Average, "ddQQ", [0; 2], layout))
    }

    fn attach_field(field: AttachedField, _: &DeclaredField) -> Self {
        Self { value: StructValue::attach(field), total: Relaxed::new(0.0), count: Relaxed::new(0) }
    }
}
