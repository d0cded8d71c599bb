//! Texts in a field of fixed size: cut if too long, ended by a NUL if shorter, with invalid UTF-8
//! replaced.

use std::borrow::Cow;

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
/// Like [`String::from_utf8_lossy`], which goes byte by byte: with ten thousand files of twenty
/// labels each, a tenth of the whole time would go into it.
#[inline]
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
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
