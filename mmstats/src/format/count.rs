//! Counted things in messages.

use std::fmt;

/// A number of things: `1 byte`, `2 bytes`.
pub(crate) struct Count<N>(pub N, pub &'static str);

impl<N: fmt::Display + PartialEq + From<u8>> fmt::Display for Count<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, thing) = self;
        let plural = if *number == N::from(1) { "" } else { "s" };
        write!(f, "{number} {thing}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_singular() {
        assert_eq!(Count(1_u64, "byte").to_string(), "1 byte");
        assert_eq!(Count(0_usize, "byte").to_string(), "0 bytes");
    }
}
