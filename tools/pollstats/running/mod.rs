//! A run: polls and rows until the end, or a list of stats.

mod entries;
mod list;
mod progress;
mod run;
mod unmatched;

pub use run::{list_on, run, run_on};
