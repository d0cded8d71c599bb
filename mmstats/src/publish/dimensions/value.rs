//! The value of one dimension.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// A type whose values can be those of a dimension: strings, integers, `bool`, enums with
/// `#[derive(DimensionValue)]`, and an [`Option`] of any of these, whose `None` leaves the dimension
/// out. Floats can't: nearly every number would make a series of its own.
///
/// For a type around one of these, implement it by hand:
///
/// ```
/// use mmstats::{DimensionRef, DimensionValue};
///
/// struct TenantId(String);
///
/// impl DimensionValue for TenantId {
///     fn value(&self) -> DimensionRef<'_> {
///         self.0.value()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the value of a dimension",
    label = "not the value of a dimension",
    note = "values are strings, integers, `bool`, enums with `#[derive(DimensionValue)]`, and `Option` of them; a float would make a series of nearly every number"
)]
pub trait DimensionValue {
    /// The value. Equal values must be equal in every form, as a family finds its series by them: one
    /// that is now `Unsigned(1)` and now `Text("1")` would be two series with the same label, so the
    /// second counts as overflow.
    fn value(&self) -> DimensionRef<'_>;
}

/// The value of a dimension, before it becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DimensionRef<'a> {
    /// The dimension is left out.
    Absent,
    /// A text. An empty one is left out, too.
    Text(&'a str),
    /// An unsigned integer, in decimal.
    Unsigned(u64),
    /// A signed integer, in decimal.
    Signed(i64),
    /// One of a fixed set of names: its number in the set, by which names are compared, and the
    /// name.
    Named(u32, &'static str),
}

impl<'a> DimensionRef<'a> {
    /// The text; empty if it is left out.
    pub(in crate::publish) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Absent => Cow::Borrowed(""),
            Self::Text(text) | Self::Named(_, text) => Cow::Borrowed(text),
            Self::Unsigned(number) => Cow::Owned(number.to_string()),
            Self::Signed(number) => Cow::Owned(number.to_string()),
        }
    }
}

macro_rules! values {
    ($(($($generics:tt)*) $type:ty: |$value:ident| $reference:expr;)*) => {$(
        impl<$($generics)*> DimensionValue for $type {
            #[inline]
            fn value(&self) -> DimensionRef<'_> {
                let $value = self;
                $reference
            }
        }
    )*};
}

values! {
    () str: |text| DimensionRef::Text(text);
    () String: |text| DimensionRef::Text(text);
    ('a) Cow<'a, str>: |text| DimensionRef::Text(text);
    () bool: |flag| if *flag { DimensionRef::Named(1, "true") } else { DimensionRef::Named(0, "false") };
    () u8: |number| DimensionRef::Unsigned((*number).into());
    () u16: |number| DimensionRef::Unsigned((*number).into());
    () u32: |number| DimensionRef::Unsigned((*number).into());
    () u64: |number| DimensionRef::Unsigned(*number);
    () usize: |number| DimensionRef::Unsigned(*number as u64);
    () i8: |number| DimensionRef::Signed((*number).into());
    () i16: |number| DimensionRef::Signed((*number).into());
    () i32: |number| DimensionRef::Signed((*number).into());
    () i64: |number| DimensionRef::Signed(*number);
    () isize: |number| DimensionRef::Signed(*number as i64);
    ('a, V: DimensionValue + ?Sized) &'a V: |value| (**value).value();
    (V: DimensionValue + ?Sized) Box<V>: |value| (**value).value();
    (V: DimensionValue + ?Sized) Rc<V>: |value| (**value).value();
    (V: DimensionValue + ?Sized) Arc<V>: |value| (**value).value();
    (V: DimensionValue) Option<V>: |value| value.as_ref().map_or(DimensionRef::Absent, V::value);
}
