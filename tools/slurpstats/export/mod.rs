//! The output formats.

mod csv;
mod exporter;
mod hex_dump;
mod json;
mod label_column;
mod prom;
mod sum;
mod text;
mod value_text;

use std::io::{self, Write};

use super::args::{Arguments, Format};
use crate::common::records::RecordOptions;
use crate::common::terminal::Paint;
pub use exporter::{Exporter, SelectedFile};
use mmstats_totals::totals::Totals;
use value_text::ValueText;

/// The exporter of the format that was asked for, to `out`. By the Unix time `now`, in seconds, windows
/// expire.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn exporter_for<'a>(
    arguments: &Arguments,
    paint: Paint,
    now: f64,
    out: impl Write + 'a,
) -> io::Result<Box<dyn Exporter + 'a>> {
    let Arguments { layout, help_texts, raw, sum, texts, .. } = *arguments;
    let labels = &arguments.added_labels;
    let values = || ValueText::new(raw, now);
    let totals = || arguments.by.clone().map_or_else(Totals::default, Totals::by);
    Ok(match arguments.output {
        Format::Prom => Box::new(prom::Prom::new(out, sum.then(totals), texts, labels, now)),
        format if sum => {
            Box::new(sum::SumExporter::new(out, format, now, paint, values(), help_texts, totals()))
        }
        Format::Text => {
            let options = text::TextOptions { layout, help_texts };
            Box::new(text::Text::new(out, paint, values(), options))
        }
        Format::Json => Box::new(json::Json::new(out, RecordOptions { layout, help_texts, now })),
        Format::Csv => Box::new(csv::Csv::new(out, help_texts)?),
    })
}
