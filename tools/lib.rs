//! The library behind the command-line tools: one module per tool, and what they share.
//!
//! The tools read the stats files of programs and never write to them. Each binary's `main.rs`
//! parses its arguments, calls the tool's `run` and exits; everything else is here, so that
//! tests and other tools can use it, as mmash does, which is a package of its own for the sake of
//! its server's dependencies.
#![forbid(unsafe_code)]

pub mod cleanstats;
pub mod common;
pub mod pollstats;
pub mod slurpstats;

/// The README's code is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
