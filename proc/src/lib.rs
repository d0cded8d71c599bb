//! A Linux host and its processes in figures, read from `/proc` and `/sys` directly. No process is
//! started. The crate knows no stats and no packets, and its API may change with any release.
//!
//! - [`Roots`]: where `/proc`, `/sys` and `/etc` are, so that tests read other trees;
//! - [`host`]: processors, memory, load, disks, network, sockets, pressure, limits, and what a host is;
//! - [`process`]: all processes in one pass, the tree of a job, and its sums;
//! - [`disk`]: the space of a file system, and what a directory takes of it;
//! - [`cgroup`]: memory and limits of a cgroup v2;
//! - [`units`]: conversions of the kernel's units.
//!
//! Fields have the kernel's own units: clock ticks, pages, KiB, bytes. What is computed from two
//! samples, such as [`host::Rates`], has the units in which it is shown.
//!
//! **A figure that can't be read is absent** (`None`), never 0. So is one that needs two samples where
//! there is only one, and one that fell though it can only grow: a counter that wrapped or began anew.
//! A file with a line that is wrong or missing loses the figures of that line alone.
//!
//! The parsers are our own. The crate `procfs` gives all of a file or nothing (18 lines of
//! `/proc/meminfo` are required), has no interrupts of `/proc/stat`, and panics on some bytes: on the
//! `stat` of a process that ends with its name, on a line of `meminfo` whose name ends beyond ASCII.
#![forbid(unsafe_code)]

pub mod cgroup;
pub mod disk;
pub mod host;
pub mod process;
mod rate;
mod roots;
mod text;
pub mod units;

pub use roots::Roots;
