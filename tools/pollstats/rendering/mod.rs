//! From what changed to rows, as a table for people or as csv and json for programs.

mod cell_format;
pub mod cells;
pub mod columns;
mod layout;
mod line;
pub mod output;
pub mod records;
pub mod rows;
mod table;
