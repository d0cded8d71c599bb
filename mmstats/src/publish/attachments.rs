//! What a struct declared, attached to its file in the same order.

use std::any::TypeId;
use std::sync::Arc;
use std::vec;

use super::declaration::Field;
use super::declarations::Declared;
use super::dimensions::Dimensions;
use super::family::{DeclaredFamily, Family, FamilyKind, Sinks};
use super::growth::Growth;
use crate::format::{DeclaredField, LaidOutField, Layout};
use crate::memory::Map;

/// The fields and families of a struct, attached to its file, in the order of their declarations.
#[derive(Debug)]
pub struct Attachments {
    fields: vec::IntoIter<DeclaredField>,
    types: vec::IntoIter<TypeId>,
    laid_out: vec::IntoIter<LaidOutField>,
    families: vec::IntoIter<DeclaredFamily>,
    /// Present if there are families.
    sinks: Option<Sinks>,
    growth: Arc<Growth>,
    map: Arc<Map>,
    layout: Layout,
}

impl Attachments {
    /// The fields as they are laid out in `map`, and the families, whose series go where `growth`
    /// says.
    pub(super) fn new(
        declared: Declared,
        laid_out: Vec<LaidOutField>,
        sinks: Option<Sinks>,
        growth: &Arc<Growth>,
        map: &Arc<Map>,
        layout: Layout,
    ) -> Self {
        Self {
            fields: declared.fields.into_iter(),
            types: declared.types.into_iter(),
            laid_out: laid_out.into_iter(),
            families: declared.families.into_iter(),
            sinks,
            growth: Arc::clone(growth),
            map: Arc::clone(map),
            layout,
        }
    }

    /// The next field.
    ///
    /// # Panics
    ///
    /// Panics if `attach` requests another kind than `declare` declared, or more fields. Derived
    /// code never does.
    #[allow(clippy::should_implement_trait, reason = "generic over what it gives")]
    pub fn next<F: Field>(&mut self) -> F {
        let next = (self.fields.next(), self.types.next(), self.laid_out.next());
        let (Some(declared), Some(kind), Some(laid_out)) = next else {
            panic!("a field for each declaration");
        };
        assert!(kind == TypeId::of::<F>(), "attach builds what declare declared");
        let field = self.map.attach(&laid_out, self.layout, declared.align);
        F::attach_field(field, &declared)
    }

    /// The next family.
    ///
    /// # Panics
    ///
    /// Panics if `attach` requests another kind than `declare` declared, or more families. Derived
    /// code never does.
    pub fn next_family<F: FamilyKind, L: Dimensions>(&mut self) -> Family<F, L> {
        let (Some(declared), Some(sinks)) = (self.families.next(), &mut self.sinks) else {
            panic!("a family for each declaration");
        };
        assert!(declared.kind == TypeId::of::<F>(), "attach builds what declare declared");
        let sink = sinks.next(&declared);
        Family::attach(declared, sink, Arc::clone(&self.growth))
    }
}
