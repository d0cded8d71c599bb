//! Whose databases they are.

/// A program's databases: how they are told from others, what is in them, how they are written.
#[derive(Clone, Copy, Debug)]
pub struct Application {
    /// The program's name, for messages: "in use by another kodemon".
    pub name: &'static str,
    /// The id in the header of its databases, usually four letters.
    pub id: i32,
    /// The version of its tables, also in the header. Any other is rejected.
    pub version: i32,
    /// The statements that create its tables and, perhaps, their first rows.
    pub tables: &'static str,
    /// Whether a database with anything but these tables is rejected: other tables, indexes, views,
    /// triggers. The statements are compared as they were written, with the comments within them.
    pub exact_tables: bool,
    /// Maximum size of a value, a row or a statement in bytes; reading or writing a larger one is an
    /// error. SQLite's own maximum is 1,000,000,000.
    pub max_size: i32,
    /// The size to which the write-ahead log shrinks after a long query made it grow, in bytes.
    pub journal_size_limit: u32,
    /// Whether free pages can be given back by `PRAGMA incremental_vacuum`. Only for new databases.
    pub incremental_vacuum: bool,
    /// Whether it may write on NFS. There, processes on two machines don't share the memory that the
    /// write-ahead log needs, and read wrong data.
    pub allows_nfs: bool,
}
