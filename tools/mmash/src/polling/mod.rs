//! Reading all files once an interval, whoever asks.

mod file_errors;
mod histograms;
mod poller;
mod snapshot;

pub use file_errors::FileErrors;
pub use poller::Poller;
pub use snapshot::{Snapshot, SnapshotFile};
