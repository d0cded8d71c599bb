//! `recstats info`: what is in a recording.

mod json;
mod text;

use std::io::{self, Write};
use std::path::Path;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_recording::Info;

use crate::args::{InfoArguments, InfoFormat, NAME};
use crate::damages::{Damages, message};
use crate::default_file::recording;
use crate::opened::open;

/// Prints it.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &InfoArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let found = recording(arguments.recording.as_ref());
    let found = found.and_then(|path| Ok((info(&path, &diagnostics)?, path)));
    let (info, path) = match found {
        Ok(found) => found,
        Err(message) => {
            diagnostics.error(&message);
            return Ok(Outcome::Failed);
        }
    };
    let mut out = Vec::new();
    match arguments.output {
        InfoFormat::Text => text::push(&mut out, &path, &info),
        InfoFormat::Json => json::push(&mut out, &path, &info)?,
    }
    io::stdout().write_all(&out)?;
    Ok(Outcome::Fine)
}

/// What is in the recording; reports what is damaged.
fn info(path: &Path, diagnostics: &Diagnostics) -> Result<Info, String> {
    let failed = |error| message(path, &error);
    let info = open(path, diagnostics).and_then(|recording| recording.info()).map_err(failed)?;
    let mut damages = Damages::new(path);
    for error in &info.damages {
        damages.add(error, diagnostics)?;
    }
    damages.finish(diagnostics);
    Ok(info)
}
