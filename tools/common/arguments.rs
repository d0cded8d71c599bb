//! Arguments that every tool takes.

use std::time::Duration;

use clap::Args;

use super::generate::GenerateArgument;
use super::terminal::ColorChoice;

/// `--color` and `--generate`.
#[derive(Args, Clone, Debug)]
pub struct CommonArguments {
    /// When to use colour; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub generate: GenerateArgument,
}

/// The end of every tool's long help: where files are looked for, and exit codes.
pub const AFTER_HELP: &str = "\
Where files are looked for without an argument:
  $MMSTATS_GLOB if it is set, else the directory $MMSTATS_PATH, else /dev/shm
  and the temporary directory; there files named *.mmstats and mmstats-*.

Exit codes:
  0  fine
  1  nothing matched
  2  an error, told on stderr with the file's name and the reason
  130  ended by Ctrl-C";

/// A time between two looks, in seconds.
///
/// # Errors
///
/// Where it isn't a number from a thousandth of a second to a year.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(1);
    /// A year, so that adding delays to the clock can't overflow.
    const LONGEST: Duration = Duration::from_hours(366 * 24);
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|delay| (SHORTEST..=LONGEST).contains(delay))
        .ok_or_else(|| "must be from 0.001 seconds to a year".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use crate::{cleanstats, mmash, pollstats, slurpstats};

    /// Longer lines would be wrapped, and what stands beside an example would stand below it.
    #[test]
    fn the_end_of_each_help_fits_into_eighty_columns() {
        let ends = [
            cleanstats::Arguments::command(),
            mmash::Arguments::command(),
            pollstats::Arguments::command(),
            slurpstats::Arguments::command(),
        ];
        let end = |command: &Command| command.get_after_long_help().map(ToString::to_string);
        for line in ends.iter().filter_map(end).collect::<Vec<_>>().join("\n").lines() {
            assert!(line.len() <= 79, "{line}");
        }
    }
}
