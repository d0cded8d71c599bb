//! Processes: all of them, the tree of a job, and its sums.
//!
//! A [`Table`] is one pass over `/proc`, which serves the host's counts and any number of jobs. A [`Tree`]
//! follows a job from pass to pass; [`Totals`] are the sums over it.

mod cgroup;
mod cpu_ledger;
mod files;
mod stat;
mod table;
mod totals;
mod tree;

pub use cgroup::JobCgroup;
pub use stat::Stat;
pub use table::Table;
pub use totals::{Totals, cpu_usage_between};
pub use tree::Tree;
