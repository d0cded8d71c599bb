//! A recording as a SQLite file.

mod about;
mod checksum;
pub mod clock;
pub mod error;
mod event;
mod form;
mod key;
mod kinds;
pub mod read;
mod schema;
mod spans;
mod times;
pub mod write;
