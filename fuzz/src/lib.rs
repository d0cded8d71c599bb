//! What must hold of the readers whatever bytes they are given, and mutations that know the format.
//!
//! A target in `targets/` hands libFuzzer's bytes to one of the checks. Modules that the library
//! keeps to itself are compiled from its sources, and so is the naive reader of its tests.
#![forbid(unsafe_code)]

pub mod file;
pub mod message;
mod mutate;
pub mod oracle;
pub mod output;
mod parts;
pub mod signature;
pub mod trailer;

pub use mutate::{mutate_file, mutate_trailer};
pub use parts::{Fields, Tail};

#[allow(dead_code, unused_imports, clippy::pedantic, reason = "the library's, as it is")]
#[path = "../../mmstats/src/format/mod.rs"]
mod format;

#[allow(dead_code, clippy::duplicate_mod, reason = "`format` keeps it to itself")]
#[path = "../../mmstats/src/format/checksum.rs"]
mod checksum;
