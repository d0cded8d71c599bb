//! `--list`: the stats that can be selected.

use std::io::{self, Write};

use mmstats::{Processes, ReadError, StatsFile, Verdict};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_data};
use mmstats_cli::json;
use unicode_width::UnicodeWidthStr;

use super::entries::{Entries, Entry};
use crate::common::selection::Selection;
use crate::pollstats::args::{Arguments, Format};
use crate::pollstats::operands::Operands;
use crate::pollstats::rendering::records;
use crate::pollstats::sampling::fields::Fields;
use crate::pollstats::sampling::writers::Passing;

/// Lists the labels that FIELDS match, or all; returns whether there are any. Says why if there are
/// no files.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn list(
    arguments: &Arguments,
    operands: &Operands<'_>,
    fields: &Fields,
    out: &mut dyn Write,
    diagnostics: &mut Diagnostics,
) -> io::Result<bool> {
    let selection = Selection::find(operands.locations, diagnostics);
    operands.suggest_commas(diagnostics);
    let others = arguments.owner.count_others(selection.paths());
    if selection.paths().len() == others {
        if diagnostics.errors() == 0 {
            diagnostics.note(&selection.explain_no_files(others));
        }
        return Ok(false);
    }
    let files = read(arguments, &selection, diagnostics);
    list_files(arguments, fields, &files, out)
}

/// Lists the labels of these files that FIELDS match, or all; returns whether there are any.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn list_files(
    arguments: &Arguments,
    fields: &Fields,
    files: &[StatsFile],
    out: &mut dyn Write,
) -> io::Result<bool> {
    let entries = entries(arguments, fields, files);
    match arguments.output {
        Format::Text => text(&entries, out)?,
        Format::Csv => csv(&entries, out)?,
        Format::Json => {
            let mut out = &mut *out;
            for entry in &entries {
                json::write(&mut out, entry)?;
                out.write_all(b"\n")?;
            }
        }
    }
    out.flush()?;
    Ok(!entries.is_empty())
}

fn read(
    arguments: &Arguments,
    selection: &Selection,
    diagnostics: &mut Diagnostics,
) -> Vec<StatsFile> {
    let options = arguments.owner.read_options();
    let mut processes = Processes::new();
    let mut budget = arguments.limits.budget();
    let mut files = Vec::new();
    for path in selection.paths() {
        let file = match options.read_within(path, &mut budget) {
            Ok(file) => file,
            Err(ReadError::OtherOwner { .. }) => continue,
            Err(error) if selection.has_just_gone(&error) => continue,
            Err(error) => {
                diagnostics.file_error(path, &error.reason());
                continue;
            }
        };
        if let Some(problem) = file.problem() {
            diagnostics.file_error(path, &problem.reason());
        }
        if !arguments.alive || file.life(&mut processes).verdict == Verdict::Alive {
            // A clone isn't open.
            files.push(file.clone());
        }
    }
    files
}

fn entries(arguments: &Arguments, fields: &Fields, files: &[StatsFile]) -> Vec<Entry> {
    let (filters, prefix) = (arguments.filters(), &arguments.prefix);
    let passing = Passing::default().of(&filters, prefix, files.iter());
    let mut entries = Entries::new(fields, arguments.gauges(), arguments.by.is_some());
    for (file, _) in files.iter().zip(passing).filter(|(_, passes)| *passes) {
        entries.add(file);
    }
    entries.sorted()
}

fn text(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let cells = entries.iter().map(|entry| {
        [
            escape(&entry.label).into_owned(),
            entry.kind.to_owned(),
            entry.files.to_string(),
            escape(&entry.unit).into_owned(),
            escape(&entry.help).into_owned(),
        ]
    });
    let titles = ["label", "kind", "files", "unit", "help"].map(str::to_owned);
    let lines: Vec<_> = std::iter::once(titles).chain(cells).collect();
    let widths: [usize; 5] =
        std::array::from_fn(|at| lines.iter().map(|line| line[at].width()).max().unwrap_or(0));
    for line in lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(widths) {
            text += cell;
            text.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn csv(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    records::csv_record(out, &["label", "kind", "files", "unit", "help"])?;
    for entry in entries {
        let texts = [&entry.label, &entry.unit, &entry.help].map(|text| escape_data(text));
        let files = entry.files.to_string();
        records::csv_record(out, &[&*texts[0], entry.kind, &files, &*texts[1], &*texts[2]])?;
    }
    Ok(())
}
