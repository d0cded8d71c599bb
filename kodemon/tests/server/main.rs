//! kodemon as a process: what it receives, stores and answers.

mod manners;
#[path = "../running/mod.rs"]
mod running;
#[path = "../../../tests/support/mod.rs"]
mod support;
