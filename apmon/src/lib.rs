//! Client of the MonALISA monitoring system.
//!
//! - [`wire`]: the packet, as bytes and as values;
//! - [`config`]: configuration files.
#![forbid(unsafe_code)]

pub mod config;
pub mod wire;
