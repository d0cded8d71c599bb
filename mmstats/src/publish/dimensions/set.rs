//! A set of dimensions.

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

    /// Calls `each` with every key and value. Derived: always the same keys in the same order.
    #[doc(hidden)]
    fn visit<'a>(set: &'a Self::Of<'_>, each: impl FnMut(&'static str, DimensionRef<'a>));

    /// The hash of the values.
    #[doc(hidden)]
    #[inline]
    fn hash(set: &Self::Of<'_>, mut hasher: Hasher) -> u64 {
        Self::visit(set, |_, value| hasher.value(value));
        hasher.finish()
    }

    /// The values as a family keeps them.
    #[doc(hidden)]
    fn key(set: &Self::Of<'_>) -> Key {
        let mut values = Vec::new();
        Self::visit(set, |_, value| values.push(value));
        Key::of(values)
    }

    /// Whether these are the values of `key`.
    #[doc(hidden)]
    #[inline]
    fn has_key(set: &Self::Of<'_>, key: &Key) -> bool {
        let mut rest = key.rest();
        let mut is_same = true;
        Self::visit(set, |_, value| is_same = is_same && rest.take(value));
        is_same && rest.is_empty()
    }
}
