//! Between the receiver and the stores: each store has a bounded queue and a thread that writes.

mod buffer;
mod queue;
mod worker;

pub use buffer::Capacity;
pub use queue::{IngestQueue, Progress};
