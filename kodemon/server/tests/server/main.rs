//! kodemon as a process: what it receives, stores and answers.

mod api;
mod bad_input;
mod manners;
mod metrics;
mod openapi;
mod overload;
mod proxy;
mod safe;
mod stream;
mod stuck;
mod unix;
