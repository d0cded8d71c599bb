//! Stats as metrics with samples at many times.

use std::io::{self, Write};

use mmstats::Stat;
use mmstats_exposition::{
    Bounds, LabelNames, MetricType, Points, Sample, Timeline, TimelineSeries,
};

use super::sample::sample_of;
use super::{LABELS, StatNames, is_changing_text, unit_of};

/// The series of stats whose samples are at many times.
#[derive(Debug)]
pub struct StatTimeline(Timeline);

impl StatTimeline {
    /// Without series yet; histograms have buckets with these bounds.
    pub fn new(bounds: Bounds) -> Self {
        Self(Timeline::new(bounds, LabelNames::reserving(LABELS)))
    }

    /// The sample of a stat; `None` if it has none, or is a text that may change.
    pub fn sample_of(&self, stat: &Stat<'_>) -> Option<Sample> {
        if is_changing_text(stat) { None } else { sample_of(stat, self.0.bounds()) }
    }

    /// The series of a stat whose samples have this type. `owner` is the labels of its file.
    pub fn series(&mut self, owner: &str, stat: &Stat<'_>, kind: MetricType) -> TimelineSeries {
        let (series, unit) = (stat.series(), unit_of(stat.kind(), stat.unit()));
        let metric = (kind, series.name(), unit);
        self.0.series(owner, metric, series.dimensions(), || stat.help().to_owned())
    }

    /// Writes all as OpenMetrics; `samples` gives those of a series, in the order of their times.
    ///
    /// # Errors
    ///
    /// Returns an error of `samples`, or if `out` can't be written. Then the text has no end.
    pub fn write<W: Write>(
        self,
        out: &mut W,
        samples: impl FnMut(TimelineSeries, &mut Points<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.write(&mut StatNames::default().0, out, samples)
    }
}
