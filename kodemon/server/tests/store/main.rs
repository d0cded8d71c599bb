//! The SQLite store: what it answers, keeps and survives.

mod answers;
mod crashes;
mod ending;
mod keeping;
mod oracle;
mod refused;
mod trouble;
