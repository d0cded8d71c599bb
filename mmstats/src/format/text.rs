//! Texts in a field of fixed size: cut if too long, ended by a NUL if shorter, with invalid UTF-8
//! replaced. Also counted things in messages.

use std::borrow::Cow;
use std::fmt;

/// As much of `text` as fits in `size` bytes without breaking a character.
pub(crate) fn cut(text: &str, size: usize) -> &str {
    &text[..text.floor_char_boundary(size)]
}

/// The bytes before the first NUL, or all if there is none.
pub(crate) fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0);
    &bytes[..end.unwrap_or(bytes.len())]
}

/// The text of `bytes`, with invalid UTF-8 replaced.
///
/// Like [`String::from_utf8_lossy`], which goes byte by byte: for ten thousand files with twenty
/// labels each that would take a tenth of the time.
#[inline]
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

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
    fn a_text_is_cut_where_a_character_ends() {
        assert_eq!(cut("größer", 3), "gr");
        assert_eq!(cut("größer", 4), "grö");
        assert_eq!(cut("größer", 100), "größer");
    }

    #[test]
    fn one_thing_is_singular() {
        assert_eq!(Count(1_u64, "byte").to_string(), "1 byte");
        assert_eq!(Count(0_usize, "byte").to_string(), "0 bytes");
    }

    #[test]
    fn a_nul_ends_a_text() {
        assert_eq!(until_nul(b"ab\0c\0"), b"ab");
        assert_eq!(until_nul(b"ab"), b"ab");
        assert_eq!(until_nul(b"\0"), b"");
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert!(matches!(lossy("größer".as_bytes()), Cow::Borrowed("größer")));
        assert_eq!(lossy(b"a\xffb"), "a\u{fffd}b");
    }
}
