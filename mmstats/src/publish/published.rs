//! A stats struct with its file.

use std::any::TypeId;
use std::collections::HashSet;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, TryLockError};
use std::{fmt, io, mem};

use nix::unistd::{SysconfVar, gettid, sysconf};

use super::declaration::{Attachments, Declaration, Declarations, Declared, Field, MmStats};
use super::defaults::MutableDefaults;
use super::exit_cleanup::{self, OwnFile};
use super::location::{FileLocation, PublishedFile};
use super::no_alloc_mutex::NoAllocMutex;
use super::unpublished::UnpublishedThread;
use super::{AddError, CreateError, DeclareError, Options, defaults};
use crate::file::own_identity;
use crate::format::{DeclaredField, FreeSpace, LaidOutField, Layout, NewFile};
use crate::memory::Map;

/// A stats struct and the file that it is published in. Derefs to the struct.
///
/// It can be sent to another thread, but not be shared by several: each has its own (see
/// [`per_thread!`](crate::per_thread)). Dropping it removes the file, unless
/// [`Options::keep`] was set.
///
/// A struct that is dropped takes its figures with it. The difference of an
/// [`UpDownCounter`](crate::UpDownCounter) is then missing in the sum over the program's other files:
/// what this struct raised and another is to lower would leave the sum negative. Threads that come
/// and go use [`per_thread!`](crate::per_thread), whose files stay.
pub struct Published<T> {
    /// First, so that the file goes before its map, with which the sign of life goes.
    file: OnceLock<PublishedFile>,
    /// Present with the default fields. Before the map, into which other threads store by it.
    defaults: Option<MutableDefaults>,
    stats: T,
    map: Arc<Map>,
    /// Present if the stats were created in private memory; they may have got a file since.
    private: Option<Private>,
    growth: Mutex<Growth>,
}

/// Stats in private memory: nobody sees them, unless they get a file later.
struct Private {
    reason: CreateError,
    /// While a thread uses them.
    counted: NoAllocMutex<Option<UnpublishedThread>>,
}

impl Private {
    fn of(reason: CreateError) -> Self {
        Self { reason, counted: NoAllocMutex::new(Some(UnpublishedThread::begin())) }
    }

    fn count(&self, thread: Option<UnpublishedThread>) {
        let _before = self.counted.with(|counted| mem::replace(counted, thread));
    }
}

/// What later fields need to know.
#[derive(Debug)]
struct Growth {
    free_space: FreeSpace,
    layout: Layout,
    prefix: String,
    labels: HashSet<String>,
}

impl<T: MmStats> Published<T> {
    pub(super) fn create(options: Options<T>) -> Result<Self, CreateError> {
        let identity = own_identity(&options.name);
        let mut declarations = Declarations::new(&options.prefix, options.layout);
        if options.default_fields {
            defaults::declare(&mut declarations, &identity, options.layout);
        }
        T::declare(&mut declarations);
        let Declared { fields, types, labels } = declarations.finish()?;
        let image =
            NewFile::compose(&fields, &identity, options.layout, options.capacity, page_size())
                .map_err(|error| CreateError::TooLarge { needed: error.needed })?;
        let place = FileLocation::of(&options, &identity)?;
        let (map, file, private) = match place.publish(&options, &image.bytes) {
            Ok((map, file)) => (map, OnceLock::from(file), None),
            Err(reason) if options.private_memory => {
                let map = place.private_memory(&image.bytes)?;
                (map, OnceLock::new(), Some(Private::of(reason)))
            }
            Err(error) => return Err(error),
        };
        let (stats, defaults) =
            attach(&options, &map, &image.fields, fields.into_iter().zip(types));
        let growth = Growth {
            free_space: image.free_space,
            layout: options.layout,
            prefix: options.prefix,
            labels,
        };
        let created = Self { file, defaults, stats, map, private, growth: Mutex::new(growth) };
        if created.file.get().is_some() {
            created.register_gauge();
        }
        Ok(created)
    }

    /// Makes the file that couldn't be made when the stats were created. They go on in it with
    /// what was counted meanwhile. For stats that no thread uses at the time.
    pub(super) fn publish(&self, options: &Options<T>) -> Result<(), CreateError> {
        let place = FileLocation::of(options, &own_identity(&options.name))?;
        let (map, file) = place.publish(options, &self.map.bytes())?;
        self.map.become_file_of(&map).map_err(|source| place.failed("map a file in", source))?;
        // It had none.
        let _ = self.file.set(file);
        self.register_gauge();
        Ok(())
    }

    /// Begins to keep the number of unpublished threads in the file.
    fn register_gauge(&self) {
        if let Some(defaults) = &self.defaults {
            defaults.register_gauge();
        }
    }

    /// For a thread that takes over from one that ended.
    pub(super) fn adopt(&self) {
        if let Some(MutableDefaults { tid, .. }) = &self.defaults {
            tid.replace(gettid().as_raw().into());
        }
        if let Some(private) = self.private() {
            private.count(Some(UnpublishedThread::begin()));
        }
    }

    /// For a thread that ends: the stats are nobody's until they are adopted.
    pub(super) fn abandon(&self) {
        self.retire();
        if let Some(private) = &self.private {
            private.count(None);
        }
    }
}

fn attach<T: MmStats>(
    options: &Options<T>,
    map: &Arc<Map>,
    laid_out: &[LaidOutField],
    declared: impl Iterator<Item = (DeclaredField, TypeId)>,
) -> (T, Option<MutableDefaults>) {
    let mut attachments =
        Attachments::new(declared.zip(laid_out).map(|((declared, kind), field)| {
            (kind, map.attach(field, options.layout, declared.align), declared)
        }));
    let defaults =
        options.default_fields.then(|| defaults::attach(&mut attachments, options.layout));
    (T::attach(&mut attachments), defaults)
}

fn page_size() -> usize {
    let size = sysconf(SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|size| usize::try_from(size).ok()).unwrap_or(4096)
}

impl<T> Published<T> {
    /// The file; `None` where the stats are in private memory: there was none to be had, or this
    /// is a forked child, and the file its parent's.
    pub fn path(&self) -> Option<&Path> {
        self.file().filter(|file| file.is_own()).map(OwnFile::path)
    }

    /// Why no file could be made for the stats, so that they are in private memory, where nobody
    /// sees them; `None` if one was made, be it by the process that this one was forked from.
    pub fn problem(&self) -> Option<&CreateError> {
        self.private().map(|private| &private.reason)
    }

    /// If the stats are in private memory.
    #[inline]
    fn private(&self) -> Option<&Private> {
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

    /// Adds a field to the live file, while readers read it: they see all of it or nothing.
    ///
    /// The field outlives these stats if need be: then it goes on in memory.
    ///
    /// # Errors
    ///
    /// Where the file has no room left, another field has the label, or the declaration is
    /// impossible.
    pub fn add<F: Field>(&self, declaration: Declaration<F>) -> Result<F, AddError> {
        let mut growth = match self.growth.try_lock() {
            Ok(growth) => growth,
            Err(TryLockError::Poisoned(growth)) => growth.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(AddError::Busy),
        };
        let Growth { free_space, layout, prefix, labels } = &mut *growth;
        let declared = declaration
            .finish(prefix, *layout, labels)
            .map_err(|(label, reason)| AddError::Declaration { label, reason })?;
        let limit = free_space.longest_label();
        if declared.label.len() > limit {
            let reason = DeclareError::LabelTooLong { found: declared.label.len(), limit };
            return Err(AddError::Declaration { label: declared.label, reason });
        }
        let addition = match free_space.add(&declared) {
            Ok(addition) => addition,
            Err(error) => {
                return Err(AddError::NoFreeSpace {
                    label: declared.label,
                    path: self.path().map(Path::to_path_buf),
                    needed: error.needed,
                    left: error.left,
                });
            }
        };
        self.map.add(&addition);
        let field =
            F::attach_field(self.map.attach(&addition.field, *layout, declared.align), &declared);
        labels.insert(declared.label);
        Ok(field)
    }

    /// Waits until all that was published is on the disk (`msync`). Readers don't need it: they
    /// see every store at once. It is for what must outlive a crash of the whole machine.
    ///
    /// # Errors
    ///
    /// Those of `msync`.
    pub fn flush(&self) -> io::Result<()> {
        self.map.flush()
    }

    /// Starts writing to the disk and doesn't wait for it.
    ///
    /// # Errors
    ///
    /// Those of `msync`.
    pub fn flush_async(&self) -> io::Result<()> {
        self.map.flush_async()
    }

    /// Removes the file now. The stats go on in memory, where nobody sees them.
    ///
    /// Does nothing in a forked child, or where the name is another file's by now.
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
