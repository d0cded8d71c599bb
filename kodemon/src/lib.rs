//! Per-call timings of functions: sent over UDP, stored, served, and drawn on a page.
#![forbid(unsafe_code)]

#[cfg(feature = "server")]
pub mod api;
#[cfg(feature = "server")]
pub mod args;
#[cfg(feature = "server")]
pub mod catalog;
#[cfg(feature = "server")]
pub mod figures;
#[cfg(feature = "server")]
pub mod live;
#[cfg(feature = "server")]
pub mod message;
#[cfg(feature = "server")]
mod page;
#[cfg(feature = "server")]
pub mod receive;
mod send;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod store;

pub use kodemon_macros::{kodemon, timing};
pub use send::{
    BadVariable, ConnectError, Fields, Recording, Statistics, Timing, connect, statistics, time,
};

#[doc(hidden)]
pub use send::private as __private;
