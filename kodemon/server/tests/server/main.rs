//! kodemon as a process: what it receives, stores and answers.

mod api;
mod bad_input;
#[path = "../../../../tests/support/document.rs"]
mod document;
mod manners;
mod metrics;
#[path = "../../../../tests/support/nginx.rs"]
mod nginx;
mod openapi;
mod overload;
mod proxy;
#[path = "../running/mod.rs"]
mod running;
mod safe;
mod stream;
mod stuck;
#[path = "../../../../tests/support/mod.rs"]
mod support;
mod unix;
