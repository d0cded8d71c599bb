//! The arguments of slurpstats.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use mmstats_totals::grouping::Grouping;

use super::added_label::AddedLabel;
use crate::common::arguments::{CommonArguments, LimitArguments, OwnerArguments, after_help};
use crate::common::moment::{MOMENT_HELP, Moment};
use crate::common::patterns::LabelPattern;

/// The tool's name.
pub const NAME: &str = "slurpstats";

const EXAMPLES: &str = "\
Examples:
  slurpstats                         every stat of every file on this machine
  slurpstats /tmp/mmstats-*          of these files
  slurpstats -l '*status*' -l '*hit' stats whose label matches one of the globs
  slurpstats --dead                  files that crashed programs left behind
  slurpstats --owner www-data        only this user's files
  slurpstats -l http.requests        all series of this name
  slurpstats --sum -l 'web.*'        one table over all files
  slurpstats --sum --by status       dimensions: added up over all but status
  slurpstats --layout FILE           the bytes of each field, to debug a writer
  slurpstats --at -5m day.rec        what was, by a recording of recstats
  slurpstats -o json | jq '.files[].stats[] | select(.kind == \"counter\")'
  slurpstats --sum -o prom --file /var/lib/node_exporter/mmstats.prom";

/// Dump every stat of every stats file
///
/// Prints the label and value of each stat, as the program last published them. The program isn't
/// involved and doesn't notice; the stats of one that crashed can be read, too, until cleanstats
/// removes its file.
///
/// Text is for people: thousands separators, dates, durations in a suitable unit. With --raw, json
/// and csv every number is exact.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(name = NAME, version, after_help = EXAMPLES, after_long_help = after_help(&format!("{EXAMPLES}\n\n{MOMENT_HELP}"), ""))]
pub struct Arguments {
    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(value_name = "FILE|DIR|GLOB")]
    pub locations: Vec<OsString>,

    /// Show what was at this time, by the recording FILE
    #[arg(long, value_name = "TIME", conflicts_with = "layout", allow_hyphen_values = true)]
    pub at: Option<Moment>,

    /// Only stats whose label matches, or the name in it (repeatable)
    #[arg(short, long = "label", value_name = "GLOB")]
    pub labels: Vec<LabelPattern>,

    /// Only files whose program is alive
    #[arg(long, conflicts_with = "dead")]
    pub alive: bool,

    /// Only files whose program is dead
    #[arg(long)]
    pub dead: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub owner: OwnerArguments,

    /// One table over all files: each stat aggregated as its program declared
    #[arg(long, conflicts_with = "layout")]
    pub sum: bool,

    /// With --sum, keep these dimensions and add up over all others; '' keeps none
    #[arg(long, value_name = "KEY,...", requires = "sum")]
    pub by: Option<Grouping>,

    /// Also print the offsets and bytes of each field
    #[arg(long)]
    pub layout: bool,

    /// Also print the help text of each stat
    #[arg(long)]
    pub help_texts: bool,

    /// With -o prom, also export texts that change, as the label value: one series per text
    #[arg(long)]
    pub texts: bool,

    /// Exact numbers in text: no separators, dates or units of time
    #[arg(long)]
    pub raw: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Write to this file instead of stdout, replacing it in one step
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,

    /// With -o prom, add a label to every sample, such as job=backup (repeatable)
    #[arg(long = "add-label", value_name = "NAME=VALUE")]
    pub added_labels: Vec<AddedLabel>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object; its schema is in tools/README.md.
    Json,
    /// A header, then a line per number.
    Csv,
    /// Prometheus' text format.
    Prom,
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
        if let Some(conflict) = arguments.conflict() {
            Self::command().error(ErrorKind::ArgumentConflict, conflict).exit();
        }
        arguments
    }

    /// Arguments that exclude each other.
    fn conflict(&self) -> Option<String> {
        if self.at.is_some() && self.locations.len() > 1 {
            return Some("--at shows one recording".to_owned());
        }
        if self.layout && matches!(self.output, Format::Csv | Format::Prom) {
            return Some("--layout requires -o text or -o json".to_owned());
        }
        if !self.added_labels.is_empty() && self.output != Format::Prom {
            return Some("--add-label requires -o prom".to_owned());
        }
        let mut names = HashSet::new();
        let mut labels = self.added_labels.iter();
        let twice = labels.find(|label| !names.insert(label.name()))?;
        Some(format!("--add-label is given twice for {}", twice.name()))
    }
}
