//! The writers whose files were there when a recorder ended.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use mmstats::StatsFile;

use crate::store::checksum;
use crate::store::error::RecordingError;
use crate::store::write::rows::Rows;

/// A writer that may go on.
#[derive(Debug)]
struct Former {
    id: i64,
    structure: i64,
    identity: Vec<u8>,
    inode: Option<(u64, u64)>,
    owner: Option<u32>,
}

/// Writers that didn't end, by their paths.
#[derive(Debug, Default)]
pub struct FormerWriters(HashMap<PathBuf, Former>);

impl FormerWriters {
    pub fn load(rows: Rows<'_>) -> Result<Self, RecordingError> {
        let mut statement = rows.0.prepare(
            "SELECT id, structure, identity, path, device, inode, owner, continues, born, checksum \
             FROM writers WHERE ended IS NULL ORDER BY id",
        )?;
        let found = statement.query_map((), |row| {
            if !checksum::is_right(row, 0..9)? {
                return Ok(None);
            }
            let path = PathBuf::from(OsString::from_vec(row.get(3)?));
            let device: Option<i64> = row.get(4)?;
            let inode: Option<i64> = row.get(5)?;
            let former = Former {
                id: row.get(0)?,
                structure: row.get(1)?,
                identity: row.get(2)?,
                inode: device.map(i64::cast_unsigned).zip(inode.map(i64::cast_unsigned)),
                owner: row.get::<_, Option<i64>>(6)?.and_then(|owner| owner.try_into().ok()),
            };
            Ok(Some((path, former)))
        })?;
        Ok(Self(found.filter_map(Result::transpose).collect::<Result<_, _>>()?))
    }

    /// The writer of this file, if it was there when the recorder ended.
    pub fn take(&mut self, file: &StatsFile, structure: i64) -> Option<i64> {
        let former = self.0.get(file.path())?;
        let goes_on = former.structure == structure
            && former.identity == file.identity_bytes()
            && former.inode == file.device_and_inode()
            && former.owner == file.owner();
        let id = goes_on.then_some(former.id)?;
        self.0.remove(file.path());
        Some(id)
    }

    /// The others have ended.
    pub fn end(&mut self, rows: Rows<'_>, poll: i64) -> Result<(), RecordingError> {
        self.0.drain().try_for_each(|(_, former)| rows.end_writer(former.id, poll))
    }
}
