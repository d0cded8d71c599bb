//! Space on disks.

mod tree_size;
mod usage;

pub use tree_size::{TreeSize, TreeSizeError, TreeSizeLimits, tree_size};
pub use usage::DiskUsage;
