//! The two formats as text.

use std::borrow::Cow;
use std::io::{self, Write};

use super::base::{Scale, scaled};
use super::families::Family;
use super::names::{LEFT_OUT, Name};
use super::ranges::Limits;
use super::sample::{Number, Sample, Type};
use crate::common::number::push_exact;
use mmstats_cli::escape::escape_data;

/// A format of Prometheus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4.
    Text,
    /// OpenMetrics, version 1.0.
    OpenMetrics,
}

/// Writes families, one after the other.
pub struct Writer<'a, W> {
    out: &'a mut W,
    format: Format,
    limits: &'a Limits,
    /// `le="3.0"` for each end of a histogram's ranges, by what makes them of the metric's unit.
    limit_labels: Vec<(Scale, Vec<String>)>,
    owners: &'a [String],
    /// How many more bytes of families are wanted, where that is limited.
    room: Option<usize>,
    left_out: u64,
    lines: Vec<u8>,
}

impl<'a, W: Write> Writer<'a, W> {
    /// `room`: how many bytes of families are wanted at most.
    pub fn new(
        out: &'a mut W,
        format: Format,
        limits: &'a Limits,
        owners: &'a [String],
        room: Option<usize>,
    ) -> Self {
        Self {
            out,
            format,
            limits,
            limit_labels: Vec::new(),
            owners,
            room,
            left_out: 0,
            lines: Vec::new(),
        }
    }

    /// A metric with its help, its type and its samples; gives `false` and writes nothing where
    /// there is no room for all of it.
    pub fn family(&mut self, name: &Name, family: &Family) -> io::Result<bool> {
        self.lines.clear();
        describe(&mut self.lines, self.format, name, family);
        for (owner, scale, sample) in &family.samples {
            let labels = &self.owners[*owner];
            let limits: &[String] = match sample {
                Sample::Histogram(_) => limit_labels(&mut self.limit_labels, self.limits, *scale),
                _ => &[],
            };
            let out = &mut self.lines;
            Lines { out, name: &name.text, labels, scale: *scale }.push(sample, limits);
            if self.room.is_some_and(|room| self.lines.len() > room) {
                self.left_out += 1;
                return Ok(false);
            }
        }
        self.room = self.room.map(|room| room - self.lines.len());
        self.out.write_all(&self.lines)?;
        Ok(true)
    }

    /// Nothing follows.
    pub fn finish(self) -> io::Result<()> {
        if self.room.is_some() {
            let left_out = self.left_out;
            writeln!(
                self.out,
                "# HELP {LEFT_OUT} Metrics that are left out, as all of them would be too much text.\n\
                 # TYPE {LEFT_OUT} gauge\n{LEFT_OUT} {left_out}"
            )?;
        }
        match self.format {
            Format::Text => Ok(()),
            Format::OpenMetrics => self.out.write_all(b"# EOF\n"),
        }
    }
}

/// Appends a metric's help, type and unit.
fn describe(
    out: &mut Vec<u8>,
    format: Format,
    Name { text: name, is_escaped, .. }: &Name,
    family: &Family,
) {
    let metric = &family.metric;
    // Of a metric whose samples all are called the same, that name is described in 0.0.4.
    let suffix = match format {
        Format::Text => metric.kind.suffix(),
        Format::OpenMetrics => "",
    };
    let help = help_of(family, *is_escaped);
    let mut line = |parts: &[&str]| {
        for part in parts {
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'\n');
    };
    if !help.is_empty() {
        line(&["# HELP ", name, suffix, " ", &format.help(&help)]);
    }
    line(&["# TYPE ", name, suffix, " ", format.type_name(metric.kind)]);
    if let (Format::OpenMetrics, Some(unit)) = (format, metric.unit_of_name())
        && name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_'))
    {
        line(&["# UNIT ", name, " ", unit]);
    }
}

impl Format {
    const fn type_name(self, kind: Type) -> &'static str {
        match (kind, self) {
            (Type::Counter, _) => "counter",
            (Type::Info, Self::OpenMetrics) => "info",
            // Version 0.0.4 has no info.
            (Type::Gauge | Type::Info, _) => "gauge",
            (Type::Untyped, Self::Text) => "untyped",
            (Type::Untyped, Self::OpenMetrics) => "unknown",
            (Type::Summary, _) => "summary",
            (Type::Histogram, _) => "histogram",
        }
    }

    fn help(self, text: &str) -> String {
        let text = escaped(text);
        match self {
            Self::Text => text,
            Self::OpenMetrics => text.replace('"', "\\\""),
        }
    }
}

/// The help text, else the label; what the name doesn't tell of the unit and the label; and how a
/// sum comes about that nobody counted.
fn help_of(family: &Family, is_escaped: bool) -> String {
    let metric = &family.metric;
    let mut help = family.help.clone();
    if help.is_empty() {
        help.clone_from(&metric.label);
    }
    let mut say = |sentence: &str| {
        let separator = match help.chars().last() {
            None => "",
            Some('.' | '!' | '?') => " ",
            Some(_) => ". ",
        };
        help.extend([separator, sentence]);
    };
    if !metric.unit.is_empty() && metric.unit_of_name().is_none() {
        say(&format!("In {}.", metric.unit));
    }
    if metric.kind == Type::Histogram {
        say(
            "The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range.",
        );
    }
    if is_escaped {
        say(&format!("The label is {}, whose usual name is another's.", metric.label));
    }
    help
}

/// The lines of a sample.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    name: &'a str,
    /// Of the owner.
    labels: &'a str,
    scale: Scale,
}

impl Lines<'_> {
    fn push(&mut self, sample: &Sample, limits: &[String]) {
        match sample {
            Sample::Counter(number) => self.line("_total", "", scaled(*number, self.scale)),
            Sample::Gauge(number) | Sample::Untyped(number) => {
                self.line("", "", scaled(*number, self.scale));
            }
            Sample::Info(text) => {
                let value = format!("value=\"{}\"", label_value(text));
                self.line("_info", &value, Number::Unsigned(1));
            }
            Sample::Summary { count, sum } => self.sum_and_count(*sum, *count),
            Sample::Histogram(ranges) => {
                for (limit, count) in limits.iter().zip(&ranges.counts) {
                    self.line("_bucket", limit, Number::Unsigned(*count));
                }
                self.line("_bucket", "le=\"+Inf\"", Number::Unsigned(ranges.count));
                self.sum_and_count(ranges.sum, ranges.count);
            }
        }
    }

    fn sum_and_count(&mut self, sum: f64, count: u64) {
        self.line("_sum", "", scaled(Number::Float(sum), self.scale));
        self.line("_count", "", Number::Unsigned(count));
    }

    /// `own`: labels that no other line of the sample has.
    fn line(&mut self, suffix: &str, own: &str, number: Number) {
        let comma = if self.labels.is_empty() || own.is_empty() { "" } else { "," };
        let (open, close) = if self.labels.len() + own.len() == 0 { ("", "") } else { ("{", "}") };
        for part in [self.name, suffix, open, self.labels, comma, own, close, " "] {
            self.out.extend_from_slice(part.as_bytes());
        }
        number.push(self.out);
        self.out.push(b'\n');
    }
}

/// The labels of the limits in the metric's unit, made once for each scale.
fn limit_labels<'a>(
    known: &'a mut Vec<(Scale, Vec<String>)>,
    limits: &Limits,
    scale: Scale,
) -> &'a [String] {
    let is_of = |other: Scale| match (scale, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    let index = known.iter().position(|(other, _)| is_of(*other)).unwrap_or_else(|| {
        known.push((scale, limits.iter().map(|limit| limit_label(limit, scale)).collect()));
        known.len() - 1
    });
    &known[index].1
}

/// As OpenMetrics wants it, a float; in 0.0.4 as well, so that a series is the same in both.
fn limit_label(limit: u64, scale: Scale) -> String {
    let mut number = Vec::new();
    push_exact(&mut number, scaled(Number::Unsigned(limit), scale).as_f64());
    format!("le=\"{}\"", String::from_utf8_lossy(&number))
}

/// A text as the value of a metric's label.
pub fn label_value(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(escaped(text).replace('"', "\\\""))
}

/// Whether nothing is to be escaped, as in nearly every path: asked a byte at a time, which is
/// quick.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

/// A line's end and a backslash are escaped, so that any parser turns them back; what drives a
/// terminal is replaced for good.
fn escaped(text: &str) -> String {
    let lines: Vec<_> =
        text.split('\n').map(|line| escape_data(line).replace('\\', "\\\\")).collect();
    lines.join("\\n")
}
