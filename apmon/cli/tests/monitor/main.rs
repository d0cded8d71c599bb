//! `apmon monitor` as a process.

mod arguments;
mod monitor;
mod signals;
mod stats;
