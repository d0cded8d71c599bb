//! The arguments of mmash.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, Parser};
use mmstats_cli::address::{Listen, parse_listen};
use mmstats_cli::duration::parse_seconds;
use mmstats_exposition::Bounds;
use mmstats_recording::Settings;
use mmstats_tools::common::arguments::{
    CommonArguments, LimitArguments, OwnerArguments, after_help,
};
use mmstats_tools::common::keeping::KeepArguments;

use crate::metrics::{GroupBy, MetricsOptions};

/// The tool's name.
pub const NAME: &str = "mmash";

const EXAMPLES: &str = "\
Examples:
  mmash                              all stats, on http://127.0.0.1:5002/
  mmash --listen 0.0.0.0:5002        for everyone who can reach this host
  mmash --glob '/run/web/*.mmstats'  only these files
  mmash --history rec --keep 7d      a week of history, in the file rec
  curl http://127.0.0.1:5002/metrics as Prometheus scrapes it";

const ENVIRONMENT: &str = "  \
  MMASH_SETTINGS  a settings file of the original mmash
  MMSTATS_FILES   template of the name of mmash's own stats file
";

/// Show the stats of programs on a web page, and serve them as JSON and to Prometheus
///
/// The programs aren't contacted and don't notice. The files are read once an interval, however
/// many clients there are.
///
/// MMASH_SETTINGS may name a settings file of the original mmash, with the lines HOST = '...',
/// PORT = ..., MMSTATS_GLOB = '...' and DEBUG = True. Arguments override it.
///
/// mmash publishes stats about itself (mmash.requests, mmash.look, ...) where other programs of
/// this environment put theirs.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::doc_markdown, reason = "it is shown as it stands")]
#[command(name = NAME, version, after_help = EXAMPLES, after_long_help = after_help(EXAMPLES, ENVIRONMENT))]
#[command(mut_args(needs_history))]
pub struct Arguments {
    /// Address to listen on; anyone who can reach it can read everything, without a password
    /// [default: 127.0.0.1:5002]
    ///
    /// A port alone is on 127.0.0.1. unix:PATH is a socket that its owner and group can connect to
    /// (mode 0660), for example a proxy that asks for a password.
    #[arg(long, value_name = "ADDRESS:PORT|unix:PATH", value_parser = OsStringValueParser::new().try_map(|text| parse_listen(&text)))]
    pub listen: Option<Listen>,

    /// Stats files, directories or globs (repeatable) [default: where programs put them]
    #[arg(long, value_name = "FILE|DIR|GLOB")]
    pub glob: Vec<OsString>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub owner: OwnerArguments,

    /// Time between polls of the files
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds, allow_negative_numbers = true)]
    pub interval: Duration,

    /// Additional accepted Host header (repeatable); localhost and addresses are always accepted
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Group the samples of /metrics by program, process or thread
    #[arg(long, value_name = "GROUP", default_value = "pid")]
    pub by: GroupBy,

    /// Maximum number of buckets of a histogram in /metrics
    #[arg(long, value_name = "N", default_value_t = Bounds::USUAL as u8, value_parser = clap::value_parser!(u8).range(2..=Bounds::MOST as i64), allow_negative_numbers = true)]
    pub buckets: u8,

    /// Also serve texts that change in /metrics, as the label value: one series per text
    #[arg(long)]
    pub texts: bool,

    /// Also record the polls in this file, and show what is in it: history from before the start,
    /// over hours and days
    ///
    /// It is created if it isn't there, else continued. Recordings of recstats are such files; one that
    /// can't be written is shown, and nothing is recorded. When mmash ends, FILE is a single file; until
    /// then -wal, -shm and .lock stand beside it. At most one program at a time records in a file.
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub keeping: KeepArguments,

    /// Log requests to stderr, up to 100 a second; DEBUG = True does the same
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

/// Without a recording there is nothing to be kept.
fn needs_history(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "keep" | "max_size" | "fine" => argument.requires("history"),
        _ => argument,
    }
}

impl Arguments {
    /// What is scraped.
    pub fn metrics_options(&self) -> MetricsOptions {
        let Self { by, buckets, texts, .. } = *self;
        MetricsOptions { by, bounds: Bounds::of_buckets(buckets.into()), texts }
    }

    /// How a recording is kept.
    pub fn recording_settings(&self) -> Settings {
        let KeepArguments { keep, max_size, fine } = self.keeping;
        let mut settings = Settings::new(self.interval);
        (settings.keep, settings.max_size, settings.fine) = (keep, max_size, fine);
        settings
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::{CommandFactory, Parser};
    use mmstats_recording::Settings;

    use super::Arguments;

    #[test]
    fn what_is_kept_needs_a_recording() {
        let parsed = |arguments: &[&str]| Arguments::try_parse_from(arguments.iter().copied());
        for option in ["--keep=2h", "--max-size=2M", "--fine=2h"] {
            assert!(parsed(&["mmash", option]).is_err(), "{option}");
            assert!(parsed(&["mmash", option, "--history=rec"]).is_ok(), "{option}");
        }
        let settings = parsed(&["mmash", "--history=rec"]).unwrap().recording_settings();
        let expected = Settings::new(Duration::from_secs(1));
        assert_eq!(format!("{settings:?}"), format!("{expected:?}"), "the library's defaults");
    }

    /// Longer lines would be wrapped, and what stands beside an example would stand below it.
    #[test]
    fn the_end_of_the_help_fits_into_eighty_columns() {
        let end = Arguments::command().get_after_long_help().unwrap().to_string();
        assert!(end.lines().all(|line| line.len() <= 79), "{end}");
        for name in ["Environment:", "MMASH_SETTINGS", "MMSTATS_FILES", "MMSTATS_PATH"] {
            assert!(end.contains(name), "{name} in {end}");
        }
        assert!(Arguments::command().render_long_help().to_string().is_ascii());
    }
}
