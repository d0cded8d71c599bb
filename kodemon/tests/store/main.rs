//! The SQLite store: what it answers, keeps and survives.

mod answers;
mod oracle;
