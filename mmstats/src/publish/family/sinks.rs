//! Private memory for values that count nowhere: those of gauges beyond the limits, and of series
//! that a global allocator counts while one is being added.

use std::sync::Arc;
use std::vec;

use super::declaration::DeclaredFamily;
use crate::format::{Identity, LaidOutField, Layout, NewFile};
use crate::memory::Map;
use crate::publish::CreateError;
use crate::publish::declaration::FieldKind;
use crate::publish::location::FileLocation;
use crate::publish::page_size::page_size;

/// A stat in private memory for each family of an instance.
#[derive(Debug)]
pub(in crate::publish) struct Sinks {
    map: Arc<Map>,
    layout: Layout,
    fields: vec::IntoIter<LaidOutField>,
}

impl Sinks {
    pub(in crate::publish) fn of(
        families: &[DeclaredFamily],
        layout: Layout,
        location: &FileLocation,
    ) -> Result<Self, CreateError> {
        let templates: Vec<_> = families.iter().map(|family| family.template.clone()).collect();
        let identity = Identity::default();
        let image = NewFile::compose(&templates, &identity, layout, 0, page_size())
            .map_err(|error| CreateError::TooLarge { needed: error.needed })?;
        let map = location.private_memory(&image.bytes)?;
        Ok(Self { map, layout, fields: image.fields.into_iter() })
    }

    /// The stat of the next family.
    pub(in crate::publish) fn next<F: FieldKind>(&mut self, family: &DeclaredFamily) -> F {
        let field = self.fields.next().expect("a field for each family");
        let attached = self.map.attach(&field, self.layout, family.template.align);
        F::attach_field(attached, &family.template)
    }
}
