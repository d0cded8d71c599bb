//! Stats as JSON objects: of one file, or totals over all files. Their schema is in tools/README.md.

use mmstats::{FieldLayout, HistogramSnapshot, Kind, Series, Stat, Value};
use mmstats_totals::combined::Combined;
use mmstats_totals::total::Total;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::json::Exact;

/// What is written of a histogram, besides its count.
pub const PERCENTILES: [(&str, f64); 4] =
    [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("max", 100.0)];

/// A percentile of a histogram: a whole number, as no more is known than its bucket. Beyond the
/// histogram's range it is infinite.
pub fn percentile(histogram: &HistogramSnapshot, percent: f64) -> Option<Value<'static>> {
    let found = histogram.percentile(percent)?;
    Some(if found.is_finite() { Value::Unsigned(found as u64) } else { Value::Float(found) })
}

/// What is written beyond the fixed part of the schema.
#[derive(Clone, Copy, Debug)]
pub struct RecordOptions {
    /// The field's offsets and bytes.
    pub layout: bool,
    /// Help texts.
    pub help_texts: bool,
    /// Unix time in seconds, by which windows expire.
    pub now: f64,
}

/// A stat of a file.
pub struct StatRecord<'a> {
    /// The stat.
    pub stat: Stat<'a>,
    /// What is written of it.
    pub options: RecordOptions,
}

impl Serialize for StatRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { stat, options } = self;
        let mut map = serializer.serialize_map(None)?;
        serialize_label(&mut map, &stat.label(), &stat.series())?;
        map.serialize_entry("kind", &stat.kind().map(Kind::name))?;
        map.serialize_entry("unit", &none_if_empty(stat.unit()))?;
        serialize_value(&mut map, stat, options.now)?;
        if options.help_texts {
            map.serialize_entry("help", &none_if_empty(stat.help()))?;
        }
        if options.layout {
            map.serialize_entry("layout", &LayoutRecord(&stat.field_layout()))?;
        }
        map.end()
    }
}

/// Adds to an object a label and what it says: `label`, `name`, `labels`.
///
/// # Errors
///
/// Returns the errors of the serializer.
pub fn serialize_label<M: SerializeMap>(
    map: &mut M,
    label: &str,
    series: &Series<'_>,
) -> Result<(), M::Error> {
    map.serialize_entry("label", label)?;
    map.serialize_entry("name", series.name())?;
    map.serialize_entry("labels", &Dimensions(series))
}

/// Dimensions as an object, key and value.
#[derive(Clone, Copy, Debug)]
pub struct Dimensions<'a>(pub &'a Series<'a>);

impl Serialize for Dimensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.dimensions())
    }
}

/// Adds to an object what a file has of a stat: type, value, components, remarks.
///
/// # Errors
///
/// Returns the errors of the serializer.
pub fn serialize_value<M: SerializeMap>(
    map: &mut M,
    stat: &Stat<'_>,
    now: f64,
) -> Result<(), M::Error> {
    map.serialize_entry("type", &stat.signature())?;
    map.serialize_entry("value", &Exact(stat.value()))?;
    if let Some(histogram) = stat.histogram() {
        map.serialize_entry("components", &HistogramRecord(&histogram))?;
    } else if stat.components().nth(1).is_some() {
        map.serialize_entry("components", &ComponentRecords(*stat))?;
    }
    if !stat.is_stable() {
        map.serialize_entry("unstable", &true)?;
    }
    if stat.is_expired(now) {
        map.serialize_entry("expired", &true)?;
    }
    if let Some(note) = stat.note() {
        map.serialize_entry("note", &note)?;
    }
    Ok(())
}

/// A stat over all files.
pub struct TotalRecord<'a> {
    /// The stat.
    pub total: &'a Total,
    /// Whether its help text is written.
    pub help_texts: bool,
}

impl Serialize for TotalRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { total, help_texts } = self;
        let mut map = serializer.serialize_map(None)?;
        serialize_label(&mut map, &total.label, &total.series())?;
        map.serialize_entry("kind", &total.kind.map(Kind::name))?;
        map.serialize_entry("unit", &none_if_empty(&total.unit))?;
        map.serialize_entry("aggregate", total.aggregate.name())?;
        map.serialize_entry("files", &total.files.get())?;
        if total.dead.get() > 0 {
            map.serialize_entry("dead", &total.dead.get())?;
        }
        if total.invalid.get() > 0 {
            map.serialize_entry("invalid", &total.invalid.get())?;
        }
        if total.dead_files.get() > 0 {
            map.serialize_entry("dead_files", &total.dead_files.get())?;
        }
        if let Some(histogram) = total.histogram() {
            map.serialize_entry("value", &histogram.count())?;
            map.serialize_entry("components", &HistogramRecord(histogram))?;
        } else {
            match total.combined() {
                Combined::One(value) => map.serialize_entry("value", &Exact(value))?,
                Combined::Range { least, greatest } => {
                    map.serialize_entry("value", &())?;
                    map.serialize_entry("least", &Exact(least))?;
                    map.serialize_entry("greatest", &Exact(greatest))?;
                }
                Combined::Different | Combined::Nothing => map.serialize_entry("value", &())?,
            }
            if let Some((least, greatest)) = total.range_of_means() {
                map.serialize_entry("least", &Exact(least))?;
                map.serialize_entry("greatest", &Exact(greatest))?;
            }
            if total.components().next().is_some() {
                map.serialize_entry("components", &SumRecords(total))?;
            }
        }
        if *help_texts {
            map.serialize_entry("help", &none_if_empty(&total.help))?;
        }
        map.end()
    }
}

struct SumRecords<'a>(&'a Total);

impl Serialize for SumRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.components().map(|(name, value)| (name, Exact(value))))
    }
}

/// Units and help texts are null where the writer gave none.
const fn none_if_empty(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

/// The components by name. Produced one by one: a field may have as many as its file has bytes.
struct ComponentRecords<'a>(Stat<'a>);

impl Serialize for ComponentRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let components = self.0.components();
        serializer.collect_map(components.map(|(name, value)| (name, Exact(value))))
    }
}

/// Percentiles, and the buckets that have any samples as `[from, to, count]`, and how many values
/// are beyond them all, and where that begins.
struct HistogramRecord<'a>(&'a HistogramSnapshot);

impl Serialize for HistogramRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.0.count())?;
        for (name, percent) in PERCENTILES {
            map.serialize_entry(name, &percentile(self.0, percent).map(Exact))?;
        }
        map.serialize_entry("buckets", &Buckets(self.0))?;
        map.serialize_entry("overflow", &self.0.overflow())?;
        map.serialize_entry("range_end", &self.0.range_end())?;
        map.end()
    }
}

struct Buckets<'a>(&'a HistogramSnapshot);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets = self.0.buckets();
        serializer.collect_seq(buckets.map(|bucket| {
            let (from, to) = bucket.values.into_inner();
            (from, to, bucket.count)
        }))
    }
}

struct LayoutRecord<'a>(&'a FieldLayout<'a>);

impl Serialize for LayoutRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let layout = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("offset", &layout.offset)?;
        map.serialize_entry("size", &layout.size)?;
        map.serialize_entry("signature", &layout.signature)?;
        map.serialize_entry("write_buffer_offset", &layout.write_buffer_offset)?;
        map.serialize_entry("write_buffer", &layout.write_buffer)?;
        map.serialize_entry("buffers", &BufferRecords(layout))?;
        map.end()
    }
}

struct BufferRecords<'a>(&'a FieldLayout<'a>);

impl Serialize for BufferRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buffers = self.0.buffers.iter();
        serializer
            .collect_seq(buffers.map(|(offset, bytes)| BufferRecord { offset: *offset, bytes }))
    }
}

struct BufferRecord<'a> {
    offset: usize,
    bytes: &'a [u8],
}

impl Serialize for BufferRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("hex", &Exact(Value::Bytes(self.bytes)))?;
        map.end()
    }
}
