//! The arguments of mmash.

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};
use mmstats_cli::address::{Listen, parse_listen};
use mmstats_tools::common::arguments::{CommonArguments, LimitArguments, after_help};
use mmstats_tools::common::prom::Limits;

use super::metrics::{By, Choice};

const EXAMPLES: &str = "\
Examples:
  mmash                              every stat, on http://127.0.0.1:5002/
  mmash --listen 0.0.0.0:5002        for whoever reaches this machine
  mmash --glob '/run/web/*.mmstats'  of these files
  curl http://127.0.0.1:5002/metrics what Prometheus scrapes";

const ENVIRONMENT: &str = "  \
  MMASH_SETTINGS  a settings file of the original's mmash
  MMSTATS_FILES   the name of mmash's own stats file, as a template
";

/// Show the stats of programs on a web page, and serve them as JSON and to Prometheus
///
/// The programs aren't asked and don't notice. Every interval the files are read once, however
/// many look on.
///
/// The environment may name a settings file of the original's, by MMASH_SETTINGS: lines of
/// HOST = '...', PORT = ..., MMSTATS_GLOB = '...' and DEBUG = True. Arguments outweigh it.
///
/// It counts what it does in a stats file of its own (mmash.requests, mmash.look, ...), where other
/// programs of this environment put theirs.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::doc_markdown, reason = "it is shown as it stands")]
#[command(name = super::NAME, version, after_help = EXAMPLES, after_long_help = after_help(EXAMPLES, ENVIRONMENT))]
pub struct Arguments {
    /// Where to listen; whoever reaches it reads everything, without a password [default:
    /// 127.0.0.1:5002]
    ///
    /// A port alone is one of 127.0.0.1. unix:PATH is a socket that its owner and group may connect
    /// to (mode 0660), such as a proxy with passwords.
    #[arg(long, value_name = "ADDRESS:PORT|unix:PATH", value_parser = OsStringValueParser::new().try_map(|text| parse_listen(&text)))]
    pub listen: Option<Listen>,

    /// Stats files, directories of them, or globs; default: wherever programs put them
    #[arg(long, value_name = "FILE|DIR|GLOB")]
    pub glob: Vec<OsString>,

    /// How long from one look at the files to the next
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = mmstats_cli::duration::parse_seconds, allow_negative_numbers = true)]
    pub interval: Duration,

    /// A name under which it is asked for, besides localhost and addresses; several times
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Whose stats are one sample of /metrics
    #[arg(long, value_name = "WHOSE", default_value = "pid")]
    pub by: By,

    /// How many buckets a histogram of /metrics has at most
    #[arg(long, value_name = "N", default_value_t = Limits::USUAL as u8, value_parser = clap::value_parser!(u8).range(2..=Limits::MOST as i64), allow_negative_numbers = true)]
    pub buckets: u8,

    /// Also texts that change in /metrics, each as the label value: a series for every text
    #[arg(long)]
    pub texts: bool,

    /// Tell each request on stderr, up to a hundred a second; so does DEBUG = True
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub limits: LimitArguments,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub common: CommonArguments,
}

impl Arguments {
    /// What is scraped.
    pub fn choice(&self) -> Choice {
        let Self { by, buckets, texts, .. } = *self;
        Choice { by, limits: Limits::of_buckets(buckets.into()), texts }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

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
