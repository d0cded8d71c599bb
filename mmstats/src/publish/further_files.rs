//! The further files of an instance: where series go when the first file is full.
//!
//! They have the first file's identity and its thread id, so readers take them for the same writer.

use std::sync::Arc;

use nix::unistd::gettid;

use super::declaration::FieldKind;
use super::exit_cleanup::OwnFurtherFiles;
use super::fields::{Fixed, unix_time};
use super::location::{FileLocation, PublishedFile};
use super::page_size::page_size;
use super::space::Space;
use super::{CreateError, Field};
use crate::format::{DeclaredField, FreeSpace, Identity, Kind, Layout, NewFile};
use crate::memory::Map;

/// The size of the first one in bytes.
const FIRST_SIZE: usize = 16 << 10;
/// How often the size doubles from file to file: up to 1 MiB. A single stat may need more.
const DOUBLINGS: usize = 6;

/// The further files of an instance.
#[derive(Debug)]
pub(super) struct FurtherFiles {
    location: FileLocation,
    identity: Identity,
    prefix: String,
    layout: Layout,
    has_default_fields: bool,
    /// Whether others see the first file.
    is_published: bool,
    /// Shared with the first file, whose removal removes these.
    own: Arc<OwnFurtherFiles>,
    files: Vec<FurtherFile>,
}

#[derive(Debug)]
struct FurtherFile {
    /// `None` in private memory. First, so that the file is removed before its map, and with it the
    /// sign of life.
    file: Option<PublishedFile>,
    /// Present with the default fields.
    tid: Option<Fixed<i64>>,
    space: Space,
}

impl FurtherFiles {
    /// None yet. `has_default_fields`: each will have `sys.pid`, `sys.tid` and `sys.created`.
    pub(super) fn new(
        location: FileLocation,
        identity: Identity,
        prefix: &str,
        layout: Layout,
        has_default_fields: bool,
        own: Arc<OwnFurtherFiles>,
    ) -> Self {
        let prefix = prefix.to_owned();
        let (is_published, files) = (false, Vec::new());
        Self { location, identity, prefix, layout, has_default_fields, is_published, own, files }
    }

    /// What the first file must know of them.
    pub(super) fn own(&self) -> Arc<OwnFurtherFiles> {
        Arc::clone(&self.own)
    }

    /// From now on others see the first file.
    pub(super) fn set_published(&mut self) {
        self.is_published = true;
    }

    /// Space for a field: in the last file, or in a new one.
    pub(super) fn space_for(
        &mut self,
        declared: &DeclaredField,
    ) -> Result<&mut Space, CreateError> {
        let fits = |file: &FurtherFile| file.space.free.fits(declared);
        if !self.files.last().is_some_and(fits) {
            let file = self.create(declared)?;
            self.files.push(file);
        }
        Ok(&mut self.files.last_mut().expect("one was just added").space)
    }

    fn create(&self, declared: &DeclaredField) -> Result<FurtherFile, CreateError> {
        let fields = if self.has_default_fields { self.default_fields()? } else { Vec::new() };
        let size = FIRST_SIZE << self.files.len().min(DOUBLINGS);
        let page = page_size();
        // A page is enough for the fields above and the trailer.
        let capacity = size.saturating_sub(page).max(FreeSpace::most(declared, self.layout));
        let image = NewFile::compose(&fields, &self.identity, self.layout, capacity, page)
            .map_err(|error| CreateError::TooLarge { needed: error.needed })?;
        let is_seen = self.is_published && self.location.is_own() && !self.own.are_removed();
        let (map, file) = if is_seen {
            let (map, file) = self.location.publish(&image.bytes, None)?;
            self.own.add(file.own());
            (map, Some(file))
        } else {
            (self.location.private_memory(&image.bytes)?, None)
        };
        let tid = fields.iter().zip(&image.fields).nth(1).map(|(declared, field)| {
            Fixed::attach_field(map.attach(field, self.layout, declared.align), declared)
        });
        let space = Space { map, free: image.free_space, layout: self.layout };
        Ok(FurtherFile { file, tid, space })
    }

    fn default_fields(&self) -> Result<Vec<DeclaredField>, CreateError> {
        let (pid, tid) = (self.identity.pid, i64::from(gettid().as_raw()));
        let rejected = |(label, source)| CreateError::Declaration { label, source };
        let pid = Fixed::named("sys.pid").initial(pid);
        let tid = Fixed::named("sys.tid").initial(tid);
        // Readers tell by it whether what a new file has counted is new.
        let created = Fixed::named("sys.created").initial(unix_time());
        let (prefix, layout) = (&self.prefix, self.layout);
        let mut created = created.finish(prefix, layout, |_| false).map_err(rejected)?;
        created.kind = Kind::Timestamp;
        Ok(vec![
            pid.finish(prefix, layout, |_| false).map_err(rejected)?,
            tid.finish(prefix, layout, |_| false).map_err(rejected)?,
            created,
        ])
    }

    /// Creates the files of what is in private memory, at a new location.
    pub(super) fn publish(&mut self, location: FileLocation) -> Result<(), CreateError> {
        self.location = location;
        for further in self.files.iter_mut().filter(|further| further.file.is_none()) {
            let (map, file) = self.location.publish(&further.space.map.bytes(), None)?;
            let become_file = further.space.map.become_file_of(&map);
            become_file.map_err(|source| self.location.failed("map a file in", source))?;
            self.own.add(file.own());
            further.file = Some(file);
        }
        Ok(())
    }

    /// Their maps.
    pub(super) fn maps(&self) -> impl Iterator<Item = &Map> {
        self.files.iter().map(|further| &*further.space.map)
    }

    /// Another thread takes them over.
    pub(super) fn adopt(&self, tid: i64) {
        for tid_field in self.files.iter().filter_map(|further| further.tid.as_ref()) {
            tid_field.replace(tid);
        }
    }
}
