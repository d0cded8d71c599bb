//! The memory that a moment may take.

use crate::store::error::RecordingError;

/// The files of a moment and the rows of a span, in bytes.
pub const LIMIT: u64 = 512 << 20;

/// How much of the limit is taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget(u64);

impl Budget {
    pub fn take(&mut self, bytes: u64) -> Result<(), RecordingError> {
        let needed = self.0.saturating_add(bytes);
        if needed > LIMIT {
            return Err(RecordingError::TooLarge { needed, limit: LIMIT });
        }
        self.0 = needed;
        Ok(())
    }

    pub fn give_back(&mut self, bytes: u64) {
        self.0 = self.0.saturating_sub(bytes);
    }
}
