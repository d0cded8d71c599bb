//! A stats file as the operating system sees it: its copy, its writer, its place, its end.
//!
//! Known by the side that publishes and by the side that reads, so that both judge a file in
//! the same way.

mod candidate;
mod claim;
mod copy;
mod error;
mod life;
pub(crate) mod lock;
pub(crate) mod number;
pub(crate) mod places;
mod proc_stat;
mod process;
mod processes;
mod removal;
mod remove;
mod walk;

pub(crate) use copy::{Copy, FileId, MAX_SIZE, Source};
pub(crate) use life::{Writer, judge};
pub(crate) use process::own_identity;
pub(crate) use walk::walk;

pub use error::ReadError;
pub use life::{Life, Verdict};
pub use processes::Processes;
pub use removal::{Removal, RemoveError};
pub use remove::remove_if_dead;
