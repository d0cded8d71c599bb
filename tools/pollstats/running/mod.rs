//! A run: polls and rows until the end, or a list of stats.

mod list;
mod schedule;
mod watch;

pub use watch::run;
