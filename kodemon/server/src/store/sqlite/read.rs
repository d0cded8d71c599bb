//! Queries of the tables.

mod executions;
mod keys;
mod selection;
mod summary;

pub use executions::executions;
pub use keys::{keys, tokens};
pub use summary::summary;
