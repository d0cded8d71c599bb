//! The SQLite store: what it answers, keeps and survives.

mod answers;
mod crashes;
mod ending;
mod keeping;
mod oracle;
mod refused;
#[path = "../running/mod.rs"]
mod running;
#[path = "../../../../tests/support/mod.rs"]
mod support;
mod trouble;
