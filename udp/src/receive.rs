//! Receives datagrams in batches, on a thread, and counts those that the kernel dropped.

mod batch;
mod bind;
mod drops;
mod receiver;
mod sockets;

pub use batch::{Batch, Datagram};
pub use bind::BindError;
pub use drops::Drops;
pub use receiver::{Handler, Receiver};
pub use sockets::Sockets;
