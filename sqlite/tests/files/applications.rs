//! Two applications with the same tables.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mmstats_sqlite::{Application, OpenError, Readers};
use tempfile::TempDir;

/// A file is the program's own.
pub static TRUSTING: Application = Application {
    name: "tester",
    id: 0x7465_7374,
    version: 3,
    tables: "
        CREATE TABLE samples (number INTEGER PRIMARY KEY, data BLOB);
        -- Not part of a statement.
        CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE INDEX by_data ON samples (data);
        INSERT INTO names (name) VALUES ('first');
    ",
    exact_tables: false,
    max_size: 1_000_000_000,
    journal_size_limit: 1 << 20,
    incremental_vacuum: false,
    allows_nfs: true,
};

/// A file may be anybody's.
pub static STRICT: Application = Application {
    exact_tables: true,
    max_size: MAX_SIZE as i32,
    incremental_vacuum: true,
    allows_nfs: false,
    ..TRUSTING
};
pub const MAX_SIZE: usize = 1 << 20;

/// A file of this application, which no process has open, after these statements.
pub fn file(application: &Application, statements: &str) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let opened = mmstats_sqlite::open(&directory.path().join("a.db"), application).unwrap();
    opened.connection.execute_batch(statements).unwrap();
    (directory, opened.path)
}

/// Readers of a file that may be anybody's.
pub fn readers(path: &Path) -> Result<Readers, OpenError> {
    Readers::open(path, &STRICT, Duration::from_secs(10))
}
