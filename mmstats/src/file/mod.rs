//! A stats file as the operating system sees it: its copy, its writer, its place, its end.
//!
//! Known by the side that publishes and by the side that reads, so that both judge a file in
//! the same way.

mod copy;
mod error;
pub(crate) mod places;
mod walk;

pub(crate) use copy::{Copy, FileId, Source};
pub(crate) use walk::{Walk, walk};

pub use error::ReadError;
