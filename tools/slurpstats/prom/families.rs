//! Samples gathered by metric, as the format wants them, and written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::names::Names;
use super::sample::{LIMITS, Number, Sample, Type};
use crate::common::escape::escape;

/// All samples of all files.
#[derive(Debug, Default)]
pub struct Families {
    /// As they came up.
    all: Vec<Family>,
    by_label: BTreeMap<(String, Type), usize>,
    /// What tells one file's samples from another's: `file="x",pid="7"`.
    files: Vec<String>,
    /// The family behind the one that was added to last. Files of one program have the same stats
    /// in the same order, so it is nearly always the one that is wanted.
    next: usize,
}

/// One metric.
#[derive(Debug)]
struct Family {
    label: String,
    kind: Type,
    help: String,
    /// With the file that each is of.
    samples: Vec<(usize, Sample)>,
}

impl Families {
    /// What is added from now on is of a file, told from others by these labels.
    pub fn begin_file(&mut self, labels: String) {
        self.files.push(labels);
        self.next = 0;
    }

    /// Adds a stat of the file. `help` is asked for where there is none yet.
    pub fn add(&mut self, label: &str, help: impl FnOnce() -> String, sample: Sample) {
        let file = self.files.len() - 1;
        let index = self.index_of(label, sample.kind());
        self.next = index + 1;
        let family = &mut self.all[index];
        // A file with a label twice gives one sample.
        if family.samples.last().is_some_and(|(last, _)| *last == file) {
            return;
        }
        if family.help.is_empty() {
            family.help = help();
        }
        family.samples.push((file, sample));
    }

    fn index_of(&mut self, label: &str, kind: Type) -> usize {
        let next = self.all.get(self.next);
        if next.is_some_and(|next| next.kind == kind && next.label == label) {
            return self.next;
        }
        let new = self.all.len();
        let index = *self.by_label.entry((label.to_owned(), kind)).or_insert(new);
        if index == new {
            let label = label.to_owned();
            self.all.push(Family { label, kind, help: String::new(), samples: Vec::new() });
        }
        index
    }

    /// Writes each metric with its help, its type and its samples.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut names = Names::default();
        for ((label, kind), index) in &self.by_label {
            let family = &self.all[*index];
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
            let mut lines = Vec::new();
            for (file, sample) in &family.samples {
                lines.clear();
                Lines { out: &mut lines, name: &name, labels: &self.files[*file] }.push(sample);
                out.write_all(&lines)?;
            }
        }
        Ok(())
    }
}

/// The lines of a sample.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    name: &'a str,
    /// Of the file.
    labels: &'a str,
}

impl Lines<'_> {
    fn push(&mut self, sample: &Sample) {
        match sample {
            Sample::Counter(number) => self.line("_total", "", *number),
            Sample::Gauge(number) | Sample::Untyped(number) => self.line("", "", *number),
            Sample::Info(text) => {
                let value = format!("value=\"{}\"", label_value(text));
                self.line("_info", &value, Number::Unsigned(1));
            }
            Sample::Summary { count, sum } => self.sum_and_count(*sum, *count),
            Sample::Histogram(ranges) => {
                for (limit, count) in LIMITS.iter().zip(ranges.counts) {
                    self.line("_bucket", &format!("le=\"{limit}\""), Number::Unsigned(count));
                }
                self.line("_bucket", "le=\"+Inf\"", Number::Unsigned(ranges.count));
                self.sum_and_count(ranges.sum, ranges.count);
            }
        }
    }

    fn sum_and_count(&mut self, sum: f64, count: u64) {
        self.line("_sum", "", Number::Float(sum));
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

/// A text as the value of a metric's label.
pub fn label_value(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(help_text(text).replace('"', "\\\""))
}

/// Whether nothing is to be escaped, as in nearly every path: asked a byte at a time, which is
/// quick.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

/// A text as a metric's help: a line's end and a backslash are escaped, so that any parser turns
/// them back; what drives a terminal is replaced for good.
fn help_text(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| escape(line).replace('\\', "\\\\")).collect();
    lines.join("\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of files whose stats are these gauges, one after the other. Help is what only `b` gives.
    fn written(files: &[&[&str]]) -> String {
        let mut families = Families::default();
        for (file, labels) in (b'a'..).zip(files) {
            families.begin_file(format!("file=\"{}\"", char::from(file)));
            for (value, label) in (0..).zip(*labels) {
                let help = || if file == b'b' { "Help.".to_owned() } else { String::new() };
                families.add(label, help, Sample::Gauge(Number::Unsigned(value)));
            }
        }
        let mut out = Vec::new();
        families.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn stats_in_any_order_come_to_the_metric_of_their_label() {
        let text = written(&[&["x", "y"], &["y", "z"], &["x", "z", "y"]]);
        let expected = "# TYPE x gauge\nx{file=\"a\"} 0\nx{file=\"c\"} 0\n\
            # HELP y Help.\n# TYPE y gauge\ny{file=\"a\"} 1\ny{file=\"b\"} 0\ny{file=\"c\"} 2\n\
            # HELP z Help.\n# TYPE z gauge\nz{file=\"b\"} 1\nz{file=\"c\"} 1\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_label_that_a_file_has_twice_gives_one_sample() {
        assert_eq!(written(&[&["x", "x"]]), "# TYPE x gauge\nx{file=\"a\"} 0\n");
    }
}
