//! The arguments of cleanstats.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use mmstats_cli::duration::parse_duration;

use crate::common::arguments::{CommonArguments, OwnerArguments, after_help};

/// The tool's name.
pub const NAME: &str = "cleanstats";

const EXAMPLES: &str = "\
Examples:
  cleanstats                     remove what crashed programs left behind
  cleanstats -n                  only show what would be removed
  cleanstats /tmp/mmstats-*      check only these files
  cleanstats --older-than 2d -q  from a timer: keep recent crashes";

/// Remove the stats files of programs that are dead, and only those
///
/// A program removes its files when it ends. Those of one that crashed or was killed stay readable
/// until cleanstats removes them. A file is removed only if its program is proven dead: its lock is
/// free, and its process is gone or its process id belongs to another one. Undecided cases stay, and
/// so does anything that isn't a stats file. Symbolic links aren't followed.
///
/// Files of the original Python library have no lock. Remove them from within the container of
/// their programs: outside of it, their process ids mean other processes.
#[derive(Clone, Debug, Parser)]
#[command(name = NAME, version, after_help = EXAMPLES, after_long_help = after_help(EXAMPLES, ""))]
pub struct Arguments {
    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(value_name = "FILE|DIR|GLOB")]
    pub locations: Vec<OsString>,

    /// Remove nothing; only print what would be removed
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Only files that were last modified at least this long ago: 30s, 10m, 2h, 7d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub older_than: Option<Duration>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub owner: OwnerArguments,

    /// Print only errors
    #[arg(short, long)]
    pub quiet: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line per removed file.
    Text,
    /// One object; its schema is in tools/README.md.
    Json,
}
