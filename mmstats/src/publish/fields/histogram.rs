//! Histograms: how values are spread.

use std::fmt;
use std::time::Duration;

use crate::format::{Buckets, DeclaredField, Kind, Layout};
use crate::memory::{ArrayCell, AttachedField};
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// The distribution of values: a count for each bucket, from which readers compute any percentile,
/// also over several threads.
///
/// Values are whole numbers from 0. Buckets are log-linear: a percentile is off by at most the
/// relative error, 3.1 % by default (see `error`). The range ends at `max`, rounded up to a power
/// of two less one (2⁴⁰ − 1 by default: 18 minutes in nanoseconds). Larger values are counted as
/// overflow: a reader knows their number, but not their values.
///
/// Recording a value is one load and one store. The buckets take 8 bytes each in every thread's
/// file: 608 of them by default, 8,448 for an error of 0.2 % over the same range.
///
/// ```
/// # use mmstats::{Field, Histogram, Options};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").capacity(65536).path(directory.path()).create()?;
/// let sizes: Histogram =
///     stats.add(Histogram::named("response.size").unit("bytes").max(1_000_000).error(0.01))?;
/// sizes.record(1500);
/// assert_eq!(sizes.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Histogram {
    counts: ArrayCell,
    buckets: Buckets,
}

/// A histogram's relative error and range.
#[doc(hidden)]
#[derive(Debug)]
pub struct HistogramSettings {
    error: f64,
    max: u64,
}

impl Default for HistogramSettings {
    fn default() -> Self {
        Self { error: 0.04, max: (1 << 40) - 1 }
    }
}

impl Histogram {
    /// Counts a value.
    #[inline]
    pub fn record(&self, value: u64) {
        self.counts.increment(self.buckets.index(value));
    }

    /// Counts a duration in nanoseconds; give the histogram the unit "nanoseconds". A duration can
    /// be neither negative nor infinite; one of more than 2⁶⁴ − 1 ns (584 years) counts as 2⁶⁴ − 1
    /// ns.
    #[inline]
    pub fn record_nanos(&self, duration: Duration) {
        self.record(duration.as_nanos().try_into().unwrap_or(u64::MAX));
    }

    /// The number of recorded values: the sum of all buckets.
    pub fn count(&self) -> u64 {
        self.counts.sum()
    }
}

impl Declaration<Histogram> {
    /// The maximum relative error of percentiles, such as 0.01 for 1 %.
    pub fn error(mut self, error: f64) -> Self {
        self.settings.error = error;
        self
    }

    /// The largest value within the range. Larger values are counted, but not distinguished.
    pub fn max(mut self, max: u64) -> Self {
        self.settings.max = max;
        self
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram").field("count", &self.count()).finish()
    }
}

impl FieldKind for Histogram {
    type Settings = HistogramSettings;

    fn declare_field(
        settings: HistogramSettings,
        _: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        let HistogramSettings { error, max } = settings;
        let range =
            Buckets::with_error(error, max).ok_or(DeclareError::RelativeError { found: error })?;
        let with_overflow = range.with_overflow();
        let buckets = with_overflow.unwrap_or(range);
        let (signature, size) =
            (format!("{}Q", buckets.count()), buckets.count() * size_of::<u64>());
        Ok(DeclaredField {
            overflow: with_overflow.is_some(),
            parameters: buckets.parameters(),
            ..DeclaredField::new(Kind::Histogram, signature, vec![0; size], align_of::<u64>())
        })
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        Self {
            counts: ArrayCell::new(field),
            buckets: Buckets::from_parameters(declared.parameters)
                .expect("a declared histogram has a scheme"),
        }
    }
}
