//! A set of dimensions.

use super::key::Values;
use super::{DimensionRef, Hasher, Key};

/// The dimensions of a [`Family`](crate::Family): a struct with `#[derive(Dimensions)]`, or
/// [`Pairs`](crate::Pairs).
///
/// ```
/// use mmstats::{DimensionValue, Dimensions};
///
/// #[derive(DimensionValue)]
/// enum Method {
///     #[mmstats(value = "GET")]
///     Get,
///     #[mmstats(value = "POST")]
///     Post,
/// }
///
/// #[derive(Dimensions)]
/// struct Request<'a> {
///     tenant: &'a str,
///     method: Method,
///     status: u16,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of dimensions",
    label = "not a set of dimensions",
    note = "use a struct with `#[derive(Dimensions)]`, or no type at all for pairs of keys and values"
)]
pub trait Dimensions {
    /// The same set with values that live as long as `'a`.
    type Of<'a>: ?Sized;

    /// Shows every key and value to the visitor. Derived: always the same keys in the same order.
    #[doc(hidden)]
    fn visit<'a>(set: &'a Self::Of<'_>, visitor: &mut impl Visitor<'a>);

    /// The same by a closure.
    #[doc(hidden)]
    fn each<'a>(set: &'a Self::Of<'_>, each: impl FnMut(&'static str, DimensionRef<'a>)) {
        Self::visit(set, &mut Each(each));
    }

    /// The hash of the values.
    #[doc(hidden)]
    #[inline]
    fn hash(set: &Self::Of<'_>, hasher: Hasher) -> u64 {
        Self::quick_hash(set, hasher)
    }

    /// The same, or another one if there are values that don't count.
    #[doc(hidden)]
    #[inline]
    fn quick_hash(set: &Self::Of<'_>, mut hasher: Hasher) -> u64 {
        Self::visit(set, &mut hasher);
        hasher.finish()
    }

    /// The values as a family keeps them.
    #[doc(hidden)]
    fn key(set: &Self::Of<'_>) -> Key {
        let mut values = Vec::new();
        Self::each(set, |_, value| values.push(value));
        Key::of(values)
    }

    /// Whether these are the values of `key`.
    #[doc(hidden)]
    #[inline]
    fn has_key(set: &Self::Of<'_>, key: &Key) -> bool {
        let mut comparison = Comparison { is_same: true, rest: key.values() };
        Self::visit(set, &mut comparison);
        comparison.is_same && comparison.rest.is_empty()
    }
}

/// Sees the dimensions of a set, one after the other. A trait rather than a closure, as the compiler
/// can't be told to inline a closure, and what is known of each value at compile time is lost at a
/// call.
pub trait Visitor<'a> {
    /// Sees a key and its value.
    fn dimension(&mut self, key: &'static str, value: DimensionRef<'a>);
}

struct Each<F>(F);

impl<'a, F: FnMut(&'static str, DimensionRef<'a>)> Visitor<'a> for Each<F> {
    fn dimension(&mut self, key: &'static str, value: DimensionRef<'a>) {
        self.0(key, value);
    }
}

impl<'a> Visitor<'a> for Hasher {
    #[inline(always)]
    fn dimension(&mut self, _: &'static str, value: DimensionRef<'a>) {
        self.value(value);
    }
}

/// Compares values with what is left of a key.
struct Comparison<'k> {
    is_same: bool,
    rest: Values<'k>,
}

impl<'a> Visitor<'a> for Comparison<'_> {
    #[inline(always)]
    fn dimension(&mut self, _: &'static str, value: DimensionRef<'a>) {
        self.is_same = self.is_same && self.rest.take(value);
    }
}
