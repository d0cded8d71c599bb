//! Stats as metrics for Prometheus.

mod sample;
mod timeline;

use std::borrow::Cow;
use std::io::{self, Write};

use mmstats::{Kind, Series, Stat, Value};
use mmstats_exposition::{
    Bounds, Families, Format, LabelNames, Names, Sample, SeriesKey, SizeLimit,
};
use mmstats_totals::total::Total;

pub use sample::{is_allowed, sample_of, sample_of_increase};
pub use timeline::StatTimeline;

/// Whether a process is alive.
const UP: &str = "mmstats_up";
/// How many stats files there are.
const FILES: &str = "mmstats_files";
/// How old the values are.
pub const AGE: &str = "mmstats_scrape_age_seconds";
/// How many metrics didn't fit.
const LEFT_OUT: &str = "mmstats_metrics_left_out";

/// Labels that samples have besides those of their dimensions. `slurpstats` has fewer than `mmash`,
/// but a dimension has the same name in both.
const LABELS: [&str; 5] = ["cmd", "file", "pid", "pidns", "tid"];

/// The names of metrics from stats: those about the exposition itself are reserved.
#[derive(Debug)]
pub struct StatNames(Names);

impl Default for StatNames {
    fn default() -> Self {
        Self(Names::reserving(&[UP, FILES, AGE, LEFT_OUT]))
    }
}

/// Samples of stats, by metric.
#[derive(Debug)]
pub struct StatFamilies {
    families: Families,
    /// Whether texts that change are samples.
    texts: bool,
}

impl StatFamilies {
    /// Without samples yet; histograms have buckets with these bounds, and texts that change are
    /// samples only with `texts`. `added_labels` are names of labels that label sets have besides
    /// the usual ones.
    pub fn new<'a>(
        bounds: Bounds,
        texts: bool,
        added_labels: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let labels = LabelNames::reserving(LABELS.into_iter().chain(added_labels));
        Self { families: Families::new(bounds, labels), texts }
    }

    /// Begins a set of labels: samples that are added from now on have them. No other set may have
    /// the same labels.
    pub fn begin(&mut self, labels: String) {
        self.families.begin(labels);
    }

    /// Adds a stat of one file. `false` if there is a sample with these labels already.
    pub fn add_stat(&mut self, stat: &Stat<'_>) -> bool {
        if !self.texts && is_changing_text(stat) {
            return true;
        }
        sample_of(stat, self.families.bounds()).is_none_or(|sample| {
            let unit = unit_of(stat.kind(), stat.unit());
            self.add(stat.label_bytes(), || stat.series(), unit, stat.help(), sample)
        })
    }

    /// Adds the total of a stat over several files.
    pub fn add_total(&mut self, total: &Total) {
        if let Some(sample) = sample_of(total, self.families.bounds())
            && (self.texts || !matches!(sample, Sample::Info(_)))
        {
            let unit = unit_of(total.kind, &total.unit);
            let mut label = Cow::Borrowed(total.label.as_bytes());
            if !total.is_text {
                // A label that is this text may have dimensions.
                label.to_mut().push(0xff);
            }
            self.add(&label, || total.series(), unit, &total.help, sample);
        }
    }

    /// Adds any sample; `series` is what its label says. `false` if there is one with these labels
    /// already.
    pub fn add<'a>(
        &mut self,
        label: &[u8],
        series: impl FnOnce() -> Series<'a>,
        unit: &str,
        help: &str,
        sample: Sample,
    ) -> bool {
        let key = SeriesKey { label, unit };
        let kind = sample.metric_type();
        let series = self.families.next_series(key, kind).unwrap_or_else(|| {
            let series = series();
            self.families.series(key, kind, series.name(), series.dimensions())
        });
        self.families.add(series, || help.to_owned(), sample)
    }

    /// Adds whether the process of these labels is alive.
    pub fn add_up(&mut self, is_up: bool) {
        let help = "1, or 0 of what is proven dead and whose files are still there.";
        self.families.add_reserved(UP, help, is_up.into());
    }

    /// Adds how many files were read, so that a text about none isn't empty.
    pub fn add_files(&mut self, files: u64) {
        self.families.add_reserved(FILES, "Stats files whose stats these are.", files);
    }

    /// Writes all metrics, as far as they fit into `limit` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written.
    pub fn write(
        &self,
        format: Format,
        names: &mut StatNames,
        limit: Option<usize>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let limit = limit.map(|bytes| SizeLimit { bytes, left_out: LEFT_OUT });
        self.families.write(format, &mut names.0, limit, out)
    }
}

/// Whether it may be another text at any time, perhaps one that visitors choose: each would be a
/// series of its own. Nobody knows whether the text of a file without kinds changes.
fn is_changing_text(stat: &Stat<'_>) -> bool {
    let is_fixed = stat.kind() == Some(Kind::Info) && !stat.is_buffered();
    !is_fixed && matches!(stat.value(), Value::Text(_))
}

/// The unit of a stat: what is measured in seconds by its kind needn't say so, and nothing else
/// would be true.
pub fn unit_of(kind: Option<Kind>, unit: &str) -> &str {
    match kind {
        Some(Kind::Timer | Kind::Timestamp) => "seconds",
        _ => unit,
    }
}
