//! The arguments of `recstats export`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use mmstats_cli::duration::parse_interval;
use mmstats_tools::common::moment::MOMENT_HELP;
use mmstats_tools::common::patterns::LabelPattern;

use super::range::RangeArguments;

const EXAMPLES: &str = "\
Examples:
  recstats export rec -l 'web.*' --from -10m > web.csv
                                     ten minutes of these stats
  recstats export rec -o openmetrics --step 15s --file rec.om
  promtool tsdb create-blocks-from openmetrics rec.om data
  prometheus --storage.tsdb.path=data
                                     a recording in Prometheus";

const CSV: &str = "\
csv:
  A header, then a line for each number of each poll, as slurpstats writes it,
  with its time. In a gap there is a line without a value for each, so that no
  chart draws over it.";

const OPEN_METRICS: &str = "\
openmetrics:
  A series for each writer and stat, with the labels cmd, pid, tid and those of
  its dimensions; file, too, where a thread has the same stat in two files. If
  the clock was set back, polls are left out until it shows a later time again.
  The format has nothing for a gap: Prometheus draws over those of up to 5
  minutes. A text that doesn't end in # EOF isn't complete, and the exit code
  isn't 0 then.";

const ENVIRONMENT: &str = "\
Environment:
  TMPDIR          where openmetrics are sorted [default: /var/tmp]
  TZ              the time zone of TIME
  LC_ALL, LC_CTYPE, LANG
                  the first that is set is the locale; without UTF-8, messages
                  are ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  success, also if something is damaged: the rest is exported, and what is
     left out is on stderr
  1  nothing matched
  2  an error, reported on stderr with the file's name and the reason
  130  ended by Ctrl-C";

/// Write a recording's numbers as CSV, or as OpenMetrics for Prometheus
///
/// Memory stays bounded, however long the recording is: openmetrics, which must be sorted by metric, use a
/// temporary file.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = EXAMPLES,
    after_long_help =
        format!("{EXAMPLES}\n\n{MOMENT_HELP}\n\n{CSV}\n\n{OPEN_METRICS}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub struct ExportArguments {
    /// The recording [default: what recstats record writes without --file]
    #[arg(value_name = "RECORDING")]
    pub recording: Option<PathBuf>,

    /// Only stats whose label matches, or the name in it (repeatable)
    #[arg(short, long = "label", value_name = "GLOB")]
    pub labels: Vec<LabelPattern>,

    #[command(flatten)]
    pub range: RangeArguments,

    /// Of the polls in each such time, only the first one: 15s, 1m
    #[arg(long, value_name = "DURATION", value_parser = |text: &str| parse_interval(text, STEPS), allow_hyphen_values = true)]
    pub step: Option<Duration>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "csv")]
    pub output: Format,

    /// Write to this file instead of stdout, replacing it in one step
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
}

/// The shortest and the longest step.
const STEPS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_hours(366 * 24));

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A header, then a line per number.
    Csv,
    /// As Prometheus' promtool takes it.
    #[value(name = "openmetrics")]
    OpenMetrics,
}
