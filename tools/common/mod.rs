//! What the tools share: selecting files, adding up stats, output formats.

pub mod arguments;
pub mod braces;
pub mod copied;
pub mod csv_fields;
pub mod exposition;
pub mod identifier;
pub mod json;
pub mod keeping;
pub mod losses;
pub mod moment;
pub mod name_order;
pub mod natural;
pub mod patterns;
pub mod records;
pub mod recstats;
pub mod replacement;
pub mod schedule;
pub mod selection;
pub mod suggestions;
pub mod terminal;
pub mod time;
pub mod unpublished;
pub mod updates;
pub mod users;
pub mod writers;
