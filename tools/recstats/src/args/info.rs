//! The arguments of `recstats info`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  recstats info                      of what recstats record writes
  recstats info -o json rec | jq '.stretches[] | select(.gap)'
                                     the gaps of a recording";

const JSON: &str = "\
JSON:
  An object: schema, path, version, host, interval, from, to, polls, writers,
  stats; bytes by what has them; stretches, each with from, to, polls, reason
  (start, failed, clock, suspend; null if it's unknown), passed (seconds since
  the stretch before, whatever the clock says) and gap; damages as texts. Times
  are in seconds since 1970.";

const EXIT_CODES: &str = "\
Exit codes:
  0  success, also if something is damaged, which is reported on stderr
  2  the recording can't be read";

/// Show what is in a recording: from when to when, gaps, writers, sizes, damage
///
/// Reads all of it and checks each row, also while it is being written.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{JSON}\n\n{EXIT_CODES}"))]
pub struct InfoArguments {
    /// The recording [default: what recstats record writes without --file]
    #[arg(value_name = "RECORDING")]
    pub recording: Option<PathBuf>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: InfoFormat,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InfoFormat {
    /// For people.
    Text,
    /// An object.
    Json,
}
