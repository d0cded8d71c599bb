//! What every tool does in the same way: selection, output, diagnostics, exit codes.

pub mod arguments;
pub mod diagnostics;
pub mod escape;
pub mod exit;
pub mod generate;
pub mod json;
pub mod number;
pub mod patterns;
pub(crate) mod prom;
pub mod records;
pub mod selection;
pub mod terminal;
pub mod time;
pub mod totals;
