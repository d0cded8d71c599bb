//! When names and keys stand in quotes.

/// Whether a name with this character stands in quotes.
pub(super) fn needs_quotes(byte: u8) -> bool {
    matches!(byte, b'{' | b'}' | b'"' | b'\\') || byte.is_ascii_control()
}

/// Whether a key stands without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub(super) fn is_bare_key(key: &str) -> bool {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    key.bytes().all(is_bare) && !key.starts_with(|first: char| first.is_ascii_digit())
}

/// The original's pollstats stops at a label whose size is a multiple of this.
pub(super) const TRAP: usize = 256;
