//! What a stats struct declares, one by one: fields and families.

use std::any::TypeId;
use std::mem;

use super::declaration::{Declaration, Field};
use super::dimensions::Dimensions;
use super::family::{DeclaredFamily, FamilyDeclaration, FamilyKind};
use super::labels::{Fingerprints, Labels};
use super::{CreateError, DeclareError};
use crate::format::{DeclaredField, Kind, Layout, Series};

/// What a struct declares.
#[derive(Debug)]
pub struct Declarations {
    prefix: String,
    layout: Layout,
    declared: Declared,
    error: Option<CreateError>,
}

/// Declared fields, the types of their writers, the fingerprints of their labels; and families.
#[derive(Debug)]
pub(super) struct Declared {
    pub fields: Vec<DeclaredField>,
    pub types: Vec<TypeId>,
    pub families: Vec<DeclaredFamily>,
    fingerprints: Fingerprints,
}

/// What can be declared: fields and families.
pub trait Declare {
    /// Adds itself.
    #[doc(hidden)]
    fn declare(self, declarations: &mut Declarations);
}

impl<F: Field> Declare for Declaration<F> {
    fn declare(self, declarations: &mut Declarations) {
        let Declarations { prefix, layout, declared, error } = declarations;
        let Declared { fields, types, fingerprints, .. } = declared;
        let is_taken = |label: &str| fingerprints.contain(label, |number| &fields[number].label);
        match self.finish(prefix, *layout, is_taken) {
            Ok(field) => {
                fingerprints.push(&field.label);
                fields.push(field);
                types.push(TypeId::of::<F>());
            }
            Err(problem) => reject(error, problem),
        }
    }
}

impl<F: FamilyKind, L: Dimensions> Declare for FamilyDeclaration<F, L> {
    fn declare(self, declarations: &mut Declarations) {
        match self.finish(&declarations.prefix, declarations.layout) {
            Ok(family) => declarations.declared.families.push(family),
            Err(problem) => reject(&mut declarations.error, problem),
        }
    }
}

fn reject(error: &mut Option<CreateError>, (label, source): (String, DeclareError)) {
    error.get_or_insert(CreateError::Declaration { label, source });
}

impl Declarations {
    pub(super) fn new(prefix: &str, layout: Layout) -> Self {
        /// More than most structs have.
        const USUAL: usize = 32;
        let declared = Declared {
            fields: Vec::with_capacity(USUAL),
            types: Vec::with_capacity(USUAL),
            families: Vec::new(),
            fingerprints: Fingerprints::with_capacity(USUAL),
        };
        Self { prefix: prefix.to_owned(), layout, declared, error: None }
    }

    /// Adds a field or a family. An invalid declaration is an error when the file is created.
    pub fn add<D: Declare>(&mut self, declaration: D) {
        declaration.declare(self);
    }

    /// Adds a field with another kind than its type's: a fixed value that is a point in time.
    pub(super) fn add_of_kind<F: Field>(&mut self, kind: Kind, declaration: Declaration<F>) {
        let before = self.declared.fields.len();
        self.add(declaration);
        for field in &mut self.declared.fields[before..] {
            field.kind = kind;
        }
    }

    pub(super) fn finish(mut self) -> Result<Declared, CreateError> {
        if let Some(label) = self.declared.label_of_a_family() {
            let label = label.to_owned();
            reject(&mut self.error, (label, DeclareError::DuplicateLabel));
        }
        self.error.map_or(Ok(self.declared), Err)
    }
}

impl Declared {
    /// A label whose name a family has, too: their series could be the same.
    fn label_of_a_family(&self) -> Option<&str> {
        self.families.iter().enumerate().find_map(|(number, family)| {
            let is_same = |label: &str| Series::parse(label).name() == family.name;
            let others = self.families[..number].iter().map(|other| &other.template);
            let others = self.fields.iter().chain(others);
            others.map(|field| &*field.label).find(|label| is_same(label))
        })
    }

    /// Takes the labels out of the fields.
    pub(super) fn take_labels(&mut self) -> Labels {
        let labels = self.fields.iter_mut().map(|field| mem::take(&mut field.label)).collect();
        Labels::new(mem::take(&mut self.fingerprints), labels)
    }
}
