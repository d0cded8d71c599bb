//! A datagram: a JSON object that says how long a call took.
//!
//! ```json
//! {"execution_time": 0.031948089599609375, "timestamp": 1413404125,
//!  "token": "test-token", "key": "foo.py-foobar", "customer": 42}
//! ```
//!
//! The execution time in seconds, when the call began as Unix time, who sends, file and function.
//! Further fields are kept verbatim.

mod fields;
mod minify;
mod parse;

pub use parse::{Malformed, Message, parse};
