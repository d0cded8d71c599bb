//! What every tool does in the same way: selection, output, diagnostics, exit codes.

pub mod about;
pub mod arguments;
pub mod declared;
pub mod exposition;
pub mod identifier;
pub mod json;
pub mod means;
pub mod natural;
pub mod near;
pub mod patterns;
pub mod records;
pub mod selection;
pub mod terminal;
pub mod time;
pub mod together;
pub mod totals;
pub mod unpublished;
