//! `apmon check`: what configuration files say, and which lines are wrong.

mod json;
mod text;

use std::io::{self, Write};

use apmon::config::{Configuration, LOAD_TIMEOUT, Level, Problem};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::exit::Outcome;

use crate::args::{CheckArguments, Format, NAME};

/// Prints what each source says. Those that can't be read and bad lines are reported, and the others
/// go on.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &CheckArguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let mut is_fine = true;
    for source in &arguments.sources {
        let configuration = match source.load(LOAD_TIMEOUT) {
            Ok(configuration) => configuration,
            Err(error) => {
                diagnostics.error(&escape(&error.to_string()));
                continue;
            }
        };
        let source = source.to_string();
        let mut out = Vec::new();
        match arguments.output {
            Format::Text => text::push(&mut out, &source, &configuration, arguments.verbose),
            Format::Json => json::push(&mut out, &source, &configuration)?,
        }
        io::stdout().write_all(&out)?;
        is_fine &= report(&source, &configuration, &diagnostics);
    }
    Ok(match (diagnostics.errors(), is_fine) {
        (0, true) => Outcome::Fine,
        (0, false) => Outcome::NothingMatched,
        _ => Outcome::Failed,
    })
}

/// Reports what is wrong; returns whether nothing is.
fn report(source: &str, configuration: &Configuration, diagnostics: &Diagnostics) -> bool {
    for problem in &configuration.problems {
        diagnostics.note(&escape(&problem.to_string()));
    }
    let is_wrong = |problem: &Problem| problem.level <= Level::Warning;
    if configuration.destinations.is_empty() {
        diagnostics.note(&format_args!("{}: no destination", escape(source)));
        return false;
    }
    !configuration.problems.iter().any(is_wrong)
}
