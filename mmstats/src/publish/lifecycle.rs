//! The life of published stats: created, published later, passed from thread to thread.

use std::sync::{Arc, OnceLock};

use nix::unistd::gettid;

use super::attachments::Attachments;
use super::declarations::{Declarations, Declared};
use super::defaults::{self, MutableDefaults};
use super::exit_cleanup::OwnFurtherFiles;
use super::family::Sinks;
use super::further_files::FurtherFiles;
use super::growth::{Growth, Spaces};
use super::location::FileLocation;
use super::page_size::page_size;
use super::published::Private;
use super::space::Space;
use super::unpublished::UnpublishedThread;
use super::{CreateError, MmStats, Options, Published};
use crate::file::own_identity;
use crate::format::{Identity, NewFile};
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
        let mut declared = declarations.finish()?;
        let mut image = compose(&declared, &identity, &options)?;
        let location = FileLocation::of(&options, &identity)?;
        let families = &declared.families;
        let sinks = match &**families {
            [] => None,
            families => Some(Sinks::of(families, options.layout, &location)?),
        };
        let own = (!families.is_empty()).then(Arc::<OwnFurtherFiles>::default);
        let (map, file, private) = match location.publish(&image.bytes, own.as_ref()) {
            Ok((map, file)) => (map, OnceLock::from(file), None),
            Err(reason) if options.private_memory => {
                let map = location.private_memory(&image.bytes)?;
                (map, OnceLock::new(), Some(Private::of(reason)))
            }
            Err(error) => return Err(error),
        };
        let (pid, layout, default_fields) = (identity.pid, options.layout, options.default_fields);
        image.free_space.reserve(families.iter().map(|family| family.reserved).sum());
        let growth = Arc::new(Growth::new(Spaces {
            families: families.iter().map(|family| family.name.clone()).collect(),
            first: Space { map: Arc::clone(&map), free: image.free_space, layout },
            further: own.map(|own| {
                FurtherFiles::new(location, identity, &options.prefix, layout, default_fields, own)
            }),
            prefix: options.prefix,
            labels: declared.take_labels(),
        }));
        if file.get().is_some() {
            growth.set_published();
        }
        let mut fields = Attachments::new(declared, image.fields, sinks, &growth, &map, layout);
        let defaults = default_fields.then(|| defaults::attach(&mut fields, layout));
        let stats = T::attach(&mut fields);
        let created = Self { file, defaults, stats, map, private, growth };
        if created.file.get().is_some() {
            created.register_gauge(pid);
        }
        Ok(created)
    }

    /// Creates the file that couldn't be created with the stats. They continue in it with what was
    /// counted meanwhile. For stats that no thread uses at the time.
    pub(super) fn publish(&self, options: &Options<T>) -> Result<(), CreateError> {
        let identity = own_identity(&options.name);
        let location = FileLocation::of(options, &identity)?;
        self.growth.publish(location.clone())?;
        let (map, file) =
            location.publish(&self.map.bytes(), self.growth.own_further_files().as_ref())?;
        self.map.become_file_of(&map).map_err(|source| location.failed("map a file in", source))?;
        // It had none.
        let _ = self.file.set(file);
        self.growth.set_published();
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
            let id = gettid().as_raw().into();
            tid.replace(id);
            self.growth.adopt(id);
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

/// The bytes of a new file, with free space for the series of families that come at the start, and
/// for those of overflows.
fn compose<T>(
    declared: &Declared,
    identity: &Identity,
    options: &Options<T>,
) -> Result<NewFile, CreateError> {
    let families = declared.families.iter().map(|family| family.reserved + family.initial);
    let capacity = families.fold(options.capacity, usize::saturating_add);
    NewFile::compose(&declared.fields, identity, options.layout, capacity, page_size())
        .map_err(|error| CreateError::TooLarge { needed: error.needed })
}
