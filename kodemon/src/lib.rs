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
pub mod receive;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod store;
