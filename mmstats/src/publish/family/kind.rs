//! The kinds that families have.

use crate::memory::Scalar;
use crate::publish::declaration::FieldKind;
use crate::publish::fields::{
    Average, Counter, Gauge, Histogram, MovingAverage, Timer, UpDownCounter, WindowedAverage,
};

/// A kind of which there are families: counters, up-down counters, gauges, averages, timers and
/// histograms.
#[diagnostic::on_unimplemented(
    message = "there are no families of `{Self}`",
    label = "not a kind of a family",
    note = "families are of Counter, UpDownCounter, Gauge<T>, Average, MovingAverage, WindowedAverage, Timer and Histogram"
)]
pub trait FamilyKind: FieldKind {
    /// Whether values beyond the limits add up, so that they count as overflow. Of gauges they would
    /// replace each other.
    #[doc(hidden)]
    const OVERFLOWS: bool = true;
}

impl FamilyKind for Counter {}
impl FamilyKind for UpDownCounter {}
impl FamilyKind for Average {}
impl FamilyKind for MovingAverage {}
impl FamilyKind for WindowedAverage {}
impl FamilyKind for Timer {}
impl FamilyKind for Histogram {}
impl<T: Scalar> FamilyKind for Gauge<T> {
    const OVERFLOWS: bool = false;
}
