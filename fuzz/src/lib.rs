//! What must hold for the readers, whatever bytes they get, and mutations that know the format.
//!
//! A target in `targets/` passes libFuzzer's bytes to one of the checks. The library's own parsers are
//! in `mmstats::__private`, the naive reader in `mmstats-testing`.
#![forbid(unsafe_code)]

pub mod config;
pub mod dimensions;
pub mod file;
pub mod message;
mod mutate;
pub mod oracle;
pub mod output;
pub mod packet;
mod pair;
mod parts;
pub mod recording;
pub mod signature;
mod stored;
pub mod trailer;
pub mod watch;

pub use mutate::{mutate_file, mutate_trailer};
pub use pair::{Pair, mutate_pair};
pub use parts::{Fields, Tail};
