//! A row of the page, encoded.

use std::sync::Arc;

use mmstats::{Aggregate, HistogramSnapshot, Kind, Series};
use mmstats_cli::json;
use mmstats_tools::common::records::Dimensions;
use mmstats_totals::subject::Subject;
use mmstats_totals::total::Total;
use serde::Serialize;
use serde_json::value::RawValue;

/// A row, encoded.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: u64,
    pub descriptor: Arc<Descriptor>,
    pub values: Arc<RawValue>,
}

/// What is sent of a row once, and its encoding.
#[derive(Debug)]
pub struct Descriptor {
    pub kind: Option<Kind>,
    unit: String,
    help: String,
    subject: Subject,
    aggregate: Aggregate,
    range_end: Option<u64>,
    pub encoded: Box<RawValue>,
}

/// What a row is of.
#[derive(Clone, Copy, Debug)]
pub enum RowOf<'a> {
    /// One series, or a plain stat.
    Series { label: &'a str, series: &'a Series<'a> },
    /// All series of a name.
    Name(&'a str),
}

#[derive(Serialize)]
struct DescriptorRecord<'a> {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Dimensions<'a>>,
    kind: Option<&'static str>,
    unit: &'a str,
    help: &'a str,
    about: &'static str,
    aggregate: &'static str,
    /// The largest value that has a bucket, if it is a histogram.
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<u64>,
}

impl Row {
    pub fn new(id: u64, of: RowOf<'_>, total: &Total, values: Arc<RawValue>) -> Self {
        Self { id, descriptor: Arc::new(Descriptor::new(id, of, total)), values }
    }
}

impl Descriptor {
    fn new(id: u64, of: RowOf<'_>, total: &Total) -> Self {
        let Total { kind, unit, help, subject, aggregate, .. } = total;
        let range_end = range_end(total);
        let (label, name, labels) = match of {
            RowOf::Series { label, series } => {
                (Some(label), series.name(), Some(Dimensions(series)))
            }
            RowOf::Name(name) => (None, name, None),
        };
        let encoded = json::text(&DescriptorRecord {
            id,
            label,
            name,
            labels,
            kind: kind.map(Kind::name),
            unit,
            help,
            about: subject.name(),
            aggregate: aggregate.name(),
            range_end,
        });
        Self {
            kind: *kind,
            unit: unit.clone(),
            help: help.clone(),
            subject: *subject,
            aggregate: *aggregate,
            range_end,
            encoded: RawValue::from_string(encoded).expect("just encoded"),
        }
    }

    /// Whether a total continues the row.
    pub fn describes(&self, total: &Total) -> bool {
        let Self { kind, unit, help, subject, aggregate, .. } = self;
        (kind, subject, aggregate) == (&total.kind, &total.subject, &total.aggregate)
            && (unit, help) == (&total.unit, &total.help)
            && self.range_end == range_end(total)
    }
}

fn range_end(total: &Total) -> Option<u64> {
    total.histogram().map(HistogramSnapshot::range_end)
}
