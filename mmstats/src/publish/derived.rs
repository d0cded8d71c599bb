//! What the derive macro calls of a field's type.
//!
//! It could call [`Field`], but of a type that is no kind of stat the compiler would then say,
//! call by call, which bound it misses: four errors of twenty lines for one field. Here every call
//! fails with the same words about the same place, and the compiler says them once.

use super::fields::{
    Average, Counter, Fixed, FixedValue, Gauge, Histogram, MovingAverage, Text, Timer, Timestamp,
    WindowedAverage,
};
use super::{Attachments, Declaration, Field};
use crate::memory::Scalar;

/// A kind of stat: what a field of a derived struct has to be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of stat",
    label = "not a kind of stat",
    note = "stats are Counter, Gauge<T>, Timestamp, Average, MovingAverage, WindowedAverage, Timer, Histogram, Text and Fixed<T>",
    note = "`#[mmstats(skip)]` leaves a field out of the file"
)]
pub trait KindOfStat: Sized {
    /// [`Declaration<Self>`](Declaration). Of a type that has none, no method is missed.
    type Declaration;

    /// As [`Field::named`].
    fn named(label: &'static str) -> Self::Declaration;

    /// As [`Attachments::next`].
    fn attach(fields: &mut Attachments) -> Self;

    /// As [`Field::retire`].
    fn retire(&self);
}

macro_rules! kinds_of_stat {
    ($($kind:ident $(<$value:ident: $bound:ident>)?)*) => {$(
        impl $(<$value: $bound>)? KindOfStat for $kind $(<$value>)? {
            type Declaration = Declaration<Self>;

            fn named(label: &'static str) -> Declaration<Self> {
                Field::named(label)
            }

            fn attach(fields: &mut Attachments) -> Self {
                fields.next()
            }

            fn retire(&self) {
                Field::retire(self);
            }
        }
    )*};
}

kinds_of_stat! {
    Counter
    Gauge<T: Scalar>
    Timestamp
    Average
    MovingAverage
    WindowedAverage
    Timer
    Histogram
    Text
    Fixed<T: FixedValue>
}
