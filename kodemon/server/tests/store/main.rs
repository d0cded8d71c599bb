//! The SQLite store: what it answers, keeps and survives.

mod crashes;
mod invalid_files;
mod oracle;
mod queries;
mod retention;
mod shutdown;
mod unavailable;
