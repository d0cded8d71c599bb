//! Gauges: how things are now.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::{AttachedField, Scalar, ScalarCell};
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// A number or flag that is set: how things are now.
///
/// Every value goes through unchanged, NaN and the infinities too.
///
/// A gauge belongs to the thread that sets it. If one thread raises what another lowers, use an
/// [`UpDownCounter`](crate::UpDownCounter).
///
/// When the thread that wrote a [`per_thread!`](crate::per_thread) instance ends, a gauge returns
/// to its initial value: what was busy no longer is. Declare a gauge for the last state of
/// something, such as an exit code, with `keep`: it stays until the thread that takes over the
/// instance sets it.
///
/// ```
/// # use mmstats::{Field, Gauge, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let depth: Gauge<i32> = stats.add(Gauge::named("queue.depth").initial(-1))?;
/// assert_eq!(depth.get(), -1);
/// depth.set(10);
/// depth.sub(3);
/// assert_eq!(depth.get(), 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Gauge<T: Scalar> {
    cell: ScalarCell<T>,
    /// The value to restore when its thread ends; `None` if it keeps its value.
    initial: Option<T>,
}

/// A gauge's initial value, and whether it keeps its last value.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct GaugeSettings<T> {
    pub(super) initial: T,
    pub(super) keep: bool,
}

/// A [`Scalar`] that can be counted up and down: all but `bool`.
pub trait NumericScalar: Scalar {
    /// The sum; integers wrap.
    #[doc(hidden)]
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// The difference; integers wrap.
    #[doc(hidden)]
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// One.
    #[doc(hidden)]
    const ONE: Self;
}

macro_rules! number {
    ($one:literal, |$a:ident, $b:ident| $plus:expr, $minus:expr; $($type:ty)*) => {$(
        impl NumericScalar for $type {
            const ONE: Self = $one;

            #[inline]
            fn plus(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $plus
            }

            #[inline]
            fn minus(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $minus
            }
        }
    )*};
}

number!(1, |a, b| a.wrapping_add(b), a.wrapping_sub(b); u8 i8 u16 i16 u32 i32 u64 i64 usize isize);
number!(1.0, |a, b| a + b, a - b; f32 f64);

impl<T: Scalar> Gauge<T> {
    /// Sets it.
    #[inline]
    pub fn set(&self, value: T) {
        self.cell.store(value);
    }

    /// The current value.
    #[inline]
    pub fn get(&self) -> T {
        self.cell.load()
    }

    pub(super) fn keeps_value(&self) -> bool {
        self.initial.is_none()
    }
}

impl<T: NumericScalar> Gauge<T> {
    /// Adds `amount`. Integers wrap.
    #[inline]
    pub fn add(&self, amount: T) {
        self.set(self.get().plus(amount));
    }

    /// Subtracts `amount`. Integers wrap.
    #[inline]
    pub fn sub(&self, amount: T) {
        self.set(self.get().minus(amount));
    }

    /// Adds one.
    ///
    /// For a value that one thread owns. If one thread raises what another lowers, such as the
    /// length of a queue or requests that move between threads, both gauges and their sum are
    /// wrong, all the more as a gauge returns to its initial value when its thread ends: use an
    /// [`UpDownCounter`](crate::UpDownCounter) there.
    #[inline]
    pub fn incr(&self) {
        self.add(T::ONE);
    }

    /// Subtracts one.
    ///
    /// For a value that one thread owns: see [`incr`](Self::incr).
    #[inline]
    pub fn decr(&self) {
        self.sub(T::ONE);
    }
}

impl<T: Scalar> Declaration<Gauge<T>> {
    /// The value before the gauge is first set, and after the thread that set it ends.
    pub fn initial(mut self, value: T) -> Self {
        self.settings.initial = value;
        self
    }

    /// Whether to keep the last value when its thread ends. By default the initial one is restored.
    pub fn keep(mut self, keep: bool) -> Self {
        self.settings.keep = keep;
        self
    }
}

impl<T: Scalar> fmt::Debug for Gauge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.get()).finish()
    }
}

impl<T: Scalar> FieldKind for Gauge<T> {
    type Settings = GaugeSettings<T>;

    fn declare_field(
        GaugeSettings { initial, keep }: GaugeSettings<T>,
        _: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        Ok(DeclaredField { keep, ..DeclaredField::scalar(Kind::Gauge, initial, T::BUFFERED) })
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        let cell = ScalarCell::new(field);
        let initial = (!declared.keep).then(|| cell.load());
        Self { cell, initial }
    }

    fn reset(&self) {
        if let Some(initial) = self.initial {
            self.set(initial);
        }
    }
}
