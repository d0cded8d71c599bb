//! `--sum -o json`: one object. Its schema is in tools/README.md.

use std::io::{self, Write};

use mmstats::Kind;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::common::json::{self, Exact, FileError};
use crate::common::totals::{Together, Total, Totals};
use crate::slurpstats::json::{HistogramRecord, SCHEMA, none_if_empty};

/// Writes the object and a line's end.
pub fn write(
    out: &mut impl Write,
    totals: &Totals,
    files: usize,
    errors: &[FileError],
    help_texts: bool,
) -> io::Result<()> {
    let totals = totals.iter().map(|total| TotalRecord { total, help_texts }).collect();
    json::write(out, &SumRecord { schema: SCHEMA, file_count: files, totals, errors })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct SumRecord<'a> {
    schema: u32,
    file_count: usize,
    totals: Vec<TotalRecord<'a>>,
    errors: &'a [FileError],
}

struct TotalRecord<'a> {
    total: &'a Total,
    help_texts: bool,
}

impl Serialize for TotalRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { total, help_texts } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("label", &total.label)?;
        map.serialize_entry("kind", &total.kind.map(Kind::name))?;
        map.serialize_entry("unit", &none_if_empty(&total.unit))?;
        map.serialize_entry("aggregate", total.aggregate.name())?;
        map.serialize_entry("files", &total.files)?;
        if let Some(histogram) = total.histogram() {
            map.serialize_entry("value", &histogram.count())?;
            map.serialize_entry("components", &HistogramRecord(histogram))?;
        } else {
            match total.together() {
                Together::One(value) => map.serialize_entry("value", &Exact(value))?,
                Together::Range { least, greatest } => {
                    map.serialize_entry("value", &())?;
                    map.serialize_entry("least", &Exact(least))?;
                    map.serialize_entry("greatest", &Exact(greatest))?;
                }
                Together::Different | Together::Nothing => map.serialize_entry("value", &())?,
            }
            if total.components().next().is_some() {
                map.serialize_entry("components", &Components(total))?;
            }
        }
        if *help_texts {
            map.serialize_entry("help", &none_if_empty(&total.help))?;
        }
        map.end()
    }
}

struct Components<'a>(&'a Total);

impl Serialize for Components<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.components().map(|(name, value)| (name, Exact(value))))
    }
}
