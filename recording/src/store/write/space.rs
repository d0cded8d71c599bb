//! How much space a recording takes, and how much there is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use rusqlite::Connection;

/// Where a recording is.
#[derive(Clone, Debug)]
pub struct Space {
    directory: PathBuf,
    log: PathBuf,
}

impl Space {
    pub fn of(path: &Path) -> Self {
        let mut log = OsString::from(path);
        log.push("-wal");
        Self { directory: path.parent().unwrap_or(path).to_owned(), log: log.into() }
    }

    /// The size of the write-ahead log in bytes.
    pub fn log(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |metadata| metadata.len())
    }

    /// How many bytes are free on the file system; `None` if it doesn't say.
    pub fn free(&self) -> Option<u64> {
        let found = statvfs(&self.directory).ok()?;
        Some(found.blocks_available() as u64 * found.fragment_size() as u64)
    }
}

/// The size of the file in bytes, as it is when the transaction is committed.
#[derive(Clone, Copy, Debug)]
pub struct FileSize {
    pub all: u64,
    /// Of pages that can be used again.
    pub unused: u64,
}

impl FileSize {
    pub fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let page = pragma("page_size")?;
        let bytes = |pages: i64| (pages * page).max(0).cast_unsigned();
        Ok(Self { all: bytes(pragma("page_count")?), unused: bytes(pragma("freelist_count")?) })
    }

    pub fn in_use(self) -> u64 {
        self.all.saturating_sub(self.unused)
    }
}
