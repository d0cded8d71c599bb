//! Conventions that every command shares: messages, arguments and exit codes. It knows no stats.
//!
//! - [`diagnostics`]: messages on stderr, one per line, with the command's name;
//! - [`rate_limit`]: a maximum number of messages a second;
//! - [`log`]: a server's messages, which no thread ever waits for;
//! - [`exit`]: exit codes, and pipes whose reader has gone;
//! - [`escape`] and [`json`]: text that is safe on a terminal;
//! - [`duration`] and [`address`]: arguments such as `30s` and `127.0.0.1:80`;
//! - [`locale`]: whether text may have more than ASCII;
//! - [`number`]: numbers as text, exact or readable;
//! - [`plural`]: `1 file`, `2 files`;
//! - [`clock`]: the current Unix time;
//! - [`descriptors`]: the limit of open files;
//! - [`generate`]: man pages and shell completions;
//! - [`shutdown`]: signals that must not end a run, and an orderly end at those that do.
#![forbid(unsafe_code)]

pub mod address;
pub mod clock;
pub mod descriptors;
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
