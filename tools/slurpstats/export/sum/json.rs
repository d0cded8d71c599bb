//! `--sum -o json`: one object. Its schema is in tools/README.md.

use std::io::{self, Write};

use mmstats_cli::json;
use serde::Serialize;

use super::Table;
use crate::common::json::FileError;
use crate::common::records::TotalRecord;
use crate::slurpstats::export::json::SCHEMA;

/// Writes the object and a line's end.
pub fn write(out: &mut impl Write, table: &Table<'_>, errors: &[FileError]) -> io::Result<()> {
    let help_texts = table.help_texts;
    let record = SumRecord {
        schema: SCHEMA,
        file_count: table.files,
        writer_count: table.writers,
        totals: table.totals.iter().map(|total| TotalRecord { total, help_texts }).collect(),
        errors,
    };
    json::write(out, &record)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct SumRecord<'a> {
    schema: u32,
    file_count: usize,
    writer_count: usize,
    totals: Vec<TotalRecord<'a>>,
    errors: &'a [FileError],
}
