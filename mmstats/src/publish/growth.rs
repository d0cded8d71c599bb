//! Stats that are added later: fields in the first file, series also in further ones.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use super::declaration::{Declaration, Field, FieldKind};
use super::exit_cleanup::OwnFurtherFiles;
use super::further_files::FurtherFiles;
use super::labels::Labels;
use super::location::FileLocation;
use super::space::Space;
use super::{AddError, CreateError, DeclareError};
use crate::format::{DeclaredField, Series};
use crate::memory::Map;

/// Where the later stats of an instance go.
#[derive(Debug)]
pub(super) struct Growth(Mutex<Spaces>);

#[derive(Debug)]
pub(super) struct Spaces {
    pub prefix: String,
    pub labels: Labels,
    /// The names of families: no other stat may have them.
    pub families: Vec<String>,
    pub first: Space,
    /// Present if there are families.
    pub further: Option<FurtherFiles>,
}

impl Growth {
    pub(super) fn new(spaces: Spaces) -> Self {
        Self(Mutex::new(spaces))
    }

    /// `None` if this thread is in here already: an allocation on the way called a global allocator
    /// that counts.
    fn lock(&self) -> Option<MutexGuard<'_, Spaces>> {
        match self.0.try_lock() {
            Ok(spaces) => Some(spaces),
            Err(TryLockError::Poisoned(spaces)) => Some(spaces.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Adds a field to the first file, which is at `path`.
    pub(super) fn add<F: Field>(
        &self,
        declaration: Declaration<F>,
        path: Option<&Path>,
    ) -> Result<F, AddError> {
        let mut spaces = self.lock().ok_or(AddError::Busy)?;
        let Spaces { prefix, labels, families, first, .. } = &mut *spaces;
        let is_taken = |label: &str| labels.contains(label) || are_of(families, label);
        let declared = declaration
            .finish(prefix, first.layout, is_taken)
            .map_err(|(label, source)| AddError::Declaration { label, source })?;
        let limit = first.free.longest_label();
        if declared.label.len() > limit {
            let source = DeclareError::LabelTooLong { found: declared.label.len(), limit };
            return Err(AddError::Declaration { label: declared.label, source });
        }
        match first.add(&declared) {
            Ok(field) => {
                labels.insert(declared.label);
                Ok(field)
            }
            Err(error) => Err(AddError::NoFreeSpace {
                label: declared.label,
                path: path.map(Path::to_path_buf),
                needed: error.needed,
                left: error.left,
            }),
        }
    }

    /// Adds a series of a family, if `decide` admits its label, which is told whether there is room.
    /// `None` also if the label is taken, or if this thread is in here already.
    pub(super) fn add_series<F: FieldKind>(
        &self,
        declared: DeclaredField,
        decide: impl FnOnce(&str, bool) -> bool,
    ) -> Option<F> {
        let mut spaces = self.lock()?;
        let Spaces { labels, first, further, .. } = &mut *spaces;
        if labels.contains(&declared.label) {
            return None;
        }
        let space = if first.free.fits(&declared) {
            Some(first)
        } else {
            further.as_mut().and_then(|further| further.space_for(&declared).ok())
        };
        if !decide(&declared.label, space.is_some()) {
            return None;
        }
        let field = space?.add(&declared).ok()?;
        labels.insert(declared.label);
        Some(field)
    }

    /// Adds a series to the first file, where these many bytes are reserved for it. `None` if this
    /// thread is in here already.
    pub(super) fn add_reserved<F: FieldKind>(
        &self,
        declared: DeclaredField,
        reserved: usize,
    ) -> Option<F> {
        let mut spaces = self.lock()?;
        let Spaces { labels, first, .. } = &mut *spaces;
        if labels.contains(&declared.label) {
            return None;
        }
        first.free.release(reserved);
        let field = first.add(&declared).ok()?;
        labels.insert(declared.label);
        Some(field)
    }

    /// Calls `action` with the further files, if there can be any.
    fn with_further<R>(&self, action: impl FnOnce(&mut FurtherFiles) -> R) -> Option<R> {
        self.lock()?.further.as_mut().map(action)
    }

    /// Others see the first file.
    pub(super) fn set_published(&self) {
        self.with_further(FurtherFiles::set_published);
    }

    /// What the first file must know of the further ones.
    pub(super) fn own_further_files(&self) -> Option<Arc<OwnFurtherFiles>> {
        self.with_further(|further| further.own())
    }

    /// Creates the further files of what is in private memory.
    pub(super) fn publish(&self, location: FileLocation) -> Result<(), CreateError> {
        self.with_further(|further| further.publish(location)).unwrap_or(Ok(()))
    }

    /// Calls `action` with each further file's map, until it fails.
    pub(super) fn try_for_each<E>(&self, action: impl Fn(&Map) -> Result<(), E>) -> Result<(), E> {
        self.with_further(|further| further.maps().try_for_each(action)).unwrap_or(Ok(()))
    }

    /// Another thread takes the instance over.
    pub(super) fn adopt(&self, tid: i64) {
        self.with_further(|further| further.adopt(tid));
    }
}

/// Whether the label is one of a family's.
fn are_of(families: &[String], label: &str) -> bool {
    !families.is_empty() && {
        let series = Series::parse(label);
        families.iter().any(|family| family == series.name())
    }
}
