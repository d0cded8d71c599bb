//! Averages over the last few values.

use std::fmt;

use super::relaxed::Relaxed;
use super::struct_value::StructValue;
use super::window::Window;
use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::AttachedField;
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// The mean of the last values, 100 unless `window` is set.
///
/// Adding a value takes the same time for any window.
///
/// ```
/// # use mmstats::{Field, MovingAverage, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let load: MovingAverage = stats.add(MovingAverage::named("load").window(2))?;
/// for value in [7.0, 1.0, 2.0] {
///     load.add(value);
/// }
/// assert_eq!(load.mean(), 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MovingAverage {
    value: StructValue<2>,
    window: Window,
    count: Relaxed<u64>,
}

/// The window of a moving average, in values.
#[doc(hidden)]
#[derive(Debug)]
pub struct WindowSettings {
    window: usize,
}

impl Default for WindowSettings {
    /// The original's.
    fn default() -> Self {
        Self { window: 100 }
    }
}

impl WindowSettings {
    pub(super) fn of(window: usize) -> Self {
        Self { window }
    }

    pub(super) fn checked(&self) -> Result<u64, DeclareError> {
        /// 128 MiB of values: a window that doesn't fit in memory is an error and doesn't end the
        /// program.
        const LARGEST: usize = 1 << 24;
        match self.window {
            window @ 1..=LARGEST => Ok(window as u64),
            window => Err(DeclareError::Window { found: window }),
        }
    }
}

impl MovingAverage {
    /// How an average's index entry marks a window in values.
    const OVER_VALUES: u64 = 1;

    /// Adds a value; drops the oldest once the window is full. Ignores NaN and the infinities.
    #[expect(clippy::inline_always, reason = "a call would be a fifth of its instructions")]
    #[inline(always)]
    pub fn add(&self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let mean = self.window.add(value);
        let count = self.count.get().wrapping_add(1);
        self.count.set(count);
        self.value.publish([mean.to_bits(), count]);
    }

    /// The mean of the values in the window; 0 before the first.
    pub fn mean(&self) -> f64 {
        self.window.mean()
    }

    /// The number of values ever added.
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}

impl Declaration<MovingAverage> {
    /// The window, in values: 1 to 2²⁴, of 8 bytes each.
    pub fn window(mut self, values: usize) -> Self {
        self.settings = WindowSettings::of(values);
        self
    }
}

impl fmt::Debug for MovingAverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MovingAverage")
            .field("mean", &self.mean())
            .field("count", &self.count())
            .finish()
    }
}

impl FieldKind for MovingAverage {
    type Settings = WindowSettings;

    fn declare_field(
        settings: WindowSettings,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        let parameters = [settings.checked()?, Self::OVER_VALUES];
        Ok(StructValue::<2>::declare(Kind::Average, "dQQ", parameters, layout))
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        Self {
            window: Window::new(declared.parameters[0] as usize),
            value: StructValue::attach(field),
            count: Relaxed::new(0),
        }
    }
}
