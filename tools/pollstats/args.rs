//! The arguments of pollstats.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};
use mmstats::Aggregator;
use mmstats_totals::grouping::Grouping;

use crate::common::arguments::{
    CommonArguments, LimitArguments, OwnerArguments, after_help, parse_number,
};
use crate::common::braces::CommaList;
use crate::common::moment::{MOMENT_HELP, Moment};
use crate::common::patterns::LabelPattern;
use crate::pollstats::sampling::filter::Filter;

/// The tool's name.
pub const NAME: &str = "pollstats";

const EXAMPLES: &str = "\
Examples:
  pollstats                                    what moves on this machine
  pollstats -p web.stats. status.2XX,status.3XX /tmp/mmstats-*
                                               two counters, over all files
  pollstats -p web.stats. 'status.*,render'    every status, and a timer
  pollstats --by status requests               a column for each status
  pollstats 'requests{status=\"500\"}'           one series
  pollstats --per-file requests                one line per file
  pollstats -c 10 -d 0.5 --delta -o csv hits   ten rows, half a second apart
  pollstats --owner www-data hits              only one user's files
  pollstats --list                             which stats there are
  pollstats --replay day.rec --from -5m --speed 10
                                               five minutes of a recording";

/// Watch stats move, a row at a time
///
/// Shows how stats change from one poll to the next, added up over all files: counters as a rate per
/// second, gauges and up-down counters as they are, averages as the mean of the interval, timers as
/// its mean and rate, histograms as one of its percentiles. The first poll is the baseline, so the
/// first row is true. Files may come and go meanwhile: what a program counts before it ends is in the
/// next row. Gauges and other states don't count if their program is dead.
///
/// FIELDS is a comma-separated list of names, labels or globs. Without it, counters, timers,
/// histograms, up-down counters, gauges and averages are shown, as many as fit; telemetry of mmash
/// and kodemon only if nothing else moves, and `sys.*` only with --all. A field that no file has
/// shows `?`; one without an event in the interval, or without a value at present, `-`. A single
/// argument is FIELDS unless there is such a file or it has a slash.
///
/// Labels may have dimensions: `requests{status="200"}` is one series of the name `requests`. A name
/// has one column, in which its series are added up; --by keeps some dimensions apart. A whole label
/// is one series. A glob matches names; with a brace, as in `requests{*"5??"*`, it matches whole
/// labels, which have a column each unless --by adds them up.
///
/// In files of the original mmstats, which have no kinds, a double-buffered `Q` is a counter and
/// other numbers are gauges.
#[derive(Clone, Debug, Parser)]
#[command(
    name = NAME,
    version,
    override_usage = "pollstats [OPTIONS] [FIELDS] [FILE|DIR|GLOB]...",
    after_help = EXAMPLES,
    after_long_help = after_help(&format!("{EXAMPLES}\n\n{MOMENT_HELP}"), "")
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Arguments {
    /// Comma-separated names, labels or globs, then stats files, directories of them, or globs
    #[arg(value_name = "FIELDS|FILE|DIR|GLOB")]
    pub operands: Vec<OsString>,

    /// Show a recording of recstats instead of files, as it would have been shown then; FIELDS may
    /// follow, and no files
    #[arg(long, value_name = "RECORDING", conflicts_with = "wait")]
    pub replay: Option<PathBuf>,

    /// With --replay: begin with the first poll at or after this time, which is the baseline
    #[arg(long, value_name = "TIME", requires = "replay", allow_hyphen_values = true)]
    pub from: Option<Moment>,

    /// With --replay: end before this time
    #[arg(long, value_name = "TIME", requires = "replay", allow_hyphen_values = true)]
    pub to: Option<Moment>,

    /// With --replay: how many times as fast as it was, 1 by default; 0: without waiting
    #[arg(long, value_name = "N", requires = "replay", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,

    /// Prefix of each field's label; a dot is added if needed
    #[arg(short, long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    pub prefix: String,

    /// Exit after this many rows (with --per-file: polls); 0: never
    #[arg(short, long, value_name = "N", default_value_t = 0, value_parser = |text: &str| parse_number(text, 0), allow_negative_numbers = true, hide_default_value = true)]
    pub count: u64,

    /// Wait for the first program that publishes what is to be shown
    #[arg(long, conflicts_with = "list")]
    pub wait: bool,

    /// Seconds between polls; default: 1, or with --replay those of the recording
    #[arg(short, long, value_name = "SECONDS", value_parser = mmstats_cli::duration::parse_seconds, allow_negative_numbers = true)]
    pub delay: Option<Duration>,

    /// Repeat the header every N lines; 0: only when the columns change
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = |text: &str| parse_number(text, 0), allow_negative_numbers = true)]
    pub headers: u64,

    /// Only files that have a label with this prefix, or a label with this value; several
    /// (comma-separated or repeated): files that match any of them
    #[arg(short, long = "filter", value_name = "LABEL[=VALUE]")]
    pub filters: Vec<CommaList<Filter>>,

    /// A column for each combination of values of these dimensions, with all other dimensions added
    /// up; '': add up all
    #[arg(long, value_name = "KEY,...", allow_hyphen_values = true)]
    pub by: Option<Grouping>,

    /// Without FIELDS: include telemetry of mmash, kodemon and apmon, and sys.* and org.*
    #[arg(long)]
    pub all: bool,

    /// Only files whose program is alive
    #[arg(long)]
    pub alive: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub owner: OwnerArguments,

    /// Differences from the previous row instead of rates
    #[arg(long)]
    pub delta: bool,

    /// Show how up-down counters change per second instead of their value; with --delta, since
    /// the previous row
    #[arg(long)]
    pub change: bool,

    /// Treat matching labels as gauges (comma-separated or repeated)
    #[arg(long = "gauge", value_name = "GLOB")]
    pub gauges: Vec<CommaList<LabelPattern>>,

    /// One line per file, with the further ones of its thread; those of dead programs are marked, and
    /// the last one of a removed file
    #[arg(long)]
    pub per_file: bool,

    /// How the values of several files become one; default: as the stat declares, else the sum.
    /// Timers, histograms and up-down counters are always added up
    #[arg(long = "aggr", value_name = "HOW", value_parser = PossibleValuesParser::new(Aggregator::ALL.map(Aggregator::name)).try_map(|name| name.parse::<Aggregator>()))]
    pub aggregator: Option<Aggregator>,

    /// Begin each row with its time
    #[arg(short, long = "timestamps")]
    pub timestamps: bool,

    /// List the available stats, and exit; with --by, as they would be added up
    #[arg(long)]
    pub list: bool,

    /// Which percentile of histograms to show
    #[arg(long, value_name = "P", default_value = "99", value_parser = percentile, allow_negative_numbers = true)]
    pub percentile: f64,

    /// Output format; csv and json have exact numbers, and begin with the Unix time
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Exact numbers in text
    #[arg(long)]
    pub raw: bool,

    /// Report on stderr which files appear and disappear
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

impl Arguments {
    /// The arguments of this process. Wrong ones end it with a message and exit code 2.
    pub fn from_command_line() -> Self {
        Self::of(env::args_os())
    }

    /// The arguments behind the first one, which is the tool's name. Wrong ones end the process with a
    /// message and exit code 2.
    pub fn of(line: impl IntoIterator<Item = OsString>) -> Self {
        let arguments = Self::parse_from(line);
        if arguments.replay.is_some() && arguments.operands.len() > 1 {
            let conflict = "--replay shows one recording; -f and --owner select files of it";
            Self::command().error(ErrorKind::ArgumentConflict, conflict).exit();
        }
        arguments
    }

    /// All filters.
    pub fn filters(&self) -> Vec<Filter> {
        self.filters.iter().flat_map(|list| list.0.iter().cloned()).collect()
    }

    /// All globs of labels to treat as gauges.
    pub fn gauges(&self) -> Vec<LabelPattern> {
        self.gauges.iter().flat_map(|list| list.0.iter().cloned()).collect()
    }
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One header, then a line per row.
    Csv,
    /// One object per row, each on a line of its own.
    Json,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if speed == 0.0 || (0.001..=1e6).contains(&speed) {
        Ok(speed)
    } else {
        Err("must be 0, or from 0.001 to 1000000".to_owned())
    }
}

fn percentile(text: &str) -> Result<f64, String> {
    let percentile: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&percentile) {
        Ok(percentile)
    } else {
        Err("must be from 0 to 100".to_owned())
    }
}
