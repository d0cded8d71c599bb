//! Keys, checked and built by the compiler.

use crate::limits::KEY_BYTES;

/// `file.rs-function`.
#[doc(hidden)]
#[macro_export]
macro_rules! __key {
    ($function:literal) => {{
        const FILE: &::core::primitive::str = $crate::__private::file_name(::core::file!());
        const LENGTH: ::core::primitive::usize = FILE.len() + 1 + $function.len();
        const KEY: [::core::primitive::u8; LENGTH] = $crate::__private::joined(FILE, $function);
        $crate::__private::text_of(&KEY)
    }};
}

/// A key that was given as a literal.
///
/// # Panics
///
/// Panics if it is too long: in the compiler, as it is called in the initializer of a static.
pub const fn checked(key: &str) -> &str {
    assert!(key.len() <= KEY_BYTES, "the key is longer than servers accept");
    key
}

/// The last component of a path.
pub const fn file_name(path: &str) -> &str {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'/' {
        start -= 1;
    }
    // A slash is followed by the start of a character.
    path.split_at(start).1
}

/// Joins the two with a hyphen, which makes `N` bytes.
pub const fn joined<const N: usize>(file: &str, function: &str) -> [u8; N] {
    let (file, function) = (file.as_bytes(), function.as_bytes());
    let mut key = [b'-'; N];
    let (before, rest) = key.split_at_mut(file.len());
    before.copy_from_slice(file);
    rest.split_at_mut(1).1.copy_from_slice(function);
    key
}

/// These bytes as a string.
///
/// # Panics
///
/// Panics if they aren't UTF-8: in the compiler, as the key is a constant.
pub const fn text_of(bytes: &[u8]) -> &str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("two strings and a hyphen are a string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_have_512_bytes() {
        let key = "k".repeat(KEY_BYTES);
        assert_eq!(checked(&key), key);
    }

    #[test]
    #[should_panic(expected = "longer than servers accept")]
    fn a_longer_key_is_an_error() {
        checked(&"k".repeat(KEY_BYTES + 1));
    }

    #[test]
    fn a_path_ends_in_a_file_name() {
        for (path, name) in [
            ("src/pages/front.rs", "front.rs"),
            ("front.rs", "front.rs"),
            ("/", ""),
            ("src/ünï/cödé.rs", "cödé.rs"),
        ] {
            assert_eq!(file_name(path), name);
        }
    }

    #[test]
    fn a_hyphen_joins_file_and_function() {
        assert_eq!(text_of(&joined::<17>("cödé.rs", "größe")), "cödé.rs-größe");
    }
}
