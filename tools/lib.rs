//! The library behind the command-line tools: one module a tool, and what they have in common.
//!
//! The tools read the stats files of programs and never write to them; mmash publishes a file of
//! its own. Each binary's `main.rs` parses its arguments, calls the tool's `run` and exits;
//! everything else stands here, so that tests and the other tools can use it.
#![forbid(unsafe_code)]

pub mod cleanstats;
pub mod common;
pub mod mmash;
pub mod pollstats;
pub mod slurpstats;

/// The README's code is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
