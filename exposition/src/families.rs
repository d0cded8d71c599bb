//! Samples gathered by metric, as the formats want them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::encoder::Encoder;
use crate::format::Format;
use crate::histogram::Bounds;
use crate::metric::{Family, FamilySample, Metric};
use crate::names::{Name, Names};
use crate::sample::{MetricType, Sample, SampleValue};
use crate::unit::base_of;

/// Samples by metric.
#[derive(Debug, Default)]
pub struct Families {
    bounds: Bounds,
    /// Metrics under reserved names.
    reserved: BTreeMap<&'static str, Family>,
    /// In the order in which they came.
    all: Vec<Family>,
    by_metric: BTreeMap<Metric, usize>,
    /// `file="x",pid="7"`
    label_sets: Vec<String>,
    /// The family after the one that was added to last. Programs of one kind have the same metrics
    /// in the same order, so it is nearly always the one that comes next.
    next: usize,
}

/// The maximum size of an exposition.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimit {
    /// How many bytes all metrics have at most. One that doesn't fit is left out.
    pub bytes: usize,
    /// The reserved name of the gauge that counts the metrics left out.
    pub left_out: &'static str,
}

impl Families {
    /// Without samples yet; histograms have buckets with these bounds.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// The bounds of histograms.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Begins a set of labels: samples that are added from now on have them. No other set may have
    /// the same labels.
    pub fn begin(&mut self, labels: String) {
        self.label_sets.push(labels);
        self.next = 0;
    }

    /// Adds a gauge under a [reserved](Names::reserving) name.
    pub fn add_reserved(&mut self, name: &'static str, help: &str, value: u64) {
        let sample = FamilySample {
            labels: self.label_sets.len() - 1,
            scale: None,
            sample: Sample::Gauge(SampleValue::Unsigned(value)),
        };
        let family = self.reserved.entry(name).or_insert_with(|| Family {
            metric: Metric { raw_name: name.into(), kind: MetricType::Gauge, unit: String::new() },
            help: help.into(),
            samples: Vec::new(),
        });
        family.samples.push(sample);
    }

    /// Adds a sample of values in this unit. `help` is asked for if there is none yet. Of several
    /// samples of a metric with the same labels the first counts.
    pub fn add(
        &mut self,
        raw_name: &str,
        unit: &str,
        help: impl FnOnce() -> String,
        sample: Sample,
    ) {
        let labels = self.label_sets.len() - 1;
        let (unit, scale) = base_of(unit);
        let index = self.index_of(raw_name, sample.metric_type(), unit);
        self.next = index + 1;
        let family = &mut self.all[index];
        if family.samples.last().is_some_and(|last| last.labels == labels) {
            return;
        }
        if family.help.is_empty() {
            family.help = help();
        }
        family.samples.push(FamilySample { labels, scale, sample });
    }

    fn index_of(&mut self, raw_name: &str, kind: MetricType, unit: &str) -> usize {
        let next = self.all.get(self.next).map(|family| &family.metric);
        if next
            .is_some_and(|next| next.kind == kind && next.raw_name == raw_name && next.unit == unit)
        {
            return self.next;
        }
        let new = self.all.len();
        let metric = Metric { raw_name: raw_name.to_owned(), kind, unit: unit.to_owned() };
        let index = *self.by_metric.entry(metric.clone()).or_insert(new);
        if index == new {
            self.all.push(Family { metric, help: String::new(), samples: Vec::new() });
        }
        index
    }

    /// Writes each metric with its help, its type and its samples, as far as `limit` allows.
    ///
    /// # Errors
    ///
    /// Returns an error if `out` can't be written.
    pub fn write(
        &self,
        format: Format,
        names: &mut Names,
        limit: Option<SizeLimit>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let bytes = limit.map(|limit| limit.bytes);
        let mut encoder = Encoder::new(out, format, &self.bounds, &self.label_sets, bytes);
        let mut left_out = 0;
        for (name, family) in &self.reserved {
            left_out += u64::from(!encoder.family(&Name::reserved(name), family)?);
        }
        for (metric, index) in &self.by_metric {
            if !encoder.family(names.of(metric), &self.all[*index])? {
                left_out += 1;
                // Names that nobody sees would add up.
                names.forget(metric);
            }
        }
        names.end_round();
        if let Some(limit) = limit {
            let help = "Metrics that are left out, as all of them would be too much text.";
            encoder.gauge(limit.left_out, help, left_out)?;
        }
        encoder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of these gauges of several files. Only file `b` has help texts.
    fn written(files: &[&[&str]]) -> String {
        let mut families = Families::default();
        for (file, labels) in (b'a'..).zip(files) {
            families.begin(format!("file=\"{}\"", char::from(file)));
            for (value, label) in (0..).zip(*labels) {
                let help = || if file == b'b' { "Help.".to_owned() } else { String::new() };
                families.add(label, "", help, Sample::Gauge(SampleValue::Unsigned(value)));
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
            families.add(label, "", String::new, Sample::Gauge(SampleValue::Unsigned(7)));
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
    fn samples_in_any_order_come_to_their_metric() {
        let text = written(&[&["x", "y"], &["y", "z"], &["x", "z", "y"]]);
        let expected = "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\nx{file=\"c\"} 0\n\
            # HELP y Help.\n# TYPE y gauge\ny{file=\"a\"} 1\ny{file=\"b\"} 0\ny{file=\"c\"} 2\n\
            # HELP z Help.\n# TYPE z gauge\nz{file=\"b\"} 1\nz{file=\"c\"} 1\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_metric_that_is_added_twice_has_one_sample() {
        assert_eq!(written(&[&["x", "x"]]), "# HELP x x\n# TYPE x gauge\nx{file=\"a\"} 0\n");
    }
}
