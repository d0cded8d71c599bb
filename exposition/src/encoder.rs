//! Families as text.

use std::io::{self, Write};

use mmstats_cli::number::push_exact;

use crate::description::push_description;
use crate::format::Format;
use crate::histogram::Bounds;
use crate::labels::push_label;
use crate::metric::{Family, FamilySample};
use crate::names::Name;
use crate::sample::{Sample, SampleValue};
use crate::series::SeriesTable;
use crate::unit::{Scale, scaled};

/// The label of an info that has its text.
pub const INFO_LABEL: &str = "value";

/// The labels that samples refer to.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    pub owners: &'a [String],
    pub series: &'a SeriesTable,
}

/// Writes families, one after the other.
pub struct Encoder<'a, W> {
    out: &'a mut W,
    format: Format,
    bounds: &'a Bounds,
    /// `le="3.0"` for each bound, by what converts it to the metric's unit.
    bound_labels: BoundLabels,
    labels: Labels<'a>,
    /// How many more bytes may be written, where that is limited.
    bytes_left: Option<usize>,
    lines: Vec<u8>,
}

impl<'a, W: Write> Encoder<'a, W> {
    /// `limit`: the maximum number of bytes.
    pub fn new(
        out: &'a mut W,
        format: Format,
        bounds: &'a Bounds,
        labels: Labels<'a>,
        limit: Option<usize>,
    ) -> Self {
        let (bound_labels, lines) = (Vec::new(), Vec::new());
        Self { out, format, bounds, bound_labels, labels, bytes_left: limit, lines }
    }

    /// Writes a metric with its help, its type and its samples. If that would exceed the limit,
    /// writes nothing and returns `false`.
    pub fn family(&mut self, name: &Name, family: &Family) -> io::Result<bool> {
        self.lines.clear();
        push_description(&mut self.lines, self.format, name, family);
        for FamilySample { owner, series, scale, sample } in &family.samples {
            let bounds: &[String] = match sample {
                Sample::Histogram(_) => bound_labels(&mut self.bound_labels, self.bounds, *scale),
                _ => &[],
            };
            SampleLines {
                out: &mut self.lines,
                name: &name.text,
                owner: &self.labels.owners[*owner],
                series: self.labels.series.labels(*series),
                scale: *scale,
                time: "",
            }
            .push(sample, bounds);
            if self.bytes_left.is_some_and(|left| self.lines.len() > left) {
                return Ok(false);
            }
        }
        self.bytes_left = self.bytes_left.map(|left| left - self.lines.len());
        self.out.write_all(&self.lines)?;
        Ok(true)
    }

    /// Writes a gauge whatever the limit.
    pub fn gauge(&mut self, name: &str, help: &str, value: u64) -> io::Result<()> {
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}")
    }

    /// Writes the end.
    pub fn finish(self) -> io::Result<()> {
        match self.format {
            Format::Text => Ok(()),
            Format::OpenMetrics => self.out.write_all(b"# EOF\n"),
        }
    }
}

/// The lines of a sample.
pub struct SampleLines<'a> {
    pub out: &'a mut Vec<u8>,
    pub name: &'a str,
    pub owner: &'a str,
    pub series: &'a str,
    pub scale: Scale,
    /// When it was, with a space before it; empty: now.
    pub time: &'a str,
}

impl SampleLines<'_> {
    /// Appends them; `bounds` are the labels of a histogram's bounds.
    pub fn push(&mut self, sample: &Sample, bounds: &[String]) {
        match sample {
            Sample::Counter(value) => self.line("_total", "", scaled(*value, self.scale)),
            Sample::Gauge(value) | Sample::Untyped(value) => {
                self.line("", "", scaled(*value, self.scale));
            }
            Sample::Info(text) => {
                let mut value = String::new();
                push_label(&mut value, INFO_LABEL, text);
                self.line("_info", &value, SampleValue::Unsigned(1));
            }
            Sample::Summary { count, sum } => self.sum_and_count(*sum, *count),
            Sample::Histogram(buckets) => {
                for (bound, count) in bounds.iter().zip(&buckets.counts) {
                    self.line("_bucket", bound, SampleValue::Unsigned(*count));
                }
                self.line("_bucket", "le=\"+Inf\"", SampleValue::Unsigned(buckets.count));
                self.sum_and_count(buckets.sum, buckets.count);
            }
        }
    }

    fn sum_and_count(&mut self, sum: f64, count: u64) {
        self.line("_sum", "", scaled(SampleValue::Float(sum), self.scale));
        self.line("_count", "", SampleValue::Unsigned(count));
    }

    /// `extra`: labels that no other line of the sample has.
    fn line(&mut self, suffix: &str, extra: &str, value: SampleValue) {
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        let mut separator = b'{';
        for labels in [self.owner, self.series, extra] {
            if !labels.is_empty() {
                self.out.push(separator);
                self.out.extend_from_slice(labels.as_bytes());
                separator = b',';
            }
        }
        self.out.extend_from_slice(if separator == b',' { b"} " } else { b" " });
        value.push(self.out);
        self.out.extend_from_slice(self.time.as_bytes());
        self.out.push(b'\n');
    }
}

/// The labels of bounds by what converts them to a metric's unit.
pub type BoundLabels = Vec<(Scale, Vec<String>)>;

/// The labels of the bounds in the metric's unit, made once for each scale.
pub fn bound_labels<'a>(known: &'a mut BoundLabels, bounds: &Bounds, scale: Scale) -> &'a [String] {
    let is_same = |other: Scale| match (scale, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    let index = known.iter().position(|(other, _)| is_same(*other)).unwrap_or_else(|| {
        known.push((scale, bounds.iter().map(|bound| bound_label(bound, scale)).collect()));
        known.len() - 1
    });
    &known[index].1
}

/// As OpenMetrics wants it, a float; in 0.0.4 as well, so that a series is the same in both.
fn bound_label(bound: u64, scale: Scale) -> String {
    let mut number = Vec::new();
    push_exact(&mut number, scaled(SampleValue::Unsigned(bound), scale).as_f64());
    format!("le=\"{}\"", String::from_utf8_lossy(&number))
}
