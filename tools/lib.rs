//! The library behind the command-line tools: one module a tool, and what they have in common.
//!
//! The tools read stats files and never write them. Each binary's `main.rs` parses its arguments,
//! calls the tool's `run` and exits; everything else stands here, so that tests and the other
//! tools can use it.
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
