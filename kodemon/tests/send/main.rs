//! What programs with timed functions send: each test has a program of its own, as the environment
//! is read once a process, and is the server that hears it.
#![deny(unsafe_code)]

mod fields;
mod forms;
mod processes;
mod program;
mod recorded;
#[path = "../../../mmstats/tests/support/mod.rs"]
#[allow(unsafe_code, reason = "a fork")]
mod support;
mod unsent;
