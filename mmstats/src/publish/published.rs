//! A stats struct with its file.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::{fmt, io, mem};

use super::declaration::{Declaration, Field};
use super::defaults::MutableDefaults;
use super::exit_cleanup::{self, OwnFile};
use super::growth::Growth;
use super::location::PublishedFile;
use super::no_alloc_mutex::NoAllocMutex;
use super::unpublished::UnpublishedThread;
use super::{AddError, CreateError};
use crate::memory::Map;

/// A stats struct and its file. Derefs to the struct.
///
/// It can be sent to another thread, but not shared by several: with
/// [`per_thread!`](crate::per_thread) each has its own. Dropping it removes the file, unless
/// [`Options::keep`](crate::Options::keep) is set.
///
/// Dropping a struct removes its values. The difference of an
/// [`UpDownCounter`](crate::UpDownCounter) is then missing from the sum over the program's other
/// files: if another struct lowers what this one raised, the sum becomes negative. For threads that
/// come and go, use [`per_thread!`](crate::per_thread), whose files stay.
pub struct Published<T> {
    /// First, so that the file is removed before its map, and with it the sign of life.
    pub(super) file: OnceLock<PublishedFile>,
    /// Present with the default fields. Before the map, as other threads store into it through
    /// this.
    pub(super) defaults: Option<MutableDefaults>,
    pub(super) stats: T,
    pub(super) map: Arc<Map>,
    /// Present if the stats were created in private memory; they may have a file by now.
    pub(super) private: Option<Private>,
    /// Shared with the families, whose series are added here.
    pub(super) growth: Arc<Growth>,
}

/// Stats in private memory: nobody sees them, unless they get a file later.
pub(super) struct Private {
    reason: CreateError,
    /// Present while a thread uses them.
    counted: NoAllocMutex<Option<UnpublishedThread>>,
}

impl Private {
    pub(super) fn of(reason: CreateError) -> Self {
        Self { reason, counted: NoAllocMutex::new(Some(UnpublishedThread::begin())) }
    }

    pub(super) fn count(&self, thread: Option<UnpublishedThread>) {
        let _before = self.counted.with(|counted| mem::replace(counted, thread));
    }
}

impl<T> Published<T> {
    /// The path of the file; `None` if the stats are in private memory, because no file could be
    /// created or because this is a forked child, whose parent has the file.
    pub fn path(&self) -> Option<&Path> {
        self.file().filter(|file| file.is_own()).map(OwnFile::path)
    }

    /// Why the stats are in private memory, where nobody sees them; `None` if a file was created,
    /// even by the process that this one was forked from.
    pub fn problem(&self) -> Option<&CreateError> {
        self.private().map(|private| &private.reason)
    }

    /// The reason, if the stats are in private memory.
    #[inline]
    pub(super) fn private(&self) -> Option<&Private> {
        self.private.as_ref().filter(|_| self.file.get().is_none())
    }

    /// Whether others see the stats: not in private memory.
    #[inline]
    pub(super) fn is_seen(&self) -> bool {
        self.private().is_none()
    }

    /// The size of the file in bytes: a whole number of pages.
    pub fn size(&self) -> usize {
        self.map.len()
    }

    /// Adds a field to the live file. Readers see the whole field or nothing.
    ///
    /// The field may outlive these stats; it then continues in memory.
    ///
    /// # Errors
    ///
    /// Returns an error if the file has too little free space, another field has the label, or the
    /// declaration is invalid.
    pub fn add<F: Field>(&self, declaration: Declaration<F>) -> Result<F, AddError> {
        self.growth.add(declaration, self.path())
    }

    /// Waits until everything published is on disk (`msync`). Readers see every store without it;
    /// use it for stats that must survive a machine crash.
    ///
    /// # Errors
    ///
    /// Returns the error of `msync`, if it fails.
    pub fn flush(&self) -> io::Result<()> {
        self.map.flush()?;
        self.growth.try_for_each(Map::flush)
    }

    /// Starts writing to disk without waiting for it.
    ///
    /// # Errors
    ///
    /// Returns the error of `msync`, if it fails.
    pub fn flush_async(&self) -> io::Result<()> {
        self.map.flush_async()?;
        self.growth.try_for_each(Map::flush_async)
    }

    /// Removes the file now, with its further files. The stats continue in memory, unseen.
    ///
    /// Does nothing in a forked child, or if the name belongs to another file by now.
    pub fn remove(&self) {
        if let Some(file) = self.file() {
            exit_cleanup::remove(file);
        }
    }

    pub(super) fn file(&self) -> Option<&OwnFile> {
        self.file.get().map(PublishedFile::own)
    }
}

impl<T> Deref for Published<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.stats
    }
}

impl<T: fmt::Debug> fmt::Debug for Published<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("path", &self.path())
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
