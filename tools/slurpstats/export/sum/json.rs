//! `--sum -o json`: one object. Its schema is in tools/README.md.

use std::io::{self, Write};

use mmstats_cli::json;
use serde::Serialize;

use crate::common::json::FileError;
use crate::common::records::TotalRecord;
use crate::common::totals::Totals;
use crate::slurpstats::export::json::SCHEMA;

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
