//! The limits of a message, which senders and the server share.

/// Maximum size of a message, in bytes.
pub const MESSAGE_BYTES: usize = 8 << 10;
/// Maximum length of a key, in bytes.
pub const KEY_BYTES: usize = 512;
/// Maximum length of a token, in bytes.
pub const TOKEN_BYTES: usize = 256;
/// Maximum number of further fields.
pub const FIELDS: usize = 64;
/// Maximum nesting of arrays and objects in a further field.
pub const NESTING: usize = 32;
/// Maximum execution time, in seconds: a year.
pub const EXECUTION_SECONDS: f64 = 366.0 * 86400.0;
