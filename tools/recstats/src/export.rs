//! `recstats export`: the numbers of a recording, for other programs.

mod csv;
mod failure;
mod open_metrics;
mod polls;

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::Outcome;
use mmstats_tools::common::replacement::Replacement;

use self::csv::Csv;
use self::failure::Failure;
use self::open_metrics::OpenMetrics;
use self::polls::Polls;
use crate::args::{ExportArguments, Format, NAME};
use crate::damages::message;
use crate::default_file::recording;
use crate::opened::open;

/// How many bytes are written at once.
const BUFFER: usize = 64 << 10;

/// Exports to stdout or to a file.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &ExportArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let result = match (recording(arguments.recording.as_ref()), &arguments.file) {
        (Err(message), _) => Err(Failure::Message(message)),
        (Ok(recording), Some(path)) => replace(arguments, &recording, path, &diagnostics),
        (Ok(recording), None) => {
            match export(arguments, &recording, io::stdout().lock(), &diagnostics) {
                Err(Failure::Output(error)) => return Err(error),
                result => result,
            }
        }
    };
    Ok(result.unwrap_or_else(|failure| {
        diagnostics.error(&failure);
        Outcome::Failed
    }))
}

/// `--file`: writes to a file, which is replaced in one step.
fn replace(
    arguments: &ExportArguments,
    recording: &Path,
    path: &Path,
    diagnostics: &Diagnostics,
) -> Result<Outcome, Failure> {
    let failed = |error: io::Error| Failure::Message(format!("{}: {error}", escape_path(path)));
    let is_recording = [path, recording].map(|path| path.canonicalize().ok());
    if is_recording[0].is_some() && is_recording[0] == is_recording[1] {
        return Err(failed(io::Error::other("this is the recording")));
    }
    let replacement = Replacement::begin(path, NAME).map_err(failed)?;
    let outcome = match export(arguments, recording, replacement.file(), diagnostics) {
        Err(Failure::Output(error)) => return Err(failed(error)),
        outcome => outcome?,
    };
    if outcome == Outcome::Fine {
        replacement.finish().map_err(failed)?;
    }
    Ok(outcome)
}

fn export(
    arguments: &ExportArguments,
    path: &Path,
    out: impl Write,
    diagnostics: &Diagnostics,
) -> Result<Outcome, Failure> {
    let failed = |error| Failure::Message(message(path, &error));
    let recording = open(path, diagnostics).map_err(failed)?;
    let end = if arguments.range.needs_end() { recording.bounds().map_err(failed)? } else { None };
    // All is before the end, if there is none.
    let range = arguments.range.range(end.map_or(SystemTime::UNIX_EPOCH, |(_, end)| end))?;
    let mut polls = Polls::new(path, arguments.step);
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let has_matched = match arguments.output {
        Format::Csv => {
            let mut csv = Csv::new(&mut out, &arguments.labels)?;
            polls.for_each(&recording, range, diagnostics, |poll| csv.poll(poll))?;
            csv.finish()?
        }
        Format::OpenMetrics => {
            let mut metrics = OpenMetrics::new(&arguments.labels, arguments.file.as_deref());
            polls.for_each(&recording, range, diagnostics, |poll| metrics.poll(poll))?;
            metrics.write(&mut out, diagnostics)?
        }
    };
    // A buffer that is dropped loses what it can't write without an error.
    out.flush()?;
    if !has_matched {
        diagnostics.note(&polls.explain_nothing());
        return Ok(Outcome::NothingMatched);
    }
    Ok(Outcome::Fine)
}
