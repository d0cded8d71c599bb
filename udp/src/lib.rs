//! UDP as the senders and receivers of this repository use it. It knows no message format, and its API
//! may change with any release.
//!
//! - [`address`]: hosts as addresses, and sockets connected to them;
//! - [`send()`]: one datagram by one system call, without blocking, and what became of it;
//! - `receive` (cargo feature `receive`): sockets read in batches, counts of the datagrams that the
//!   kernel dropped, and a thread that does both.
#![forbid(unsafe_code)]

pub mod address;
#[cfg(feature = "receive")]
pub mod receive;
mod send;

pub use send::{Outcome, Sent, send};
