//! Reading all files once an interval, whoever asks.

mod histograms;
mod poller;
mod snapshot;

pub use poller::{Poll, Poller};
pub use snapshot::Snapshot;
#[cfg(test)]
pub use snapshot::total;
