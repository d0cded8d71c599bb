//! A recording as a SQLite file.

mod about;
mod checksum;
pub mod clock;
pub mod error;
mod event;
mod form;
mod key;
pub mod read;
mod schema;
mod spans;
mod times;
pub mod write;
