//! The arguments of pollstats.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, ValueEnum};
use mmstats::Aggregator;

use super::filter::Filter;
use crate::common::arguments::{CommonArguments, LimitArguments, after_help, parse_number};
use crate::common::patterns::LabelPattern;

const EXAMPLES: &str = "\
Examples:
  pollstats                                    what moves on this machine
  pollstats -p web.stats. status.2XX,status.3XX /tmp/mmstats-*
                                               two counters, over all files
  pollstats -p web.stats. 'status.*,render'    every status, and a timer
  pollstats --per-file requests                a line for each file
  pollstats -c 10 -d 0.5 --delta -o csv hits   ten rows, half a second apart
  pollstats -f sys.uid=1000 hits               of one user's programs only
  pollstats --list                             what could be asked for";

/// Watch stats move, a row at a time
///
/// Shows how stats change between one look and the next, added up over all files: counters as a
/// rate per second, gauges and up-down counters as they are, averages as the mean of the interval, timers as the mean
/// and the rate of the interval, histograms as a percentile of the interval. The first look is the
/// baseline, so the first row is true. Files may come and go meanwhile. Gauges and whatever else
/// says how things are don't count if their program is dead.
///
/// FIELDS is a list of labels or globs with commas between; without it, counters, timers,
/// histograms, up-down counters, gauges and averages are shown, as many as fit; what mmash and kodemon publish about
/// themselves only if nothing else moves, and `sys.*` only with --all. A field that no file has shows
/// `?`, one that had no event in the interval, or has no value at present, `-`. A single argument is FIELDS, unless there is
/// such a file or it has a slash.
///
/// In a file of the original mmstats, which doesn't tell kinds, a double-buffered `Q` counts as
/// a counter and other numbers as gauges.
#[derive(Clone, Debug, Parser)]
#[command(
    name = super::NAME,
    version,
    override_usage = "pollstats [OPTIONS] [FIELDS] [FILE|DIR|GLOB]...",
    after_help = EXAMPLES,
    after_long_help = after_help(EXAMPLES, "")
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Arguments {
    /// Labels or globs with commas between, then stats files, directories of them, or globs
    #[arg(value_name = "FIELDS|FILE|DIR|GLOB")]
    pub operands: Vec<OsString>,

    /// What stands before each field's label; a dot between is added where one lacks
    #[arg(short, long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    pub prefix: String,

    /// End after this many rows (with --per-file: rounds of them); 0: never
    #[arg(short, long, value_name = "N", default_value_t = 0, value_parser = |text: &str| parse_number(text, 0), allow_negative_numbers = true, hide_default_value = true)]
    pub count: u64,

    /// Wait for the first program that publishes what is to be shown
    #[arg(long, conflicts_with = "list")]
    pub wait: bool,

    /// Seconds between two looks
    #[arg(short, long, value_name = "SECONDS", default_value = "1", value_parser = mmstats_cli::duration::parse_seconds, allow_negative_numbers = true)]
    pub delay: Duration,

    /// Repeat the header every N lines; 0: only where the columns change
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = |text: &str| parse_number(text, 0), allow_negative_numbers = true)]
    pub headers: u64,

    /// Only files that have a label that begins so, or a label of this value; several with
    /// commas between or by several -f: files that match any of them
    #[arg(short, long = "filter", value_name = "LABEL[=VALUE]", value_delimiter = ',')]
    pub filters: Vec<Filter>,

    /// Without FIELDS: what mmash and kodemon publish about themselves, and sys.* and org.*, too
    #[arg(long)]
    pub all: bool,

    /// Only files whose program is alive
    #[arg(long)]
    pub alive: bool,

    /// Differences instead of rates: what is new since the row before
    #[arg(long)]
    pub delta: bool,

    /// How up-down counters change per second, instead of what they are; with --delta: since the
    /// row before
    #[arg(long)]
    pub change: bool,

    /// Treat labels that match as gauges, whatever they seem to be
    #[arg(long = "gauge", value_name = "GLOB", value_delimiter = ',')]
    pub gauges: Vec<LabelPattern>,

    /// A line for each file; those of dead programs are marked
    #[arg(long)]
    pub per_file: bool,

    /// How the files' values become one; default: as the stat says, else the sum. Timers,
    /// histograms and up-down counters are always added up
    #[arg(long = "aggr", value_name = "HOW", value_parser = PossibleValuesParser::new(Aggregator::ALL.map(Aggregator::name)).try_map(|name| name.parse::<Aggregator>()))]
    pub aggregator: Option<Aggregator>,

    /// The time of each row first
    #[arg(short, long = "timestamps")]
    pub timestamps: bool,

    /// List the stats that could be asked for, and exit
    #[arg(long)]
    pub list: bool,

    /// Which percentile of a histogram is shown
    #[arg(long, value_name = "P", default_value = "99", value_parser = percentile, allow_negative_numbers = true)]
    pub percentile: f64,

    /// The format; csv and json have exact numbers, and the time first, as Unix time
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Exact numbers in text, too
    #[arg(long)]
    pub raw: bool,

    /// Tell on stderr which files come and go
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// A line for each row, with one header.
    Csv,
    /// An object for each row, on a line of its own.
    Json,
}

fn percentile(text: &str) -> Result<f64, String> {
    let percentile: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&percentile) {
        Ok(percentile)
    } else {
        Err("must be from 0 to 100".to_owned())
    }
}
