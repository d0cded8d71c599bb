//! `--sum -o text`: a title, then a line for each stat.

use mmstats::{Aggregate, Kind};
use mmstats_cli::escape::escape;
use mmstats_cli::plural::counted;
use mmstats_totals::combined::Combined;
use mmstats_totals::total::Total;
use unicode_width::UnicodeWidthStr;

use super::Table;
use crate::common::terminal::{FAINT, Paint, TITLE, kind_style};
use crate::slurpstats::export::label_column;
use crate::slurpstats::export::value_text::{ValueText, push_unit, put};

/// How the lines are written.
pub struct Lines<'a> {
    pub paint: Paint,
    pub values: &'a mut ValueText,
}

impl Lines<'_> {
    /// The whole table; nothing where no file was shown.
    pub fn of(&mut self, table: &Table<'_>) -> Vec<u8> {
        let Table { totals, files, writers, help_texts } = table;
        let mut out = Vec::new();
        if *files == 0 {
            return out;
        }
        let writers = match writers {
            // Each thread has one file.
            writers if writers == files => String::new(),
            writers => format!(" of {}", counted(*writers, "writers")),
        };
        let title = format!("==> sum of {}{writers}", counted(*files, "files"));
        put(&mut out, &format_args!("{}\n", self.paint.text(TITLE, title)));
        let widths = totals.iter().map(|total| escape(&total.label).width());
        let width = label_column::width_of(widths);
        for total in totals {
            self.push_line(&mut out, total, width);
            if *help_texts {
                for line in total.help.lines() {
                    let help = self.paint.text(FAINT, escape(line.trim()));
                    put(&mut out, &format_args!("      {help}\n"));
                }
            }
        }
        out.push(b'\n');
        out
    }

    fn push_line(&mut self, out: &mut Vec<u8>, total: &Total, width: usize) {
        let label = escape(&total.label);
        let gap = " ".repeat(width.saturating_sub(label.width()));
        let label = self.paint.text(kind_style(total.kind), &label);
        put(out, &format_args!("  {label}{gap} "));
        self.push_value(out, total);
        put(out, &format_args!("{}\n", self.paint.text(FAINT, remark(total))));
    }

    fn push_value(&mut self, out: &mut Vec<u8>, total: &Total) {
        let label = total.label.as_bytes();
        let style = self.values.style(total.kind, &total.unit, label, total.buffered);
        if let Some(histogram) = total.histogram() {
            return self.values.push_histogram(out, histogram, &total.unit, style);
        }
        match total.combined() {
            Combined::One(value) => {
                self.values.push_value(out, &value, style);
                push_unit(out, &value, &total.unit, style);
            }
            Combined::Range { least, greatest } => {
                self.values.push_value(out, &least, style);
                out.extend_from_slice(b" to ");
                self.values.push_value(out, &greatest, style);
                push_unit(out, &greatest, &total.unit, style);
            }
            Combined::Different => return out.extend_from_slice(b"different texts"),
            Combined::Nothing if total.kind == Some(Kind::Timestamp) && total.files.get() > 0 => {
                return out.extend_from_slice(b"never");
            }
            Combined::Nothing => return out.push(b'-'),
        }
        let range = total.range_of_means();
        let range = range.map(|(least, greatest)| [("least", least), ("greatest", greatest)]);
        let components = total.components().chain(range.into_iter().flatten());
        self.values.push_components(out, components, style);
    }
}

/// How many files the value is of, and how many were left out: `  [sum of 2; 1 dead left out]`.
fn remark(total: &Total) -> String {
    let of = match total.aggregate {
        Aggregate::Each => counted(total.files.get(), "files"),
        how => format!("{how} of {}", total.files.get()),
    };
    let mut parts = vec![of];
    for (count, what) in [(total.dead.get(), "dead"), (total.invalid.get(), "invalid")] {
        if count > 0 {
            parts.push(format!("{count} {what} left out"));
        }
    }
    if total.files.get() == 1 && parts.len() == 1 {
        return String::new();
    }
    format!("  [{}]", parts.join("; "))
}
