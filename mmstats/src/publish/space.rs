//! A map with free space, to which fields are added.

use std::sync::Arc;

use super::declaration::FieldKind;
use crate::format::{DeclaredField, FreeSpace, Layout, NoFreeSpace};
use crate::memory::Map;

/// A file or private memory, and where later fields go in it.
#[derive(Debug)]
pub(super) struct Space {
    pub map: Arc<Map>,
    pub free: FreeSpace,
    pub layout: Layout,
}

impl Space {
    /// Adds a field. Readers see the whole field or nothing.
    pub(super) fn add<F: FieldKind>(&mut self, declared: &DeclaredField) -> Result<F, NoFreeSpace> {
        let addition = self.free.add(declared)?;
        self.map.add(&addition);
        let field = self.map.attach(&addition.field, self.layout, declared.align);
        Ok(F::attach_field(field, declared))
    }
}
