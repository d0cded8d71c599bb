//! The life of published stats: created, published later, passed from thread to thread.

use std::any::TypeId;
use std::sync::{Arc, Mutex, OnceLock};

use nix::unistd::{SysconfVar, gettid, sysconf};

use super::declaration::{Attachments, Declarations, Declared};
use super::defaults::{self, MutableDefaults};
use super::location::FileLocation;
use super::published::{Growth, Private};
use super::unpublished::UnpublishedThread;
use super::{CreateError, MmStats, Options, Published};
use crate::file::own_identity;
use crate::format::{DeclaredField, LaidOutField, NewFile};
use crate::memory::Map;

impl<T: MmStats> Options<T> {
    /// Creates the file and publishes the stats.
    ///
    /// # Errors
    ///
    /// Returns an error if a declaration or a template is invalid, or if no file can be created.
    pub fn create(self) -> Result<Published<T>, CreateError> {
        Published::create(self)
    }
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
        let location = FileLocation::of(&options, &identity)?;
        let (map, file, private) = match location.publish(&options, &image.bytes) {
            Ok((map, file)) => (map, OnceLock::from(file), None),
            Err(reason) if options.private_memory => {
                let map = location.private_memory(&image.bytes)?;
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

    /// Creates the file that couldn't be created with the stats. They continue in it with what was
    /// counted meanwhile. For stats that no thread uses at the time.
    pub(super) fn publish(&self, options: &Options<T>) -> Result<(), CreateError> {
        let location = FileLocation::of(options, &own_identity(&options.name))?;
        let (map, file) = location.publish(options, &self.map.bytes())?;
        self.map.become_file_of(&map).map_err(|source| location.failed("map a file in", source))?;
        // It had none.
        let _ = self.file.set(file);
        self.register_gauge();
        Ok(())
    }

    /// Starts updating the number of unpublished threads in the file.
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

    /// For a thread that ends: nobody owns the stats until they are adopted.
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
