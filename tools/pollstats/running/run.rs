//! Polls and writes rows until the end, or lists stats.

use std::io::{self, Write};
use std::time::Duration;

use mmstats::{StatsFile, Watch};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown::Shutdown;

use super::list::{list, list_files};
use super::progress::Run;
use crate::common::updates::{Polls, Updates};
use crate::pollstats::args::{Arguments, NAME};
use crate::pollstats::operands::Operands;
use crate::pollstats::rendering::output::Screen;
use crate::pollstats::sampling::fields::Fields;

/// The time from one poll to the next, if the user doesn't say.
const DELAY: Duration = Duration::from_secs(1);

/// Polls files, and writes rows to `out` until `arguments.count` is reached or a shutdown is requested.
///
/// File errors are reported on stderr.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn run(
    arguments: &Arguments,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    let operands = Operands::of(&arguments.operands);
    if !arguments.list {
        let watch = Watch::new(operands.locations)
            .owners(arguments.owner.uids.iter().copied())
            .budget(arguments.limits.budget());
        let delay = arguments.delay.unwrap_or(DELAY);
        let mut polls = Polls::new(watch, operands.locations, &arguments.owner, delay);
        return rows(arguments, &operands, &mut polls, out, screen, shutdown);
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let fields = fields(arguments, &operands);
    let has_matched = list(arguments, &operands, &fields, out, &mut diagnostics)?;
    Ok(outcome(&diagnostics, has_matched))
}

/// Writes rows as [`run`] does, of updates from elsewhere.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn run_on(
    arguments: &Arguments,
    updates: &mut dyn Updates,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    rows(arguments, &Operands::only_fields(&arguments.operands), updates, out, screen, shutdown)
}

/// Lists the stats of these files, as `arguments.list` asks for.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn list_on(
    arguments: &Arguments,
    files: &[StatsFile],
    out: &mut dyn Write,
) -> io::Result<Outcome> {
    let fields = fields(arguments, &Operands::only_fields(&arguments.operands));
    let has_matched = list_files(arguments, &fields, files, out)?;
    Ok(if has_matched { Outcome::Fine } else { Outcome::NothingMatched })
}

fn rows(
    arguments: &Arguments,
    operands: &Operands<'_>,
    updates: &mut dyn Updates,
    out: &mut dyn Write,
    screen: Screen,
    shutdown: &Shutdown,
) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let fields = fields(arguments, operands);
    let mut run = Run::new(arguments, updates, &fields, screen, &mut diagnostics);
    run.write(operands, out, shutdown)?;
    let has_matched = run.has_matched();
    Ok(outcome(&diagnostics, has_matched))
}

fn fields(arguments: &Arguments, operands: &Operands<'_>) -> Fields {
    let fields = Fields::new(&arguments.prefix, operands.fields, arguments.all);
    fields.grouped_by(arguments.by.as_ref())
}

fn outcome(diagnostics: &Diagnostics, has_matched: bool) -> Outcome {
    match (diagnostics.errors(), has_matched) {
        (0, true) => Outcome::Fine,
        (0, false) => Outcome::NothingMatched,
        _ => Outcome::Failed,
    }
}
