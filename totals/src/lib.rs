//! One value for each stat of several files, or for each group of series, and what all of them have
//! counted between two updates.
//!
//! ```text
//!  StatsFile --> Totals, by label --> Total --> Combined: its values
//!  Changes   --> Increases, by label
//! ```
#![forbid(unsafe_code)]

pub mod aggregation;
pub mod combined;
pub mod file_count;
pub mod grouping;
pub mod increases;
pub mod label_index;
pub mod subject;
pub mod total;
pub mod totals;
pub mod weighted_mean;
