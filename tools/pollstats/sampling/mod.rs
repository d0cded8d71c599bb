//! What changed between two polls, of the files and labels that the user asks for.

pub mod catalog;
pub mod column_kind;
mod field;
pub mod fields;
pub mod filter;
mod label_table;
pub mod measurement;
pub mod poller;
pub mod sample;
pub mod sampler;
pub mod selection;
mod titles;
pub mod writers;
