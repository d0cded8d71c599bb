//! The life of published stats: created, published later, passed from thread to thread.

use std::sync::{Mutex, OnceLock};

use nix::unistd::{SysconfVar, gettid, sysconf};

use super::declaration::{Attachments, Declarations};
use super::defaults::{self, MutableDefaults};
use super::location::FileLocation;
use super::published::{Growth, Private};
use super::unpublished::UnpublishedThread;
use super::{CreateError, MmStats, Options, Published};
use crate::file::own_identity;
use crate::format::NewFile;
use crate::memory::ThisProcess;

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
        let declared = declarations.finish()?;
        let image = NewFile::compose(
            &declared.fields,
            &identity,
            options.layout,
            options.capacity,
            page_size(),
        )
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
        let (mut attachments, labels) =
            Attachments::new(declared, image.fields, &map, options.layout);
        let defaults =
            options.default_fields.then(|| defaults::attach(&mut attachments, options.layout));
        let stats = T::attach(&mut attachments);
        let growth = Growth {
            free_space: image.free_space,
            layout: options.layout,
            prefix: options.prefix,
            labels,
        };
        let created = Self { file, defaults, stats, map, private, growth: Mutex::new(growth) };
        if created.file.get().is_some() {
            created.register_gauge(identity.pid);
        }
        Ok(created)
    }

    /// Creates the file that couldn't be created with the stats. They continue in it with what was
    /// counted meanwhile. For stats that no thread uses at the time.
    pub(super) fn publish(&self, options: &Options<T>) -> Result<(), CreateError> {
        let identity = own_identity(&options.name);
        let location = FileLocation::of(options, &identity)?;
        let (map, file) = location.publish(options, &self.map.bytes())?;
        self.map.become_file_of(&map).map_err(|source| location.failed("map a file in", source))?;
        // It had none.
        let _ = self.file.set(file);
        self.register_gauge(identity.pid);
        Ok(())
    }

    /// Starts updating the number of unpublished threads in the file.
    fn register_gauge(&self, pid: u32) {
        if let Some(defaults) = &self.defaults {
            defaults.register_gauge(ThisProcess::of_pid(pid));
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

fn page_size() -> usize {
    let size = sysconf(SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|size| usize::try_from(size).ok()).unwrap_or(4096)
}
