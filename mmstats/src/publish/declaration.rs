//! The fields of a stats struct: declared one by one, then attached in the same order.

use std::any::TypeId;
use std::borrow::Cow;
use std::sync::Arc;
use std::{mem, vec};

use super::labels::{Fingerprints, Labels};
use super::{CreateError, DeclareError};
use crate::format::{Aggregate, DeclaredField, Initial, Kind, LaidOutField, Layout};
use crate::memory::{AttachedField, Map, Scalar};

/// A kind of field, such as [`Counter`](crate::Counter). Sealed: every reader knows all kinds.
pub trait Field: FieldKind {
    /// Declares a field of this kind with this label.
    fn named(label: impl Into<Cow<'static, str>>) -> Declaration<Self> {
        Declaration {
            label: label.into(),
            unit: Cow::Borrowed(Self::UNIT),
            help: Cow::Borrowed(""),
            aggregate: None,
            settings: Self::Settings::default(),
        }
    }

    /// Resets a gauge, timestamp or text to its initial value, unless it was declared to keep its
    /// last one; leaves other kinds unchanged.
    fn retire(&self) {
        self.reset();
    }
}

impl<F: FieldKind> Field for F {}

/// What the library needs to know about a kind of field.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{Self}` is not a kind of stat")]
pub trait FieldKind: Sized + Send + 'static {
    /// What a declaration of this kind can set besides label, unit, help and aggregate.
    type Settings: Default;
    /// The default unit.
    const UNIT: &'static str = "";

    /// The declared field, without the label and what every kind can set.
    fn declare_field(
        settings: Self::Settings,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError>;
    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self;
    fn reset(&self) {}
}

impl DeclaredField {
    /// A field of one scalar.
    pub(super) fn scalar<T: Scalar>(kind: Kind, initial: T, buffered: bool) -> Self {
        let initial = Initial::scalar(initial.to_bytes().as_ref());
        Self { buffered, ..Self::new(kind, T::CODE, initial, size_of::<T>()) }
    }
}

/// A field to be added: its label, unit, help and the options of its kind.
#[derive(Debug)]
#[must_use = "a declaration does nothing until it is added"]
pub struct Declaration<F: Field> {
    label: Cow<'static, str>,
    unit: Cow<'static, str>,
    help: Cow<'static, str>,
    aggregate: Option<Aggregate>,
    pub(super) settings: F::Settings,
}

impl<F: Field> Declaration<F> {
    /// The unit of the values, such as "seconds" or "bytes"; prefer base units. The default for a
    /// timer is "seconds".
    pub fn unit(mut self, unit: impl Into<Cow<'static, str>>) -> Self {
        self.unit = unit.into();
        self
    }

    /// What the stat means, in a sentence.
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// How the stat is combined over threads and processes. By default counters, timers and
    /// histograms are summed, others are not combined. Up-down counters are always summed: anything
    /// else is an error when they are created or added.
    ///
    /// The sum of gauges is right if each thread sets its own part. If one thread raises what
    /// another lowers, use an [`UpDownCounter`](crate::UpDownCounter).
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregate = Some(aggregate);
        self
    }

    /// The field for a file with this prefix and layout, or the label and what is wrong.
    pub(super) fn finish(
        self,
        prefix: &str,
        layout: Layout,
        is_taken: impl FnOnce(&str) -> bool,
    ) -> Result<DeclaredField, (String, DeclareError)> {
        let label = [prefix, &self.label].concat();
        let checked = check_label(&label, is_taken);
        let declared = match checked.and_then(|()| F::declare_field(self.settings, layout)) {
            Ok(declared) => declared,
            Err(source) => return Err((label, source)),
        };
        let aggregate = self.aggregate.unwrap_or(declared.aggregate);
        if declared.kind == Kind::UpDownCounter && aggregate != Aggregate::Sum {
            return Err((label, DeclareError::Aggregate { found: aggregate }));
        }
        // The latest time over all threads must include those that have ended.
        let is_latest = declared.kind == Kind::Timestamp && aggregate == Aggregate::Max;
        let keep = declared.keep || is_latest;
        Ok(DeclaredField { label, aggregate, unit: self.unit, help: self.help, keep, ..declared })
    }
}

fn check_label(label: &str, is_taken: impl FnOnce(&str) -> bool) -> Result<(), DeclareError> {
    let limit = u16::MAX.into();
    if label.is_empty() {
        Err(DeclareError::EmptyLabel)
    } else if label.len() > limit {
        Err(DeclareError::LabelTooLong { found: label.len(), limit })
    } else if is_taken(label) {
        Err(DeclareError::DuplicateLabel)
    } else {
        Ok(())
    }
}

/// The fields that a struct declares.
#[derive(Debug)]
pub struct Declarations {
    prefix: String,
    layout: Layout,
    declared: Declared,
    error: Option<CreateError>,
}

/// Declared fields, the types of their writers, and the fingerprints of their labels.
#[derive(Debug)]
pub(super) struct Declared {
    pub fields: Vec<DeclaredField>,
    types: Vec<TypeId>,
    fingerprints: Fingerprints,
}

impl Declarations {
    pub(super) fn new(prefix: &str, layout: Layout) -> Self {
        /// More than most structs have.
        const USUAL: usize = 32;
        let declared = Declared {
            fields: Vec::with_capacity(USUAL),
            types: Vec::with_capacity(USUAL),
            fingerprints: Fingerprints::with_capacity(USUAL),
        };
        Self { prefix: prefix.to_owned(), layout, declared, error: None }
    }

    /// Adds a field. An invalid declaration is an error when the file is created.
    pub fn add<F: Field>(&mut self, declaration: Declaration<F>) {
        let Declared { fields, types, fingerprints } = &mut self.declared;
        let is_taken = |label: &str| fingerprints.contain(label, |number| &fields[number].label);
        match declaration.finish(&self.prefix, self.layout, is_taken) {
            Ok(field) => {
                fingerprints.push(&field.label);
                fields.push(field);
                types.push(TypeId::of::<F>());
            }
            Err((label, source)) => {
                self.error.get_or_insert(CreateError::Declaration { label, source });
            }
        }
    }

    /// Adds a field with another kind than its type's: a fixed value that is a point in time.
    pub(super) fn add_of_kind<F: Field>(&mut self, kind: Kind, declaration: Declaration<F>) {
        let before = self.declared.fields.len();
        self.add(declaration);
        for field in &mut self.declared.fields[before..] {
            field.kind = kind;
        }
    }

    pub(super) fn finish(self) -> Result<Declared, CreateError> {
        self.error.map_or(Ok(self.declared), Err)
    }
}

/// The fields of a struct, attached to its file, in the order of their declarations.
#[derive(Debug)]
pub struct Attachments {
    fields: vec::IntoIter<DeclaredField>,
    types: vec::IntoIter<TypeId>,
    laid_out: vec::IntoIter<LaidOutField>,
    map: Arc<Map>,
    layout: Layout,
}

impl Attachments {
    /// The fields as they are laid out in `map`, and their labels.
    pub(super) fn new(
        Declared { mut fields, types, fingerprints }: Declared,
        laid_out: Vec<LaidOutField>,
        map: &Arc<Map>,
        layout: Layout,
    ) -> (Self, Labels) {
        let labels = fields.iter_mut().map(|field| mem::take(&mut field.label)).collect();
        let labels = Labels::new(fingerprints, labels);
        let (fields, types, laid_out) =
            (fields.into_iter(), types.into_iter(), laid_out.into_iter());
        (Self { fields, types, laid_out, map: Arc::clone(map), layout }, labels)
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
}
