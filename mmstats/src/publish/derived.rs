//! What the derive macro calls on a field's type.
//!
//! It could call [`Field`], but for a type that isn't a kind of stat the compiler would report the
//! missing bound for each call: four errors of twenty lines for one field. Here every call fails
//! with the same message at the same span, which the compiler shows once. Likewise, an attribute
//! that a kind doesn't take is one error, without the compiler's hints about a method of some other
//! trait.

use super::dimensions::Dimensions;
use super::fields::{
    Average, Counter, Fixed, FixedValue, Gauge, Histogram, MovingAverage, Text, Timer, Timestamp,
    UpDownCounter, WindowedAverage,
};
use super::{Attachments, Declaration, Family, FamilyDeclaration, FamilyKind, Field};
use crate::memory::Scalar;

/// A kind of stat: what a field of a derived struct must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of stat",
    label = "not a kind of stat",
    note = "stats are Counter, UpDownCounter, Gauge<T>, Timestamp, Average, MovingAverage, WindowedAverage, Timer, Histogram, Text, Fixed<T> and Family<…>",
    note = "`#[mmstats(skip)]` leaves a field out of the file"
)]
pub trait KindOfStat: Sized {
    /// [`Declaration<Self>`](Declaration). The compiler reports no missing method for a type
    /// without one.
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
    UpDownCounter
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

impl<F: FamilyKind, L: Dimensions> KindOfStat for Family<F, L> {
    type Declaration = FamilyDeclaration<F, L>;

    fn named(label: &'static str) -> FamilyDeclaration<F, L> {
        Family::named(label)
    }

    fn attach(fields: &mut Attachments) -> Self {
        fields.next_family()
    }

    fn retire(&self) {
        Family::retire(self);
    }
}

/// For each attribute that only some kinds take, a trait of the declarations of these kinds. The
/// derive macro calls it before it sets the attribute: for another kind's declaration the result
/// has no type, so the compiler reports no missing method.
macro_rules! attributes {
    ($($attribute:ident: $message:tt $note:tt
       $(, $kind:ident $(<$value:ident: $bound:ident>)?)*;)+) => {$(
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "not an attribute of this kind",
            note = $note
        )]
        #[doc = concat!("A declaration that takes an attribute: ", $note, ".")]
        pub trait $attribute<Kind> {
            /// The declaration.
            type Declaration;

            /// Returns the declaration itself.
            fn taken(self) -> Self::Declaration;
        }

        $(#[diagnostic::do_not_recommend]
        impl $(<$value: $bound>)? $attribute<$kind $(<$value>)?> for Declaration<$kind $(<$value>)?> {
            type Declaration = Self;

            fn taken(self) -> Self {
                self
            }
        })*
    )+};
}

/// The same for families of some kinds.
macro_rules! family_attributes {
    ($($attribute:ident: $($kind:ident $(<$value:ident: $bound:ident>)?),+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl<$($value: $bound,)? L: Dimensions> $attribute<Family<$kind $(<$value>)?, L>>
            for FamilyDeclaration<$kind $(<$value>)?, L>
        {
            type Declaration = Self;

            fn taken(self) -> Self {
                self
            }
        }
    )+)+};
}

attributes! {
    TakesDimensions:
        "`{Kind}` doesn't take `dimensions`"
        "`dimensions` is for single stats; a family has those of its type",
        Counter, UpDownCounter, Gauge<T: Scalar>, Timestamp, Average, MovingAverage,
        WindowedAverage, Timer, Histogram, Text, Fixed<T: FixedValue>;
    TakesAll: "`{Kind}` doesn't take `all`" "`all` is for families";
    TakesMaxValue:
        "`{Kind}` doesn't take `max_value`"
        "`max_value` is for families of Histogram; for a single Histogram it is `max`";
    TakesInitial:
        "`{Kind}` doesn't take `initial`"
        "`initial` is for Gauge, Timestamp, Text and Fixed",
        Gauge<T: Scalar>, Timestamp, Text, Fixed<T: Scalar>;
    TakesKeep:
        "`{Kind}` doesn't take `keep`"
        "`keep` is for Gauge and Text; a Timestamp with `aggregate = \"max\"` stays anyway",
        Gauge<T: Scalar>, Text;
    TakesSize: "`{Kind}` doesn't take `size`" "`size` is for Text", Text;
    TakesWindow:
        "`{Kind}` doesn't take `window`"
        "`window` is for MovingAverage, WindowedAverage and Timer",
        MovingAverage, WindowedAverage, Timer;
    TakesError: "`{Kind}` doesn't take `error`" "`error` is for Histogram", Histogram;
    TakesMax:
        "`{Kind}` doesn't take `max`"
        "`max` is for Histogram, its largest value, and for families, their most series",
        Histogram;
    TakesAggregate:
        "`{Kind}` doesn't take this `aggregate`"
        "an UpDownCounter adds up by \"sum\"; another `aggregate` is for the other kinds",
        Counter, Gauge<T: Scalar>, Timestamp, Average, MovingAverage, WindowedAverage, Timer,
        Histogram, Text, Fixed<T: FixedValue>;
}

family_attributes! {
    TakesInitial: Gauge<T: Scalar>;
    TakesKeep: Gauge<T: Scalar>;
    TakesWindow: MovingAverage, WindowedAverage, Timer;
    TakesError: Histogram;
    TakesMaxValue: Histogram;
    TakesAggregate:
        Counter, Gauge<T: Scalar>, Average, MovingAverage, WindowedAverage, Timer, Histogram;
    TakesMax:
        Counter, UpDownCounter, Gauge<T: Scalar>, Average, MovingAverage, WindowedAverage, Timer,
        Histogram;
    TakesAll:
        Counter, UpDownCounter, Gauge<T: Scalar>, Average, MovingAverage, WindowedAverage, Timer,
        Histogram;
}

#[diagnostic::do_not_recommend]
impl TakesInitial<Fixed<&'static str>> for Declaration<Fixed<&'static str>> {
    type Declaration = Self;

    fn taken(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl TakesInitial<Fixed<String>> for Declaration<Fixed<String>> {
    type Declaration = OfAnyText;

    fn taken(self) -> OfAnyText {
        OfAnyText(self)
    }
}

/// A declaration that lacks its text, which may be a `&str` such as `env!(…)`. The method of
/// [`Declaration`] takes only a `String`, because types are inferred from its argument.
#[derive(Debug)]
pub struct OfAnyText(Declaration<Fixed<String>>);

impl OfAnyText {
    /// As [`Declaration::initial`].
    pub fn initial(self, text: impl Into<String>) -> Declaration<Fixed<String>> {
        self.0.initial(text.into())
    }
}
