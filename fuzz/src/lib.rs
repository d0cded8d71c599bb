//! What must hold for the readers, whatever bytes they get, and mutations that know the format.
//!
//! A target in `targets/` hands libFuzzer's bytes to one of the checks. Parsers that the library
//! keeps to itself are reached by `mmstats::__private`; the naive reader of its tests is compiled
//! from their source.
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
