//! The declaration of a family.

use std::any::TypeId;
use std::borrow::Cow;
use std::marker::PhantomData;

use super::admission::{DEFAULT_SERIES, PROCESS_SERIES};
use super::kind::FamilyKind;
use crate::format::{Aggregate, DeclaredField, FreeSpace, Layout, OVERFLOW, Series};
use crate::memory::Scalar;
use crate::publish::dimensions::{Dimensions, EveryCombination, Hasher, Key};
use crate::publish::fields::{Gauge, Histogram, MovingAverage, Timer, WindowedAverage};
use crate::publish::{Declaration, DeclareError, Field};

/// A family to be created: its name, unit, help, limit, and the options of its kind.
#[must_use = "a declaration does nothing until it is added"]
pub struct FamilyDeclaration<F: FamilyKind, L: Dimensions> {
    series: Declaration<F>,
    max: usize,
    hasher: Hasher,
    /// The series to create at the start, without their name.
    every: Vec<Combination>,
    set: PhantomData<fn(&L)>,
}

/// A series to create at the start, and how the family finds it.
#[derive(Debug)]
pub(super) struct Combination {
    pub hash: u64,
    pub key: Key,
    pub series: Series<'static>,
}

/// A declared family.
#[derive(Debug)]
pub(in crate::publish) struct DeclaredFamily {
    /// What all series have; its label is the whole name.
    pub template: DeclaredField,
    pub kind: TypeId,
    /// The name without dimensions of its own: no other stat may have it.
    pub name: String,
    pub max: usize,
    /// The label of the overflow.
    pub overflow: String,
    /// The bytes that are reserved for the overflow.
    pub reserved: usize,
    /// The longest label of a series.
    pub longest: usize,
    pub(super) hasher: Hasher,
    /// The series to create at the start.
    pub(super) every: Vec<Combination>,
    /// The most bytes that these take.
    pub initial: usize,
}

impl<F: FamilyKind, L: Dimensions> FamilyDeclaration<F, L> {
    pub(super) fn new(name: Cow<'static, str>) -> Self {
        Self {
            series: F::named(name),
            max: DEFAULT_SERIES,
            hasher: Hasher::random(),
            every: Vec::new(),
            set: PhantomData,
        }
    }

    /// The unit of the values: see [`Declaration::unit`].
    pub fn unit(self, unit: impl Into<Cow<'static, str>>) -> Self {
        self.map(|series| series.unit(unit))
    }

    /// What the stats mean, in a sentence.
    pub fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        self.map(|series| series.help(help))
    }

    /// How each series is combined over threads and processes, and readers combine series: see
    /// [`Declaration::aggregate`].
    pub fn aggregate(self, aggregate: Aggregate) -> Self {
        self.map(|series| series.aggregate(aggregate))
    }

    /// The most series of this name in the process: 1 to 10,000, by default 2,000. Values of further
    /// ones count in `name{overflow="true"}`.
    pub fn max(mut self, series: usize) -> Self {
        self.max = series;
        self
    }

    /// Creates the series of every combination at the start, each with the value 0, so that a rate
    /// includes the first event. More combinations than a process can have series are a compile error.
    pub fn all(mut self) -> Self
    where
        L: EveryCombination,
    {
        const {
            assert!(
                L::COUNT <= PROCESS_SERIES as u64,
                "`all` makes more than the 10,000 series that a process can have"
            );
        };
        self.every.clear();
        L::every(|set| {
            let mut series = Series::new("");
            L::each(set, |key, value| series.set(key.into(), value.text().into_owned().into()));
            self.every.push(Combination {
                hash: L::hash(set, self.hasher),
                key: L::key(set),
                series,
            });
        });
        self
    }

    fn map(mut self, change: impl FnOnce(Declaration<F>) -> Declaration<F>) -> Self {
        self.series = change(self.series);
        self
    }

    /// The family for a file with this prefix and layout, or its name and what is wrong.
    pub(in crate::publish) fn finish(
        self,
        prefix: &str,
        layout: Layout,
    ) -> Result<DeclaredFamily, (String, DeclareError)> {
        let Self { series, max, hasher, mut every, .. } = self;
        let template = series.finish(prefix, layout, |_| false)?;
        check_count(max, every.len()).map_err(|error| (template.label.clone(), error))?;
        let name = Series::parse(&template.label).into_owned();
        let overflow = name.clone().with(OVERFLOW, "true").compose();
        let longest = longest_label(layout);
        if overflow.len() > longest {
            let found = template.label.len();
            let limit = (longest + found).saturating_sub(overflow.len());
            return Err((template.label, DeclareError::LabelTooLong { found, limit }));
        }
        for combination in &mut every {
            combination.series.move_to(&name);
        }
        let size =
            |label: String| FreeSpace::most(&DeclaredField { label, ..template.clone() }, layout);
        let initial = every.iter().map(|combination| size(combination.series.compose())).sum();
        let reserved = if F::OVERFLOWS { size(overflow.clone()) } else { 0 };
        let (kind, name) = (TypeId::of::<F>(), name.name().to_owned());
        Ok(DeclaredFamily {
            template,
            kind,
            name,
            max,
            overflow,
            reserved,
            longest,
            hasher,
            every,
            initial,
        })
    }
}

/// Rejects a limit that no process has, and more series at the start than the limit.
fn check_count(max: usize, initial: usize) -> Result<(), DeclareError> {
    match max {
        1..=PROCESS_SERIES if initial <= max => Ok(()),
        1..=PROCESS_SERIES => Err(DeclareError::Series { found: initial, limit: max }),
        _ => Err(DeclareError::Series { found: max, limit: PROCESS_SERIES }),
    }
}

/// The longest label of a series. In a packed file only one byte may publish its size.
fn longest_label(layout: Layout) -> usize {
    match layout {
        Layout::Packed => u8::MAX.into(),
        Layout::Aligned => 1024,
    }
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident as $setting:ident($value:ident: $type:ty)
       of $kind:ident $(<$scalar:ident>)?;)*) => {$(
        impl<$($scalar: Scalar,)? L: Dimensions> FamilyDeclaration<$kind $(<$scalar>)?, L> {
            $(#[$doc])*
            pub fn $name(self, $value: $type) -> Self {
                self.map(|series| series.$setting($value))
            }
        }
    )*};
}

settings! {
    /// The value before a gauge is first set, and after the thread that set it ends.
    initial as initial(value: T) of Gauge<T>;
    /// Whether to keep the last value when its thread ends. By default the initial one is restored.
    keep as keep(keep: bool) of Gauge<T>;
    /// The window, in values: 1 to 2²⁴, of 8 bytes each.
    window as window(values: usize) of MovingAverage;
    /// The window of the moving average, in durations: 1 to 2²⁴, of 8 bytes each; the default is
    /// 100.
    window as window(values: usize) of Timer;
    /// The window, in seconds.
    window as window(seconds: impl Into<f64>) of WindowedAverage;
    /// The maximum relative error of percentiles, such as 0.01 for 1 %.
    error as error(error: f64) of Histogram;
    /// The largest value within the range. Larger values are counted, but not distinguished.
    max_value as max(max: u64) of Histogram;
}

/// `all` of too many combinations is a compile error, which no type check shows.
///
/// ```compile_fail,E0080
/// use mmstats::{Counter, DimensionValue, Dimensions, Family};
///
/// #[derive(DimensionValue, Clone, Copy)]
/// enum Digit { A, B, C, D, E, F, G, H, I, J, K }
///
/// #[derive(Dimensions)]
/// struct Digits {
///     first: Digit,
///     second: Digit,
///     third: Digit,
///     fourth: Digit,
/// }
///
/// let _ = Family::<Counter, Digits>::named("requests").all();
/// ```
#[cfg(doctest)]
struct TooManyCombinations;
