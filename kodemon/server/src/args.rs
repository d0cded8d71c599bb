//! The arguments of kodemon.

mod store_location;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};
use mmstats_cli::address::{Listen, parse_address, parse_listen};
use mmstats_cli::duration::parse_duration;
use mmstats_cli::generate::GenerateArgument;
pub use store_location::StoreLocation;

/// The program's name.
pub const NAME: &str = "kodemon";

const EXAMPLES: &str = "\
Examples:
  kodemon                            the page is at http://127.0.0.1:4001/
  kodemon --udp 0.0.0.0:4000 --token web --token worker
                                     from other machines, with these tokens
  kodemon --store /var/lib/kodemon.db --keep 90d
  kodemon --store elasticsearch:http://127.0.0.1:9200
                                     in Elasticsearch or OpenSearch
  curl http://127.0.0.1:4001/api/keys";

const ENVIRONMENT: &str = "\
Environment:
  KODEMON_ELASTICSEARCH_PASSWORD
                  the password, if the store's URL has only a user
  MMSTATS_FILES   template for the names of kodemon's own stats files
  MMSTATS_PATH    directory of kodemon's own stats files
  XDG_STATE_HOME  the user's state directory [default: ~/.local/state]
  LC_ALL, LC_CTYPE, LANG
                  the first one set is the locale; without UTF-8, messages are
                  ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  ended by SIGTERM or SIGHUP
  2  an error, reported on stderr
  130  ended by Ctrl-C";

/// Receive per-call timings of functions, store them, and show them on a web page
///
/// Programs send one UDP message per call and don't wait for an answer. Calls are stored in a SQLite
/// file, with summaries by minute and by hour (hours are kept twelve times as long), or in
/// Elasticsearch or OpenSearch. The API behind the page is documented at /api/openapi.json.
///
/// kodemon counts what it receives, refuses, stores and loses in its own stats files: see
/// slurpstats.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::doc_markdown, reason = "shown verbatim in the help")]
#[command(name = NAME, version, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
pub struct Arguments {
    /// Receive messages on this address; a port alone means 127.0.0.1 (repeatable) [default:
    /// 127.0.0.1:4000 and [::1]:4000]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address)]
    #[allow(rustdoc::broken_intra_doc_links, reason = "shown verbatim in the help")]
    pub udp: Vec<SocketAddr>,

    /// Serve page and API on this address; there is no password, anyone who can connect can read
    /// everything
    ///
    /// A port alone means 127.0.0.1. unix:PATH is a Unix socket that its owner and group can connect
    /// to (mode 0660), for example a proxy that checks passwords.
    #[arg(long, visible_alias = "listen", value_name = "ADDRESS:PORT|unix:PATH", default_value = "127.0.0.1:4001", value_parser = OsStringValueParser::new().try_map(|text| parse_listen(&text)))]
    pub http: Listen,

    /// Accept this Host header, besides localhost and addresses (repeatable)
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Store calls in a SQLite file or in elasticsearch:http://HOST:9200; if both are given, in both,
    /// and queries go to the first [default: kodemon/kodemon.db in the user's state directory]
    ///
    /// If Elasticsearch or OpenSearch need a user: http://USER:PASSWORD@HOST:9200, or
    /// http://USER@HOST:9200 with the password in KODEMON_ELASTICSEARCH_PASSWORD.
    #[arg(long, value_name = "FILE|KIND:LOCATION", value_parser = OsStringValueParser::new().map(StoreLocation::from))]
    pub store: Vec<StoreLocation>,

    /// Retention time of executions: 12h, 30d
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = parse_keep, allow_hyphen_values = true)]
    pub keep: Duration,

    /// Delete old executions even if the clock is far ahead of the newest stored call
    ///
    /// Otherwise nothing is deleted until calls of that time have arrived for ten minutes: the clock
    /// may be wrong.
    #[arg(long)]
    pub trust_clock: bool,

    /// Accept only messages with this token (repeatable)
    #[arg(long, value_name = "TOKEN")]
    pub token: Vec<String>,

    /// Maximum number of keys (and of tokens) within the retention time
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub max_keys: u32,

    /// Log requests and refused messages to stderr, at most 100 and 10 per second
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub generate: GenerateArgument,
}

/// At least a minute, so that nothing is deleted before it can be seen.
fn parse_keep(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_mins(1);
    const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);
    let keep = parse_duration(text)?;
    if (SHORTEST..=LONGEST).contains(&keep) {
        return Ok(keep);
    }
    Err("must be between 1m and a hundred years".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_help_ends_with_the_environment_in_eighty_columns() {
        let end = Arguments::command().get_after_long_help().unwrap().to_string();
        assert!(end.lines().all(|line| line.len() <= 79), "{end}");
        for name in ["Environment:", "KODEMON_ELASTICSEARCH_PASSWORD", "MMSTATS_PATH"] {
            assert!(end.contains(name), "{name} in {end}");
        }
        assert!(Arguments::command().render_long_help().to_string().is_ascii());
    }
}
