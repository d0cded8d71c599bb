//! A word of a file that any thread of the process may store.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use super::{AttachedField, Map};
use crate::format::Layout;

/// One aligned word in a file, shared by all threads. It doesn't keep its map: once the map is
/// gone, nothing is stored.
#[derive(Debug)]
pub(crate) struct SharedWord {
    map: Weak<Map>,
    at: NonNull<u8>,
}

// SAFETY: the pointer is used only while its map is held (2), and only by an atomic.
unsafe impl Send for SharedWord {}
// SAFETY: as above; threads that store at the same time store atomically.
unsafe impl Sync for SharedWord {}

impl SharedWord {
    /// # Panics
    ///
    /// Panics if the field is not an aligned word.
    pub(crate) fn new(field: &AttachedField) -> Self {
        let at = field.read_value();
        assert!(field.layout == Layout::Aligned && field.size == size_of::<u64>(), "a word");
        assert!(at.addr().get().is_multiple_of(align_of::<AtomicU64>()), "an aligned word");
        Self { map: Arc::downgrade(&field.map), at }
    }

    pub(crate) fn store(&self, value: u64) {
        if let Some(_map) = self.map.upgrade() {
            // SAFETY: within the map (1), which `_map` holds, and aligned: `new` checked it.
            let word = unsafe { AtomicU64::from_ptr(self.at.as_ptr().cast()) };
            word.store(value, Ordering::Relaxed);
        }
    }
}
