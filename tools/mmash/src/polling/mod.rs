//! Reading all files once an interval, for everybody.

mod file_errors;
mod poller;
mod snapshot;

pub use file_errors::Wrongs;
pub use poller::Poller;
pub use snapshot::{Seen, Snapshot};
