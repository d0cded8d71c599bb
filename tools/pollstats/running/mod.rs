//! A run: polls and rows until the end, or a list of stats.

mod list;
mod run;
mod schedule;

pub use run::run;
