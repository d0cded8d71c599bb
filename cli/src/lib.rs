//! Conventions that every command shares: messages, arguments and exit codes. It knows no stats.
//!
//! - [`diagnostics`]: messages on stderr, a line each, with the command's name; [`rate_limit`]:
//!   at most so many a second;
//! - [`log`]: a server's messages, for which no thread ever waits;
//! - [`exit`]: exit codes, and the reader of a pipe that has gone;
//! - [`escape`] and [`json`]: whatever a text has in it, it doesn't drive a terminal;
//! - [`duration`] and [`address`]: arguments such as `30s` and `127.0.0.1:80`;
//! - [`locale`]: whether text may be more than ASCII;
//! - [`number`]: numbers as text, exact or readable;
//! - [`plural`]: `1 file`, `2 files`;
//! - [`clock`]: the present, as Unix time;
//! - [`generate`]: man pages and shell completions;
//! - [`shutdown`]: signals that must not end a run, and an orderly end at those that do.
#![forbid(unsafe_code)]

pub mod address;
pub mod clock;
pub mod diagnostics;
pub mod duration;
pub mod escape;
pub mod exit;
pub mod generate;
pub mod json;
pub mod locale;
pub mod log;
pub mod number;
pub mod plural;
pub mod rate_limit;
pub mod shutdown;
