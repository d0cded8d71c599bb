//! `--sum -o csv`: a header, then a line for each number.

use std::io::{self, Write};

use mmstats::{Kind, Value};
use mmstats_cli::escape::escape_data;
use mmstats_totals::total::Total;

use super::Table;
use crate::common::csv_fields::{end_record, exact_text, put_field};
use crate::common::records::{PERCENTILES, percentile};

const HEADER: [&str; 9] =
    ["label", "component", "kind", "unit", "aggregate", "files", "value", "dead", "invalid"];

/// Writes the whole table.
pub fn write(out: &mut impl Write, table: &Table<'_>) -> io::Result<()> {
    let help_texts = table.help_texts;
    let mut out = csv::Writer::from_writer(out);
    for name in HEADER.into_iter().chain(help_texts.then_some("help")) {
        put_field(&mut out, name)?;
    }
    end_record(&mut out)?;
    for total in &table.totals {
        for (component, value) in numbers(total) {
            for field in [
                &*escape_data(&total.label),
                component,
                total.kind.map_or("", Kind::name),
                &*escape_data(&total.unit),
                total.aggregate.name(),
                &total.files.get().to_string(),
                &exact_text(&value),
                &total.dead.get().to_string(),
                &total.invalid.get().to_string(),
            ] {
                put_field(&mut out, field)?;
            }
            if help_texts {
                put_field(&mut out, &escape_data(&total.help))?;
            }
            end_record(&mut out)?;
        }
    }
    out.flush()
}

/// What is known of a stat, each with the name of its component.
fn numbers(total: &Total) -> Vec<(&str, Value<'_>)> {
    if let Some(histogram) = total.histogram() {
        let percentiles = PERCENTILES
            .into_iter()
            .filter_map(|(name, percent)| Some((name, percentile(histogram, percent)?)));
        let count = ("count", Value::Unsigned(histogram.count()));
        return std::iter::once(count).chain(percentiles).collect();
    }
    total.numbers()
}
