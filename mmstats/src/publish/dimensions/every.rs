//! All combinations of dimensions that have few values.

use super::Dimensions;

/// A dimension's value with a known list of all its values: `bool`, enums with
/// `#[derive(DimensionValue)]`, and an [`Option`] of one of these.
///
/// The parameter means nothing: it lets the compiler check the derived code's bounds where they are
/// used. For the same reason [`DimensionValue`](crate::DimensionValue) isn't a supertrait: the bounds
/// would imply it.
#[diagnostic::on_unimplemented(
    message = "not all values of `{Self}` are known",
    label = "neither an enum nor a `bool`",
    note = "`all` needs dimensions that are `bool` or enums with `#[derive(DimensionValue)]`"
)]
pub trait EveryValue<T = ()>: Sized {
    /// How many values there are.
    const COUNT: u32;

    /// The value with this number, below [`COUNT`](Self::COUNT).
    fn nth(number: u32) -> Self;
}

impl<T> EveryValue<T> for bool {
    const COUNT: u32 = 2;

    fn nth(number: u32) -> Self {
        number > 0
    }
}

impl<T, V: EveryValue<T>> EveryValue<T> for Option<V> {
    const COUNT: u32 = 1 + V::COUNT;

    fn nth(number: u32) -> Self {
        number.checked_sub(1).map(V::nth)
    }
}

/// A set of dimensions with a known list of all combinations.
#[diagnostic::on_unimplemented(
    message = "not all values of `{Self}` are known",
    note = "`all` needs a struct with `#[derive(Dimensions)]`, whose fields are `bool` or enums with `#[derive(DimensionValue)]`"
)]
pub trait EveryCombination<T = ()>: Dimensions {
    /// How many combinations there are, or the largest number if there are more.
    const COUNT: u64;

    /// Calls `each` with every combination.
    fn every(each: impl FnMut(&Self::Of<'_>));
}
