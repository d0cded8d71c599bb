//! What the tools share: selecting files, adding up stats, output formats.

pub mod aggregation;
pub mod arguments;
pub mod braces;
pub mod combined;
pub mod exposition;
pub mod file_count;
pub mod grouping;
pub mod identifier;
pub mod json;
pub mod label_index;
pub mod name_order;
pub mod natural;
pub mod patterns;
pub mod records;
pub mod selection;
pub mod subject;
pub mod suggestions;
pub mod terminal;
pub mod time;
pub mod total;
pub mod totals;
pub mod unpublished;
pub mod users;
pub mod weighted_mean;
pub mod writers;
