//! Samples gathered by metric, as the formats want them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::encoder::{Encoder, INFO_LABEL, Labels};
use crate::format::Format;
use crate::hash_index::HashIndex;
use crate::histogram::Bounds;
use crate::label_names::LabelNames;
use crate::labels::push_value;
use crate::metric::{Family, FamilySample, Metric};
use crate::names::{Name, Names};
use crate::sample::{MetricType, Sample, SampleValue};
use crate::series::{SeriesKey, SeriesRef, SeriesTable};
use crate::unit::base_of;

/// Samples by metric.
#[derive(Debug, Default)]
pub struct Families {
    bounds: Bounds,
    label_names: LabelNames,
    /// Metrics under reserved names.
    reserved: BTreeMap<&'static str, Family>,
    /// In the order in which they came.
    all: Vec<Family>,
    by_metric: HashIndex,
    /// The labels of owners: `file="x",pid="7"`
    label_sets: Vec<String>,
    series: SeriesTable,
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
    /// Without samples yet; histograms have buckets with these bounds. `label_names` names the
    /// labels of dimensions, and reserves those of the [label sets](Self::begin).
    pub fn new(bounds: Bounds, label_names: LabelNames) -> Self {
        Self { bounds, label_names, ..Self::default() }
    }

    /// The bounds of histograms.
    pub const fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Begins a set of labels, those of an owner: samples that are added from now on have them. No
    /// other set may have the same labels.
    pub fn begin(&mut self, labels: String) {
        self.label_sets.push(labels);
    }

    /// Adds a gauge under a [reserved](Names::reserving) name.
    pub fn add_reserved(&mut self, name: &'static str, help: &str, value: u64) {
        let sample = FamilySample {
            owner: self.label_sets.len() - 1,
            series: SeriesTable::PLAIN,
            scale: None,
            sample: Sample::Gauge(SampleValue::Unsigned(value)),
        };
        let family = self.reserved.entry(name).or_insert_with(|| {
            let metric =
                Metric { raw_name: name.into(), kind: MetricType::Gauge, unit: String::new() };
            Family { metric, help: help.into(), samples: Vec::new() }
        });
        family.samples.push(sample);
    }

    /// The series of a key, if it is the one that is expected next: whoever has the same series in
    /// the same order as the owner before needn't know more about them.
    pub fn next_series(&self, key: SeriesKey<'_>, kind: MetricType) -> Option<SeriesRef> {
        let (series, family) = self.series.next(key)?;
        (self.all[family].metric.kind == kind).then_some(series)
    }

    /// The series of this type with a name and dimensions: keys, of which each comes once, and
    /// values.
    pub fn series<'d>(
        &mut self,
        key: SeriesKey<'_>,
        kind: MetricType,
        name: &str,
        dimensions: impl Iterator<Item = (&'d str, &'d str)>,
    ) -> SeriesRef {
        let (unit, scale) = base_of(key.unit);
        let family = self.index_of(name, kind, unit);
        let names = &self.label_names;
        self.series.get(key, scale, family, |out| push_dimensions(out, names, kind, dimensions))
    }

    /// Adds a sample of the series' type. Its labels are those of the set and of the series. `help`
    /// is asked for if there is none yet. Of several samples with the same labels the first counts;
    /// `false` if there is one already.
    pub fn add(
        &mut self,
        series: SeriesRef,
        help: impl FnOnce() -> String,
        sample: Sample,
    ) -> bool {
        let owner = self.label_sets.len() - 1;
        let SeriesRef { number, scale } = series;
        let Some(family) = self.series.add(number, owner) else {
            return false;
        };
        let family = &mut self.all[family];
        if family.help.is_empty() {
            family.help = help();
        }
        family.samples.push(FamilySample { owner, series: number, scale, sample });
        true
    }

    fn index_of(&mut self, raw_name: &str, kind: MetricType, unit: &str) -> usize {
        let (all, new) = (&self.all, self.all.len());
        let index = self.by_metric.number((raw_name, kind, unit), new, |index| {
            let metric = &all[index].metric;
            metric.kind == kind && metric.raw_name == raw_name && metric.unit == unit
        });
        if index == new {
            let metric = Metric { raw_name: raw_name.to_owned(), kind, unit: unit.to_owned() };
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
        let labels = Labels { owners: &self.label_sets, series: &self.series };
        let mut encoder = Encoder::new(out, format, &self.bounds, labels, bytes);
        let mut left_out = 0;
        for (name, family) in &self.reserved {
            left_out += u64::from(!encoder.family(&Name::reserved(name), family)?);
        }
        let mut sorted: Vec<&Family> = self.all.iter().collect();
        sorted.sort_unstable_by(|one, other| one.metric.cmp(&other.metric));
        for family in sorted {
            if !encoder.family(names.of(&family.metric), family)? {
                left_out += 1;
                // Names that nobody sees would add up.
                names.forget(&family.metric);
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

/// Appends dimensions as labels.
pub fn push_dimensions<'d>(
    out: &mut String,
    names: &LabelNames,
    kind: MetricType,
    dimensions: impl Iterator<Item = (&'d str, &'d str)>,
) {
    let value = (kind == MetricType::Info).then_some(INFO_LABEL);
    for (number, (key, text)) in dimensions.enumerate() {
        if number > 0 {
            out.push(',');
        }
        names.push(out, key, value);
        push_value(out, text);
    }
}

#[cfg(test)]
mod tests;
