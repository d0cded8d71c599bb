//! Client of the MonALISA monitoring system.
//!
//! - [`wire`]: the packet, as bytes and as values;
//! - [`config`]: configuration files.
#![forbid(unsafe_code)]

pub mod config;
mod params;
mod send;
pub mod wire;

pub use send::{
    ApMon, Builder, ConnectError, Counts, PacketBuilder, RateLimit, Report, SendError, Sent,
    StartError,
};
pub use wire::{Parameter, Value};
