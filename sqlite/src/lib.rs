//! What the programs of mmstats share that keep their data in a SQLite file. The crate knows no
//! tables, no stats and no messages, and its API may change with any release.
//!
//! - [`Application`]: whose files they are, what must be in them, and how they are written;
//! - [`open`]: locks a file against other writers and opens or creates it;
//! - [`create`]: writes a new file at once;
//! - [`Readers`]: read connections, with a time limit for each query;
//! - [`varint`]: integers of variable length, for what is in blobs;
//! - [`OpenError`], [`Damaged`]: why a file can't be used, and that a value in it can't.
//!
//! **A file may be anybody's.** It is rejected unless it is a database of this application and
//! version, and, if the application asks for that, has exactly its tables. Before anything is read,
//! each connection has a limit for the size of a value, doesn't trust functions in the schema, checks
//! the cells of each page, and maps nothing into memory: a file that is cut short while it is mapped
//! would raise a signal.
//!
//! **A directory may be anybody's, too.** Where nothing can be written beside a file, SQLite can't read
//! its write-ahead log. Without one, a reader takes the file as it is, and notices if it changes; else it
//! copies both into a private directory ([`Readers::copy`]).
//!
//! All files have a write-ahead log, so that they can be read while they are written. A killed process
//! loses no transaction, a power failure perhaps the last ones.
#![forbid(unsafe_code)]

mod application;
mod connection;
mod create;
mod damaged;
mod detached;
mod error;
mod file;
mod lock;
mod open;
mod readers;
mod schema;
pub mod varint;

pub use application::Application;
pub use create::{Created, create};
pub use damaged::Damaged;
pub use error::OpenError;
pub use lock::Lock;
pub use open::{Opened, open, open_if};
pub use readers::{ReadTransaction, Readers};
