//! The key of a function that was given none, put together by the compiler.

/// `file.rs-function`: where the macro stands, and what it stands on.
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

/// The last component of a path.
pub const fn file_name(path: &str) -> &str {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'/' {
        start -= 1;
    }
    // Behind a slash begins a character.
    path.split_at(start).1
}

/// The two with a hyphen between them, which take `N` bytes.
pub const fn joined<const N: usize>(file: &str, function: &str) -> [u8; N] {
    let (file, function) = (file.as_bytes(), function.as_bytes());
    let mut key = [b'-'; N];
    let (before, rest) = key.split_at_mut(file.len());
    before.copy_from_slice(file);
    rest.split_at_mut(1).1.copy_from_slice(function);
    key
}

/// The text of these bytes.
///
/// # Panics
///
/// Where they are none; in the compiler, as a key is made there.
pub const fn text_of(bytes: &[u8]) -> &str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("texts and a hyphen are a text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
