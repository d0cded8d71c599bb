//! kodemon as a process: what it receives, stores and answers.

mod api;
mod bad_input;
#[path = "../../../tests/support/document.rs"]
mod document;
mod manners;
mod metrics;
mod openapi;
mod overload;
#[path = "../running/mod.rs"]
mod running;
mod safe;
mod stream;
mod stuck;
#[path = "../../../tests/support/mod.rs"]
mod support;
