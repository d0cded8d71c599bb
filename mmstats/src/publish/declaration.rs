//! How a stats struct declares its fields, and how it gets them.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};

use super::errors::DeclareError;
use super::{CreateError, Options, Published};
use crate::format::{Aggregate, Definition, Kind, Layout};
use crate::memory::Place;

/// A struct of stats. Derived: see the derive macro of the same name.
///
/// `declare` and `attach` go through the fields in the same order: the one says what they are,
/// then the file is made, then the other builds the struct of writers into that file.
pub trait MmStats: Sized + Send + 'static {
    /// The struct's name: `{STRUCT}` in file names, and part of a file's identity.
    const NAME: &'static str;

    /// What stands before every label, unless [`Options::prefix`] says otherwise.
    const PREFIX: &'static str = "";

    /// Declares the fields.
    fn declare(fields: &mut Declarations);

    /// Builds the struct of the fields that were declared.
    fn attach(fields: &mut Attachments) -> Self;

    /// Sets what says how things are back to its initial value, because the thread that wrote it
    /// is gone: see [`Field::retire`].
    fn retire(&self);

    /// Options for a stats file of this struct.
    fn options() -> Options<Self> {
        Options::new(Self::NAME, Self::PREFIX)
    }

    /// Makes a stats file with default options.
    ///
    /// # Errors
    ///
    /// Where a declaration is impossible or no file can be made; see [`CreateError`].
    fn create() -> Result<Published<Self>, CreateError> {
        Self::options().create()
    }
}

/// A kind of field, such as [`Counter`](crate::Counter). Closed: every reader knows them all.
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

    /// Sets a gauge, timestamp or text back to its initial value, unless it was declared to keep
    /// its last one; leaves other kinds as they are.
    fn retire(&self) {
        self.reset();
    }
}

impl<F: FieldKind> Field for F {}

/// What the library needs to know of a kind of field.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{Self}` is not a kind of stat")]
pub trait FieldKind: Sized + Send + 'static {
    /// What a declaration of this kind can set beyond label, unit, help and aggregate.
    type Settings: Default;
    /// The unit of a stat that declares none.
    const UNIT: &'static str = "";

    fn shape(settings: Self::Settings, layout: Layout) -> Result<Shape, DeclareError>;
    fn attach(attachment: Attachment) -> Self;
    fn reset(&self) {}
    /// Whether the declaration says that the value stays when its thread ends.
    fn keeps(_: &Self::Settings) -> bool {
        false
    }
}

/// A kind's part of a definition.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shape {
    pub(crate) kind: Kind,
    pub(crate) signature: Cow<'static, str>,
    pub(crate) initial: Vec<u8>,
    pub(crate) align: usize,
    pub(crate) buffered: bool,
    pub(crate) sequenced: bool,
    pub(crate) overflow: bool,
    pub(crate) parameters: [u64; 2],
}

/// A field's place in the file, and what its declaration said.
#[doc(hidden)]
#[derive(Debug)]
pub struct Attachment {
    pub(crate) place: Place,
    pub(crate) parameters: [u64; 2],
    pub(crate) keep: bool,
}

/// A field that is to be: its label, unit, help, and what its kind lets one choose.
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
    /// The unit of the values, such as "seconds" or "bytes". Base units suit every tool best. A
    /// timer's is "seconds" unless said.
    pub fn unit(mut self, unit: impl Into<Cow<'static, str>>) -> Self {
        self.unit = unit.into();
        self
    }

    /// What the stat tells, in a sentence.
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = help.into();
        self
    }

    /// How the stat adds up over threads and processes. Unless said, counters, timers and
    /// histograms sum, and the others stand each for themselves. Up-down counters always sum:
    /// anything else is an error when they are created or added.
    ///
    /// The sum of gauges is true where each thread sets its own part. What one thread raises and
    /// another lowers is an [`UpDownCounter`](crate::UpDownCounter).
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregate = Some(aggregate);
        self
    }

    /// The definition for a file of this prefix and layout, or the label and what is wrong.
    pub(super) fn define(
        self,
        prefix: &str,
        layout: Layout,
        taken: &HashSet<String>,
    ) -> Result<Definition, (String, DeclareError)> {
        let label = [prefix, &self.label].concat();
        let keep = F::keeps(&self.settings);
        let checked = check_label(&label, taken);
        let shape = match checked.and_then(|()| F::shape(self.settings, layout)) {
            Ok(shape) => shape,
            Err(reason) => return Err((label, reason)),
        };
        let aggregate = self.aggregate.unwrap_or(Aggregate::default_for(shape.kind));
        if shape.kind == Kind::UpDownCounter && aggregate != Aggregate::Sum {
            return Err((label, DeclareError::Aggregate { found: aggregate }));
        }
        // The latest of all threads isn't that of those alone which still run.
        let is_latest = shape.kind == Kind::Timestamp && aggregate == Aggregate::Max;
        Ok(Definition {
            label,
            signature: shape.signature,
            initial: shape.initial,
            align: shape.align,
            buffered: shape.buffered,
            sequenced: shape.sequenced,
            overflow: shape.overflow,
            kind: shape.kind,
            aggregate,
            unit: self.unit,
            help: self.help,
            parameters: shape.parameters,
            keep: keep || is_latest,
        })
    }
}

fn check_label(label: &str, taken: &HashSet<String>) -> Result<(), DeclareError> {
    let limit = u16::MAX.into();
    if label.is_empty() {
        Err(DeclareError::EmptyLabel)
    } else if label.len() > limit {
        Err(DeclareError::LabelTooLong { found: label.len(), limit })
    } else if taken.contains(label) {
        Err(DeclareError::DuplicateLabel)
    } else {
        Ok(())
    }
}

/// The fields of a struct, as it declares them.
#[derive(Debug)]
pub struct Declarations {
    prefix: String,
    layout: Layout,
    definitions: Vec<Definition>,
    labels: HashSet<String>,
    types: Vec<TypeId>,
    error: Option<CreateError>,
}

impl Declarations {
    pub(super) fn new(prefix: &str, layout: Layout) -> Self {
        Self {
            prefix: prefix.to_owned(),
            layout,
            // More than most structs have.
            definitions: Vec::with_capacity(32),
            labels: HashSet::with_capacity(32),
            types: Vec::with_capacity(32),
            error: None,
        }
    }

    /// Adds a field. What is wrong with it, creation reports.
    pub fn add<F: Field>(&mut self, declaration: Declaration<F>) {
        match declaration.define(&self.prefix, self.layout, &self.labels) {
            Ok(definition) => {
                self.labels.insert(definition.label.clone());
                self.definitions.push(definition);
                self.types.push(TypeId::of::<F>());
            }
            Err((label, reason)) => {
                self.error.get_or_insert(CreateError::Declaration { label, reason });
            }
        }
    }

    /// Adds a field that tells more than its type does: a fixed value that is a point in time.
    pub(super) fn add_of_kind<F: Field>(&mut self, kind: Kind, declaration: Declaration<F>) {
        let before = self.definitions.len();
        self.add(declaration);
        for definition in &mut self.definitions[before..] {
            definition.kind = kind;
        }
    }

    pub(super) fn finish(self) -> Result<Declared, CreateError> {
        let Self { definitions, types, labels, error, .. } = self;
        match error {
            Some(error) => Err(error),
            None => Ok(Declared { definitions, types, labels }),
        }
    }
}

/// Fields whose declarations are all valid, and their labels.
pub(super) struct Declared {
    pub definitions: Vec<Definition>,
    pub types: Vec<TypeId>,
    pub labels: HashSet<String>,
}

/// The fields of a struct, ready to be built, in the order of their declarations.
#[derive(Debug)]
pub struct Attachments(VecDeque<(TypeId, Attachment)>);

impl Attachments {
    pub(super) fn new(fields: impl Iterator<Item = (TypeId, Attachment)>) -> Self {
        Self(fields.collect())
    }

    /// The next field.
    ///
    /// # Panics
    ///
    /// Where `attach` asks for another kind than `declare` declared, or for more. Derived code
    /// never does.
    #[allow(clippy::should_implement_trait, reason = "generic over what it gives")]
    pub fn next<F: Field>(&mut self) -> F {
        let (declared, attachment) = self.0.pop_front().expect("a field for each declaration");
        assert!(declared == TypeId::of::<F>(), "attach builds what declare declared");
        F::attach(attachment)
    }
}
