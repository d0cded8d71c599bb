//! A run: polls and rows until the end, or a list of stats.

mod entries;
mod list;
mod run;
mod schedule;
mod unmatched;

pub use run::run;
