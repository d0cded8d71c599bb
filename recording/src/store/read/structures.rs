//! The structures of files.

use rusqlite::Connection;

use crate::seal::sum;
use crate::store::error::RecordingError;
use crate::store::key;

/// The largest structure, in bytes: as large as the largest file that a watch reads.
const MAX_STRUCTURE: usize = 64 << 20;

/// The bytes of a structure.
pub fn read_structure(connection: &Connection, id: i64) -> Result<Vec<u8>, RecordingError> {
    let damaged = |what| RecordingError::damaged("structures", id << 8, what);
    if !(0..=key::MAX_ID).contains(&id) {
        return Err(damaged("no such number"));
    }
    let sql = "SELECT checksum, bytes FROM structures WHERE key >= ? AND key < ? ORDER BY key";
    let mut statement = connection.prepare_cached(sql)?;
    let keys = key::parts(id);
    let mut rows = statement.query((keys.start, keys.end))?;
    let (mut bytes, mut expected) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        let part = row.get_ref(1)?.as_blob().map_err(|_| damaged("not a blob"))?;
        if bytes.len() + part.len() > MAX_STRUCTURE {
            return Err(damaged("larger than 64 MiB"));
        }
        bytes.extend(part);
        expected = Some(row.get::<_, i64>(0)?);
    }
    let expected = expected.ok_or_else(|| damaged("it is missing"))?;
    if sum(&bytes).cast_signed() != expected {
        return Err(damaged("its checksum"));
    }
    Ok(bytes)
}
