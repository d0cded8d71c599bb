//! `recstats cut`: copies a part of a recording.

use std::fs;
use std::io::{self, Write};
use std::time::SystemTime;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::Outcome;
use mmstats_cli::plural::counted;
use mmstats_recording::{Cut, RecordingError};

use crate::args::{CutArguments, NAME};
use crate::damages::{Damages, message};
use crate::dates::date;
use crate::opened::open;
use crate::units::bytes;

/// Copies it, and prints what was copied.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &CutArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let cut = match cut(arguments, &diagnostics) {
        Ok(Some(cut)) => cut,
        Ok(None) => {
            let path = escape_path(&arguments.from_file);
            diagnostics.note(&format_args!("{path}: no poll is in this time"));
            return Ok(Outcome::NothingMatched);
        }
        Err(message) => {
            diagnostics.error(&message);
            return Ok(Outcome::Failed);
        }
    };
    let (path, polls) = (escape_path(&arguments.into_file), counted(cut.polls, "polls"));
    let size = bytes(fs::metadata(&arguments.into_file).map_or(0, |file| file.len()));
    let times = cut.bounds.map_or_else(String::new, |(first, last)| {
        format!(" from {} to {}", date(first), date(last))
    });
    writeln!(io::stdout(), "{path}: {polls}{times}, {size}")?;
    Ok(Outcome::Fine)
}

/// `None` if no poll is in the time.
fn cut(arguments: &CutArguments, diagnostics: &Diagnostics) -> Result<Option<Cut>, String> {
    let CutArguments { from_file, into_file, range } = arguments;
    let failed = |error| message(from_file, &error);
    let recording = open(from_file, diagnostics).map_err(failed)?;
    let end = if range.needs_end() { recording.bounds().map_err(failed)? } else { None };
    // All is before the end, if there is none.
    let range = range.range(end.map_or(SystemTime::UNIX_EPOCH, |(_, end)| end))?;
    let cut = match recording.cut(range, into_file) {
        Err(RecordingError::OutOfRange(_)) => return Ok(None),
        // Only the new file can't be opened now.
        Err(error @ RecordingError::Open(_)) => return Err(message(into_file, &error)),
        cut => cut.map_err(failed)?,
    };
    let mut damages = Damages::new(from_file);
    for error in &cut.left_out {
        damages.add(error, diagnostics)?;
    }
    damages.finish(diagnostics);
    Ok(Some(cut))
}
