//! The arguments of cleanstats.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::common::arguments::{CommonArguments, after_help};
use mmstats_cli::duration::parse_duration;

const EXAMPLES: &str = "\
Examples:
  cleanstats                     remove what crashed programs left behind
  cleanstats -n                  only show what would be removed
  cleanstats /tmp/mmstats-*      look at these files only
  cleanstats --older-than 2d -q  for a timer: a fresh crash can be looked at";

/// Remove the stats files of programs that are dead, and only those
///
/// A program's files go when it ends. Those of one that crashed or was killed stay, to be read;
/// this removes them. A file goes only when its program is proven dead: its lock is free, and
/// its process is gone or another one has its id. What can't be decided stays. What is no stats
/// file stays, and no symbolic link is followed.
///
/// Files of the original Python library have no lock. Remove them from within the container of
/// their programs: from outside, their process ids say something else.
#[derive(Clone, Debug, Parser)]
#[command(name = super::NAME, version, after_help = EXAMPLES, after_long_help = after_help(EXAMPLES, ""))]
pub struct Arguments {
    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(value_name = "FILE|DIR|GLOB")]
    pub places: Vec<OsString>,

    /// Remove nothing, only show what would be removed
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Only files that weren't modified for so long: 30s, 10m, 2h, 7d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub older_than: Option<Duration>,

    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,

    /// The format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// How the result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line for each removed file.
    Text,
    /// One object; its schema is in tools/README.md.
    Json,
}
