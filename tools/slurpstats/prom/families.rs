//! Samples gathered by metric, as the format wants them, and written.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

use mmstats::{HistogramSnapshot, Value};

use super::names::Names;
use crate::common::escape::escape;

/// The ends of a histogram's ranges: 3, 15, 63, … up to 4^19 - 1, where buckets end as well.
/// With `+Inf` they are 20, as many as one metric should have.
const LIMITS: [u64; 19] = {
    let mut limits = [0; 19];
    let mut index = 0;
    while index < limits.len() {
        limits[index] = (1 << (2 * (index + 1))) - 1;
        index += 1;
    }
    limits
};

/// What a stat is to Prometheus, with its present value.
pub enum Sample<'a> {
    /// Only grows.
    Counter(&'a Value<'a>),
    /// Goes up and down.
    Gauge(&'a Value<'a>),
    /// A number of unknown kind.
    Untyped(&'a Value<'a>),
    /// A text: a metric of 1 that has it as a label.
    Info(&'a str),
    /// How often, and how much in all.
    Summary { count: u64, sum: f64 },
    /// How often up to which value.
    Histogram(&'a HistogramSnapshot),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Type {
    Counter,
    Gauge,
    Untyped,
    Info,
    Summary,
    Histogram,
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            // The format's version 0.0.4 has no info.
            Self::Gauge | Self::Info => "gauge",
            Self::Untyped => "untyped",
            Self::Summary => "summary",
            Self::Histogram => "histogram",
        }
    }

    /// What its samples are called by: the metric's name and one of these.
    const fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["_total"],
            Self::Gauge | Self::Untyped => &[""],
            Self::Info => &["_info"],
            Self::Summary => &["", "_sum", "_count"],
            Self::Histogram => &["", "_bucket", "_sum", "_count"],
        }
    }
}

/// All samples of all files.
#[derive(Debug, Default)]
pub struct Families {
    by_label: BTreeMap<(String, Type), Family>,
}

/// One metric: its samples, each a line that lacks the metric's name in front.
#[derive(Debug, Default)]
struct Family {
    help: String,
    lines: String,
    /// The labels of the sample that came last: a file with a label twice gives one sample.
    last: Option<String>,
}

impl Families {
    /// Adds a stat. `labels` tell it from the same stat of other files: `pid="7",file="x"`.
    pub fn add(&mut self, label: &str, help: &str, labels: &str, sample: &Sample<'_>) {
        let kind = sample.kind();
        let family = self.by_label.entry((label.to_owned(), kind)).or_default();
        if family.last.as_deref() == Some(labels) {
            return;
        }
        family.last = Some(labels.to_owned());
        if family.help.is_empty() {
            help.clone_into(&mut family.help);
        }
        family.push(labels, sample);
    }

    /// Writes each metric with its help, its type and its samples.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut names = Names::default();
        for ((label, kind), family) in &self.by_label {
            let name = names.take(label, kind.suffixes());
            // A counter's name has its suffix in the description, too; a histogram's hasn't.
            let described = match kind.suffixes() {
                [suffix] => format!("{name}{suffix}"),
                _ => name.clone(),
            };
            if !family.help.is_empty() {
                writeln!(out, "# HELP {described} {}", help_text(&family.help))?;
            }
            writeln!(out, "# TYPE {described} {}", kind.name())?;
            for line in family.lines.lines() {
                writeln!(out, "{name}{line}")?;
            }
        }
        Ok(())
    }
}

impl Family {
    fn push(&mut self, labels: &str, sample: &Sample<'_>) {
        match sample {
            Sample::Counter(value) => self.line("_total", labels, "", value),
            Sample::Gauge(value) | Sample::Untyped(value) => self.line("", labels, "", value),
            Sample::Info(text) => {
                let value = format!("value=\"{}\"", label_value(text));
                self.line("_info", labels, &value, &Value::Unsigned(1));
            }
            Sample::Summary { count, sum } => {
                self.line("_sum", labels, "", &Value::Float(*sum));
                self.line("_count", labels, "", &Value::Unsigned(*count));
            }
            Sample::Histogram(histogram) => self.histogram(labels, histogram),
        }
    }

    /// Cumulative counts up to the ends of the same few ranges at any time, whatever the values:
    /// only so can rates be taken of them.
    fn histogram(&mut self, labels: &str, histogram: &HistogramSnapshot) {
        let (mut sum, mut count) = (0.0, 0_u64);
        let mut buckets = histogram.buckets().peekable();
        for limit in LIMITS {
            while let Some(bucket) = buckets.next_if(|bucket| *bucket.values.end() <= limit) {
                sum += bucket.middle() * bucket.count as f64;
                count = count.wrapping_add(bucket.count);
            }
            let le = format!("le=\"{limit}\"");
            self.line("_bucket", labels, &le, &Value::Unsigned(count));
        }
        for bucket in buckets {
            sum += bucket.middle() * bucket.count as f64;
            count = count.wrapping_add(bucket.count);
        }
        self.line("_bucket", labels, "le=\"+Inf\"", &Value::Unsigned(count));
        self.line("_sum", labels, "", &Value::Float(sum));
        self.line("_count", labels, "", &Value::Unsigned(count));
    }

    fn line(&mut self, suffix: &str, labels: &str, own: &str, value: &Value<'_>) {
        let comma = if labels.is_empty() || own.is_empty() { "" } else { "," };
        let (open, close) = if labels.len() + own.len() == 0 { ("", "") } else { ("{", "}") };
        let value = Number(value);
        writeln!(self.lines, "{suffix}{open}{labels}{comma}{own}{close} {value}")
            .expect("a String takes everything");
    }
}

impl Sample<'_> {
    const fn kind(&self) -> Type {
        match self {
            Self::Counter(_) => Type::Counter,
            Self::Gauge(_) => Type::Gauge,
            Self::Untyped(_) => Type::Untyped,
            Self::Info(_) => Type::Info,
            Self::Summary { .. } => Type::Summary,
            Self::Histogram(_) => Type::Histogram,
        }
    }
}

/// A number as the format writes it.
struct Number<'a>(&'a Value<'a>);

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Bool(value) => write!(f, "{}", u8::from(*value)),
            Value::Float(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "+Inf" } else { "-Inf" })
            }
            value => value.fmt(f),
        }
    }
}

/// A text as the value of a metric's label.
pub fn label_value(text: &str) -> String {
    help_text(text).replace('"', "\\\"")
}

/// A text as a metric's help: a line's end and a backslash are escaped, so that any parser turns
/// them back; what drives a terminal is replaced for good.
fn help_text(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| escape(line).replace('\\', "\\\\")).collect();
    lines.join("\\n")
}
