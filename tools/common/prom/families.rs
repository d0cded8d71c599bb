//! Samples gathered by metric, as the formats want them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use mmstats::{Kind, Stat, Value};

use super::base::{Scale, base_of};
use super::names::{FILES, Name, Names, UP};
use super::ranges::Limits;
use super::sample::{Number, Sample, Type};
use super::text::{Format, Writer};
use crate::common::totals::Total;

/// All samples of all files.
#[derive(Debug, Default)]
pub struct Families {
    limits: Limits,
    /// Whether texts that change are samples.
    texts: bool,
    /// What is told of the files themselves, by name.
    own: BTreeMap<&'static str, Family>,
    /// As they came up.
    all: Vec<Family>,
    by_metric: BTreeMap<Metric, usize>,
    /// What tells one owner's samples from another's: `file="x",pid="7"`.
    owners: Vec<String>,
    /// The family behind the one that was added to last. Files of one program have the same stats
    /// in the same order, so it is nearly always the one that is wanted.
    next: usize,
}

/// What is one metric and not another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// Of the stat.
    pub label: String,
    /// Its type.
    pub kind: Type,
    /// Of its values, as they are written: a base unit. Or an empty text.
    pub unit: String,
}

/// One metric's samples.
#[derive(Debug)]
pub struct Family {
    pub metric: Metric,
    pub help: String,
    /// With the owner of each, and what makes it one in the metric's unit.
    pub samples: Vec<(usize, Scale, Sample)>,
}

impl Metric {
    /// The unit, where the metric's name has it at its end.
    pub fn unit_of_name(&self) -> Option<&str> {
        let fits = !self.unit.is_empty()
            && self.kind != Type::Info
            && self.unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        fits.then_some(&*self.unit)
    }
}

impl Families {
    /// Without samples yet; histograms are given by these limits, texts that change only with
    /// `texts`.
    pub fn new(limits: Limits, texts: bool) -> Self {
        Self { limits, texts, ..Self::default() }
    }

    /// What is added from now on is told from anything else by these labels, which no other
    /// owner has.
    pub fn begin(&mut self, labels: String) {
        self.owners.push(labels);
        self.next = 0;
    }

    /// Adds a stat of one file.
    pub fn add_stat(&mut self, stat: &Stat<'_>) {
        if !self.texts && is_changing_text(stat) {
            return;
        }
        if let Some(sample) = Sample::of_stat(stat, &self.limits) {
            let unit = unit_of(stat.kind(), stat.unit());
            self.add(&stat.label(), unit, || stat.help().to_owned(), sample);
        }
    }

    /// Adds what a stat of several files adds up to.
    pub fn add_total(&mut self, total: &Total) {
        if let Some(sample) = Sample::of_total(total, &self.limits)
            && (self.texts || sample.kind() != Type::Info)
        {
            let unit = unit_of(total.kind, &total.unit);
            self.add(&total.label, unit, || total.help.clone(), sample);
        }
    }

    /// Adds whether the owner's process is alive.
    pub fn add_up(&mut self, is_up: bool) {
        let help = "1, or 0 of what is proven dead and whose files are still there.";
        self.add_own(UP, help, is_up.into());
    }

    /// Adds how many files were read, so that a text about none isn't empty.
    pub fn add_files(&mut self, files: u64) {
        self.add_own(FILES, "Stats files whose stats these are.", files);
    }

    fn add_own(&mut self, name: &'static str, help: &str, number: u64) {
        let own = self.own.entry(name).or_insert_with(|| Family {
            metric: Metric { label: name.into(), kind: Type::Gauge, unit: String::new() },
            help: help.into(),
            samples: Vec::new(),
        });
        let sample = Sample::Gauge(Number::Unsigned(number));
        own.samples.push((self.owners.len() - 1, None, sample));
    }

    /// Adds a sample of values in this unit. `help` is asked for where there is none yet.
    pub fn add(&mut self, label: &str, unit: &str, help: impl FnOnce() -> String, sample: Sample) {
        let owner = self.owners.len() - 1;
        let (unit, scale) = base_of(unit);
        let index = self.index_of(label, sample.kind(), unit);
        self.next = index + 1;
        let family = &mut self.all[index];
        // A file with a label twice gives one sample.
        if family.samples.last().is_some_and(|(last, ..)| *last == owner) {
            return;
        }
        if family.help.is_empty() {
            family.help = help();
        }
        family.samples.push((owner, scale, sample));
    }

    fn index_of(&mut self, label: &str, kind: Type, unit: &str) -> usize {
        let next = self.all.get(self.next).map(|family| &family.metric);
        if next.is_some_and(|next| next.kind == kind && next.label == label && next.unit == unit) {
            return self.next;
        }
        let new = self.all.len();
        let metric = Metric { label: label.to_owned(), kind, unit: unit.to_owned() };
        let index = *self.by_metric.entry(metric.clone()).or_insert(new);
        if index == new {
            self.all.push(Family { metric, help: String::new(), samples: Vec::new() });
        }
        index
    }

    /// Writes each metric with its help, its type and its samples: as many metrics as have room in
    /// so many bytes, where that is limited.
    ///
    /// # Errors
    ///
    /// Where `out` can't be written.
    pub fn write(
        &self,
        format: Format,
        names: &mut Names,
        room: Option<usize>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut writer = Writer::new(out, format, &self.limits, &self.owners, room);
        for (name, family) in &self.own {
            writer.family(&Name::own(name), family)?;
        }
        for (metric, index) in &self.by_metric {
            if !writer.family(names.of(metric), &self.all[*index])? {
                // Names that nobody sees would add up.
                names.forget(metric);
            }
        }
        names.end_round();
        writer.finish()
    }
}

/// Whether it may be another text at any time, as visitors choose it perhaps: each is a series of
/// its own. Whether that of a file without kinds changes nobody knows.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Of files whose stats are these gauges, one after the other. Help is what only `b` gives.
    fn written(files: &[&[&str]]) -> String {
        let mut families = Families::default();
        for (file, labels) in (b'a'..).zip(files) {
            families.begin(format!("file=\"{}\"", char::from(file)));
            for (value, label) in (0..).zip(*labels) {
                let help = || if file == b'b' { "Help.".to_owned() } else { String::new() };
                families.add(label, "", help, Sample::Gauge(Number::Unsigned(value)));
            }
        }
        let mut out = Vec::new();
        families.write(Format::Text, &mut Names::default(), None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_name_is_free_again_when_its_metric_is_forgotten() {
        // More than is remembered of metrics without samples.
        let rest = "a".repeat(2 << 20);
        let mut names = Names::default();
        let mut written = |label: &str| {
            let mut families = Families::default();
            families.begin(String::new());
            families.add(label, "", String::new, Sample::Gauge(Number::Unsigned(7)));
            let mut out = Vec::new();
            families.write(Format::Text, &mut names, None, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let [dot, line] = ["a.", "a_"].map(|start| format!("{start}{rest}"));
        let plain = format!("\n{line} 7\n");
        assert!(written(&dot).contains(&plain));
        assert!(!written(&line).contains(&plain), "the name is taken");
        // The other has had no sample since, and is too large to be remembered.
        written("b");
        assert!(written(&line).contains(&plain));
    }

    #[test]
    fn stats_in_any_order_come_to_the_metric_of_their_label() {
        let text = written(&[&["x", "y"], &["y", "z"], &["x", "z", "y"]]);
        let expected = "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\nx{file=\"c\"} 0\n\
            # HELP y Help.\n# TYPE y gauge\ny{file=\"a\"} 1\ny{file=\"b\"} 0\ny{file=\"c\"} 2\n\
            # HELP z Help.\n# TYPE z gauge\nz{file=\"b\"} 1\nz{file=\"c\"} 1\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_label_that_a_file_has_twice_gives_one_sample() {
        assert_eq!(written(&[&["x", "x"]]), "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\n");
    }
}
