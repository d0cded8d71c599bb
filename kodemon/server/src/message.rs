//! One datagram: a JSON object that says which function took how long.
//!
//! ```json
//! {"execution_time": 0.031948089599609375, "timestamp": 1413404125,
//!  "token": "test-token", "key": "foo.py-foobar", "customer": 42}
//! ```
//!
//! Seconds as a number, when the call began as Unix time, who sends, and file and function. What
//! else the object has is kept as it stands.

mod compact;
mod parse;

use std::borrow::Cow;
use std::fmt;

pub use parse::parse;

/// A datagram may have so many bytes; senders stay far below.
pub const LONGEST_DATAGRAM: usize = 8 << 10;
/// So many bytes a key may have.
pub const LONGEST_KEY: usize = 512;
/// So many bytes a token may have.
pub const LONGEST_TOKEN: usize = 256;
/// So deep may lists and objects of further fields be nested, within the message's own object.
pub const DEEPEST: usize = 32;
/// So many further fields are taken.
pub const MOST_FIELDS: usize = 64;
/// No call takes longer than that: a year, in seconds.
pub const LONGEST_EXECUTION: f64 = 366.0 * 86400.0;

/// What a datagram says. Texts without escapes are those of the datagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    /// File and function.
    pub key: Cow<'a, str>,
    /// Who sends.
    pub token: Cow<'a, str>,
    /// When the call began: Unix time in seconds.
    pub timestamp: f64,
    /// Seconds; not negative, and at most [`LONGEST_EXECUTION`].
    pub execution_time: f64,
    /// The further fields, a JSON object; `None` where there are none.
    pub extra: Option<Box<str>>,
}

/// Why a datagram is no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}
