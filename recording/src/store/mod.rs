//! A recording as a SQLite file.

mod about;
pub mod clock;
pub mod error;
mod event;
mod key;
pub mod read;
mod schema;
mod times;
pub mod write;
