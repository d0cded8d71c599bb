//! Client of the MonALISA monitoring system: sends named values by XDR over UDP.
//!
//! ```no_run
//! use apmon::{ApMon, params};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let apmon = ApMon::from_config(["/etc/apmon.conf"])?;
//! apmon.send_to("Shop", "web-1", params!["orders" => 17, "state" => "open", "load" => 0.5])?;
//! # Ok(())
//! # }
//! ```
//!
//! | item | for |
//! | --- | --- |
//! | [`ApMon`] | sending: never waits, and counts what becomes of every packet |
//! | [`wire`] | the packet, as bytes and as values |
//! | [`config`] | configuration files |
//!
//! The program `apmon`, from the crate `apmon-cli`, sends from the command line, receives, decodes and
//! checks.
//!
//! # What a packet costs, and what it never does
//!
//! Sending makes one system call for each destination. It never waits for the network, for a look-up or
//! for the rate; what the rate doesn't allow is queued, and sent by a thread. After the first packet in
//! a thread nothing is allocated, unless it is queued. Nothing is written to the terminal.
//!
//! A forked child sends by sockets of its own, under an instance of its own.
//!
//! # Features
//!
//! `http`, on by default: configuration from URLs that begin with `http://`.
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

/// The README's code is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
