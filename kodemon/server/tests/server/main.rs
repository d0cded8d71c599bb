//! kodemon as a process: what it receives, stores and answers.

mod api;
mod bad_input;
mod blocked;
mod conventions;
mod ipv4;
mod metrics;
mod openapi;
mod overload;
mod proxy;
mod security;
mod stream;
mod unix;
