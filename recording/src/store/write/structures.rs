//! Which row a structure has.

use crate::seal::sum;
use crate::store::error::RecordingError;
use crate::store::write::rows::Rows;

/// Finds structures by checksum and comparison.
#[derive(Debug)]
pub struct Structures {
    /// The highest number of a row.
    highest: i64,
    /// The last one that was found: the files of a program have the same.
    last: Option<(i64, Vec<u8>)>,
}

impl Structures {
    pub fn new(highest: i64) -> Self {
        Self { highest, last: None }
    }

    /// Rows may be gone that no file has.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The row of a structure, which is inserted if there is none.
    pub fn find(&mut self, bytes: Vec<u8>, rows: Rows<'_>) -> Result<i64, RecordingError> {
        if let Some((id, last)) = &self.last
            && *last == bytes
        {
            return Ok(*id);
        }
        let sum = sum(&bytes).cast_signed();
        for id in rows.structures_with(sum)? {
            if rows.is_structure(id, &bytes)? {
                self.last = Some((id, bytes));
                return Ok(id);
            }
        }
        self.highest += 1;
        rows.structure(self.highest, sum, &bytes)?;
        self.last = Some((self.highest, bytes));
        Ok(self.highest)
    }
}
