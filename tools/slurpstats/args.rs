//! The arguments of slurpstats.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};

use super::added_label::AddedLabel;
use crate::common::arguments::{CommonArguments, LimitArguments, after_help};
use crate::common::patterns::LabelPattern;

const EXAMPLES: &str = "\
Examples:
  slurpstats                         every stat of every file on this machine
  slurpstats /tmp/mmstats-*          of these files
  slurpstats -l '*status*' -l '*hit' stats whose label matches one of the globs
  slurpstats --dead                  what crashed programs left behind
  slurpstats --sum -l 'web.*'        one table over all files
  slurpstats --layout FILE           the bytes of each field, to debug a writer
  slurpstats -o json | jq '.files[].stats[] | select(.kind == \"counter\")'
  slurpstats --sum -o prom --file /var/lib/node_exporter/mmstats.prom";

/// Dump every stat of every stats file
///
/// Prints label and value of each stat, as the program published them last. The program isn't
/// asked and doesn't notice; one that crashed is read just as well, until cleanstats removes
/// its file.
///
/// Text is for people: thousands apart, dates, durations in the unit that fits. --raw, json and
/// csv have every number exactly.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(name = super::NAME, version, after_help = EXAMPLES, after_long_help = after_help(EXAMPLES, ""))]
pub struct Arguments {
    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(value_name = "FILE|DIR|GLOB")]
    pub places: Vec<OsString>,

    /// Only stats whose label matches; may be given several times
    #[arg(short, long = "label", value_name = "GLOB")]
    pub labels: Vec<LabelPattern>,

    /// Only files whose program is alive
    #[arg(long, conflicts_with = "dead")]
    pub alive: bool,

    /// Only files whose program is dead
    #[arg(long)]
    pub dead: bool,

    /// One table over all files: each stat added up as its program declared
    #[arg(long, conflicts_with = "layout")]
    pub sum: bool,

    /// Also where each field stands in the file, and its bytes
    #[arg(long)]
    pub layout: bool,

    /// Also what each stat means, where its program tells
    #[arg(long)]
    pub help_texts: bool,

    /// With -o prom, also texts that change, each as the label value: a series for every text
    #[arg(long)]
    pub texts: bool,

    /// Exact numbers in text, too: no thousands, dates or units of time
    #[arg(long)]
    pub raw: bool,

    /// The format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Write to this file instead of stdout: readers see the old file or the new one, never a part
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,

    /// With -o prom, a label of every sample, as in job=backup; may be given several times
    #[arg(long = "add-label", value_name = "NAME=VALUE")]
    pub added_labels: Vec<AddedLabel>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// How the stats are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object; its schema is in tools/README.md.
    Json,
    /// A line for each number, with a header.
    Csv,
    /// Prometheus' text format.
    Prom,
}

impl Arguments {
    /// The arguments of this process. Wrong ones end it with a message and exit code 2.
    pub fn from_command_line() -> Self {
        let arguments = Self::parse();
        if let Some(conflict) = arguments.conflict() {
            Self::command().error(ErrorKind::ArgumentConflict, conflict).exit();
        }
        arguments
    }

    /// What doesn't go together.
    fn conflict(&self) -> Option<String> {
        if self.layout && matches!(self.output, Format::Csv | Format::Prom) {
            return Some("--layout goes with -o text and -o json only".to_owned());
        }
        if !self.added_labels.is_empty() && self.output != Format::Prom {
            return Some("--add-label goes with -o prom only".to_owned());
        }
        let mut names = HashSet::new();
        let mut labels = self.added_labels.iter();
        let twice = labels.find(|label| !names.insert(label.name()))?;
        Some(format!("--add-label has {} twice", twice.name()))
    }
}
