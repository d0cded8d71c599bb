//! The declaration of one field.

use std::borrow::Cow;
use std::collections::HashSet;

use super::DeclareError;
use crate::format::{Aggregate, DeclaredField, Initial, Kind, Layout, OVERFLOW, Series};
use crate::memory::{AttachedField, Scalar};

/// A kind of field, such as [`Counter`](crate::Counter). Sealed: every reader knows all kinds.
pub trait Field: FieldKind {
    /// Declares a field of this kind with this label.
    fn named(label: impl Into<Cow<'static, str>>) -> Declaration<Self> {
        Declaration {
            label: label.into(),
            unit: Cow::Borrowed(Self::UNIT),
            help: Cow::Borrowed(""),
            aggregate: None,
            dimensions: Vec::new(),
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
    dimensions: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    pub(super) settings: F::Settings,
}

impl<F: Field> Declaration<F> {
    /// Adds a dimension: the stat is one of several with this name. The label becomes, for example,
    /// `requests{tenant="acme"}`.
    ///
    /// An empty value is left out. An empty key, a key that comes twice, and the key `overflow`, which
    /// is reserved for what a [`Family`](crate::Family) counts beyond its limits, are errors when the
    /// stat is created or added.
    ///
    /// ```
    /// use mmstats::{Counter, Field, Options};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// let stats = Options::dynamic("Doc").path(directory.path()).create()?;
    /// let requests: Counter = stats.add(Counter::named("requests").dimension("tenant", "acme"))?;
    /// requests.incr();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dimension(
        mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.dimensions.push((key.into(), value.into()));
        self
    }

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
        let label = match label(prefix, &self.label, self.dimensions) {
            Ok(label) => label,
            Err(source) => return Err(([prefix, &self.label].concat(), source)),
        };
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

/// The label with its prefix, which goes before the name, and with dimensions besides those that
/// the label has already.
fn label(
    prefix: &str,
    label: &str,
    dimensions: Vec<(Cow<'static, str>, Cow<'static, str>)>,
) -> Result<String, DeclareError> {
    if dimensions.is_empty() && !label.ends_with('}') {
        return Ok([prefix, label].concat());
    }
    let mut series = Series::parse(label).prefixed(prefix);
    let mut keys: HashSet<_> = series.dimensions().map(|(key, _)| key.to_owned()).collect();
    for (key, value) in dimensions {
        if key.is_empty() || key == OVERFLOW {
            return Err(DeclareError::Key { found: key.into_owned() });
        }
        if !keys.insert(key.clone().into_owned()) {
            return Err(DeclareError::DuplicateKey { found: key.into_owned() });
        }
        series = series.with(key, value);
    }
    Ok(series.compose())
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
