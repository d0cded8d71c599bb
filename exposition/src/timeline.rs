//! Samples at many times, as OpenMetrics has them: metric by metric, and in a metric series by series.
//!
//! Their number may exceed any memory, so only their series are kept here. Whoever writes has the
//! samples of one series after the other.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::description::push_description;
use crate::encoder::{BoundLabels, SampleLines, bound_labels};
use crate::families::push_dimensions;
use crate::format::Format;
use crate::histogram::Bounds;
use crate::label_names::LabelNames;
use crate::metric::{Family, Metric};
use crate::names::Names;
use crate::sample::{MetricType, Sample};
use crate::unit::{Scale, base_of};

/// How many bytes are written at once.
const CHUNK: usize = 64 << 10;

/// The series of samples at many times.
#[derive(Debug)]
pub struct Timeline {
    bounds: Bounds,
    label_names: LabelNames,
    families: Vec<TimedFamily>,
    by_metric: HashMap<Metric, usize>,
    /// By family and labels.
    by_labels: HashMap<(usize, String), TimelineSeries>,
    count: usize,
}

/// The number of a series of a [`Timeline`]: 0, 1, 2 … as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineSeries(pub usize);

#[derive(Debug)]
struct TimedFamily {
    family: Family,
    series: Vec<TimedSeries>,
}

#[derive(Debug)]
struct TimedSeries {
    number: TimelineSeries,
    labels: String,
    scale: Scale,
}

/// Takes the samples of a series.
pub struct Points<'a, W> {
    out: &'a mut W,
    lines: &'a mut Vec<u8>,
    name: &'a str,
    labels: &'a str,
    scale: Scale,
    bounds: &'a [String],
}

impl Timeline {
    /// Without series yet; histograms have buckets with these bounds. `label_names` names the labels of
    /// dimensions, and reserves those of owners.
    pub fn new(bounds: Bounds, label_names: LabelNames) -> Self {
        Self {
            bounds,
            label_names,
            families: Vec::new(),
            by_metric: HashMap::new(),
            by_labels: HashMap::new(),
            count: 0,
        }
    }

    /// The bounds of histograms.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// The series of an owner, whose labels these are, with a metric's type, name and unit, and
    /// dimensions: keys, of which each comes once, and values. `help` is asked for if the metric has
    /// none yet.
    pub fn series<'d>(
        &mut self,
        owner: &str,
        (kind, name, unit): (MetricType, &str, &str),
        dimensions: impl Iterator<Item = (&'d str, &'d str)>,
        help: impl FnOnce() -> String,
    ) -> TimelineSeries {
        let (unit, scale) = base_of(unit);
        let metric = Metric { raw_name: name.to_owned(), kind, unit: unit.to_owned() };
        let new = self.families.len();
        let index = *self.by_metric.entry(metric.clone()).or_insert(new);
        if index == new {
            let family = Family { metric, help: String::new(), samples: Vec::new() };
            self.families.push(TimedFamily { family, series: Vec::new() });
        }
        let TimedFamily { family, series } = &mut self.families[index];
        if family.help.is_empty() {
            family.help = help();
        }
        let mut labels = String::new();
        push_dimensions(&mut labels, &self.label_names, kind, dimensions);
        let comma = if owner.is_empty() || labels.is_empty() { "" } else { "," };
        labels.insert_str(0, &[owner, comma].concat());
        let number = TimelineSeries(self.count);
        let found = *self.by_labels.entry((index, labels.clone())).or_insert(number);
        if found == number {
            self.count += 1;
            series.push(TimedSeries { number, labels, scale });
        }
        found
    }

    /// Writes each metric with its description and its samples, and the end. `samples` gives those of a
    /// series, in the order of their times.
    ///
    /// # Errors
    ///
    /// Returns an error of `samples`, or if `out` can't be written. Then the text has no end.
    pub fn write<W: Write>(
        mut self,
        names: &mut Names,
        out: &mut W,
        mut samples: impl FnMut(TimelineSeries, &mut Points<'_, W>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.families.sort_unstable_by(|one, other| one.family.metric.cmp(&other.family.metric));
        let (mut lines, mut known) = (Vec::new(), BoundLabels::new());
        for TimedFamily { family, series } in &mut self.families {
            let name = names.of(&family.metric);
            push_description(&mut lines, Format::OpenMetrics, name, family);
            series.sort_unstable_by(|one, other| one.labels.cmp(&other.labels));
            for TimedSeries { number, labels, scale } in series {
                let bounds: &[String] = match family.metric.kind {
                    MetricType::Histogram => bound_labels(&mut known, &self.bounds, *scale),
                    _ => &[],
                };
                let (lines, name) = (&mut lines, &*name.text);
                let mut points = Points { out, lines, name, labels, scale: *scale, bounds };
                samples(*number, &mut points)?;
            }
        }
        lines.extend_from_slice(b"# EOF\n");
        out.write_all(&lines)
    }
}

impl<W: Write> Points<'_, W> {
    /// Writes a sample at a time in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written.
    pub fn add(&mut self, milliseconds: i64, sample: &Sample) -> io::Result<()> {
        let sign = if milliseconds < 0 { "-" } else { "" };
        let magnitude = milliseconds.unsigned_abs();
        let time = format!(" {sign}{}.{:03}", magnitude / 1000, magnitude % 1000);
        let mut lines = SampleLines {
            out: self.lines,
            name: self.name,
            owner: self.labels,
            series: "",
            scale: self.scale,
            time: &time,
        };
        lines.push(sample, self.bounds);
        if self.lines.len() >= CHUNK {
            self.out.write_all(self.lines)?;
            self.lines.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Buckets;
    use crate::sample::SampleValue;

    #[test]
    fn samples_stand_by_metric_and_series_whenever_they_came() {
        let mut timeline = Timeline::new(Bounds::of_buckets(2), LabelNames::reserving(["pid"]));
        let mut series = |owner, kind, name, unit, dimensions: &[(&'static str, &'static str)]| {
            let dimensions = dimensions.iter().copied();
            timeline.series(owner, (kind, name, unit), dimensions, || "Help.".to_owned())
        };
        let numbers = [
            series("pid=\"7\"", MetricType::Summary, "render", "ms", &[]),
            series("pid=\"7\"", MetricType::Counter, "hits", "", &[("pid", "x")]),
            series("", MetricType::Counter, "hits", "", &[]),
            series("pid=\"7\"", MetricType::Counter, "hits", "", &[("pid", "x")]),
            series("", MetricType::Histogram, "sizes", "", &[]),
        ];
        assert_eq!(numbers.map(|number| number.0), [0, 1, 2, 1, 3]);
        let mut text = Vec::new();
        let written = timeline.write(&mut Names::default(), &mut text, |series, points| {
            let sample = |number: u64| match series.0 {
                0 => Sample::Summary { count: number, sum: 1500.0 },
                3 => Sample::Histogram(Box::new(Buckets {
                    counts: [number].into(),
                    count: number + 1,
                    sum: 0.5,
                })),
                _ => Sample::Counter(SampleValue::Unsigned(number)),
            };
            points.add(-1, &sample(1))?;
            points.add(1_795_252_445_250, &sample(2))
        });
        written.unwrap();
        let expected = "\
# HELP hits Help.
# TYPE hits counter
hits_total 1 -0.001
hits_total 2 1795252445.250
hits_total{pid=\"7\",exported_pid=\"x\"} 1 -0.001
hits_total{pid=\"7\",exported_pid=\"x\"} 2 1795252445.250
# HELP render_seconds Help.
# TYPE render_seconds summary
# UNIT render_seconds seconds
render_seconds_sum{pid=\"7\"} 1.5 -0.001
render_seconds_count{pid=\"7\"} 1 -0.001
render_seconds_sum{pid=\"7\"} 1.5 1795252445.250
render_seconds_count{pid=\"7\"} 2 1795252445.250
# HELP sizes Help. The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range.
# TYPE sizes histogram
sizes_bucket{le=\"274877906943.0\"} 1 -0.001
sizes_bucket{le=\"+Inf\"} 2 -0.001
sizes_sum 0.5 -0.001
sizes_count 2 -0.001
sizes_bucket{le=\"274877906943.0\"} 2 1795252445.250
sizes_bucket{le=\"+Inf\"} 3 1795252445.250
sizes_sum 0.5 1795252445.250
sizes_count 3 1795252445.250
# EOF
";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn a_text_without_all_samples_has_no_end() {
        let mut timeline = Timeline::new(Bounds::default(), LabelNames::default());
        let none = std::iter::empty();
        timeline.series("", (MetricType::Gauge, "busy", ""), none, String::new);
        let mut text = Vec::new();
        let written = timeline.write(&mut Names::default(), &mut text, |_, points| {
            points.add(0, &Sample::Gauge(SampleValue::Unsigned(1)))?;
            Err(io::Error::other("damaged"))
        });
        assert!(written.is_err() && !text.ends_with(b"# EOF\n"), "{text:?}");
    }
}
