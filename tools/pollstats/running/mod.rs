//! A run: polls and rows until the end, or a list of stats.

mod entries;
mod list;
mod run;
mod unmatched;

pub use run::{run, run_on};
