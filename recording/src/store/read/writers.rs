//! Files of the table `writers`, without values.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use mmstats::StatsFile;
use rusqlite::{Connection, OptionalExtension};

use crate::store::checksum;
use crate::store::error::RecordingError;
use crate::store::read::budget::Budget;
use crate::store::read::structures::read_structure;

/// About what a file takes besides its bytes and its words.
const OVERHEAD: usize = 512;

/// Loads writers; the structures of a span's writers are read once.
#[derive(Debug)]
pub struct WriterLoader<'a> {
    connection: &'a Connection,
    structures: HashMap<i64, Vec<u8>>,
}

/// The columns of `writers`; the tenth is the checksum of those before it.
pub const COLUMNS: &str = "id, structure, identity, path, device, inode, owner, continues, born, \
                           checksum, ended";

/// Structure, identity, path, device, inode, owner.
type Row = (i64, Vec<u8>, Vec<u8>, Option<i64>, Option<i64>, Option<u32>);

impl<'a> WriterLoader<'a> {
    pub fn new(connection: &'a Connection) -> Self {
        Self { connection, structures: HashMap::new() }
    }

    /// A writer's file, all of whose values are zeros.
    pub fn load(&mut self, id: i64, budget: &mut Budget) -> Result<StatsFile, RecordingError> {
        let damaged = |what: &str| RecordingError::damaged("writers", id, what);
        let (structure, identity, path, device, inode, owner) = self.row(id)?;
        let path = PathBuf::from(OsString::from_vec(path));
        let bytes = self.structure(structure, budget)?;
        let invalid = |error: &mmstats::ReadError| damaged(&error.reason());
        let empty =
            StatsFile::from_bytes(path.as_path(), bytes).map_err(|error| invalid(&error))?;
        let words = vec![0; empty.word_count()];
        budget.take(size(&empty))?;
        let file = StatsFile::from_parts(path, bytes, &identity, &words);
        let file = file.map_err(|error| invalid(&error))?;
        match (device, inode, owner) {
            (Some(device), Some(inode), Some(owner)) => {
                Ok(file.with_inode(device.cast_unsigned(), inode.cast_unsigned(), owner))
            }
            (None, None, None) => Ok(file),
            _ => Err(damaged("half an inode")),
        }
    }

    fn row(&self, id: i64) -> Result<Row, RecordingError> {
        let sql = format!("SELECT {COLUMNS} FROM writers WHERE id = ?");
        let damaged = |what| RecordingError::damaged("writers", id, what);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let row = statement.query_row((id,), |row| {
            if !checksum::is_right(row, 0..9)? {
                return Ok(None);
            }
            let inode = (row.get(4)?, row.get(5)?, row.get(6)?);
            Ok(Some((row.get(1)?, row.get(2)?, row.get(3)?, inode.0, inode.1, inode.2)))
        });
        let row = row.optional()?.ok_or_else(|| damaged("it is missing"))?;
        row.ok_or_else(|| damaged("its checksum"))
    }

    fn structure(&mut self, id: i64, budget: &mut Budget) -> Result<&[u8], RecordingError> {
        match self.structures.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let bytes = read_structure(self.connection, id)?;
                budget.take(bytes.len() as u64)?;
                Ok(unknown.insert(bytes))
            }
        }
    }
}

/// The memory that a file takes, with two copies of its words.
pub fn size(file: &StatsFile) -> u64 {
    (file.size() + 16 * file.word_count() + OVERHEAD) as u64
}
