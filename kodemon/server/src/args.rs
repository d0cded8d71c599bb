//! The arguments of kodemon.

mod place;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};
use mmstats_cli::address::{Listen, parse_address, parse_listen};
use mmstats_cli::duration::parse_duration;
use mmstats_cli::generate::GenerateArgument;
pub use place::Place;

const EXAMPLES: &str = "\
Examples:
  kodemon                            http://127.0.0.1:4001/ shows what is sent
  kodemon --udp 0.0.0.0:4000 --token web --token worker
                                     of other machines too: what these two send
  kodemon --store /var/lib/kodemon.db --keep 90d
  kodemon --store elasticsearch:http://127.0.0.1:9200
                                     in Elasticsearch or OpenSearch
  curl http://127.0.0.1:4001/api/keys";

const ENVIRONMENT: &str = "\
Environment:
  KODEMON_ELASTICSEARCH_PASSWORD
                  the password where the store's address has only a user
  MMSTATS_FILES   the names of kodemon's own stats files, as a template
  MMSTATS_PATH    the directory of kodemon's own stats files
  XDG_STATE_HOME  the user's state directory [default: ~/.local/state]
  LC_ALL, LC_CTYPE, LANG
                  the first that is set is the locale; without UTF-8 messages
                  are ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  ended by SIGTERM or SIGHUP
  2  an error, told on stderr
  130  ended by Ctrl-C";

/// Receive how long calls of functions took, store it, and show it on a web page
///
/// Programs send a message a call by UDP and don't wait for an answer. What comes is stored in a
/// SQLite file, as it is, and added up by minute and by hour, where hours stay twelve times as long;
/// or in Elasticsearch or OpenSearch. The API that the page asks is documented at /api/openapi.json.
///
/// It counts what it receives, refuses, stores and loses in stats files of its own: see slurpstats.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::doc_markdown, reason = "it is shown as it stands")]
#[command(name = crate::server::NAME, version, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
pub struct Arguments {
    /// Where to receive messages; several times; a port alone is one of 127.0.0.1 [default:
    /// 127.0.0.1:4000 and [::1]:4000]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address)]
    #[allow(rustdoc::broken_intra_doc_links, reason = "it is shown as it stands")]
    pub udp: Vec<SocketAddr>,

    /// Where to serve page and API; whoever reaches it reads everything, without a password
    ///
    /// A port alone is one of 127.0.0.1. unix:PATH is a socket that its owner and group may connect
    /// to (mode 0660), such as a proxy with passwords.
    #[arg(long, visible_alias = "listen", value_name = "ADDRESS:PORT|unix:PATH", default_value = "127.0.0.1:4001", value_parser = OsStringValueParser::new().try_map(|text| parse_listen(&text)))]
    pub http: Listen,

    /// A name under which it is asked for, besides localhost and addresses; several times
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,

    /// Where to keep what comes: a SQLite file, or elasticsearch:http://HOST:9200; if both are
    /// given, in both, and the first is asked [default: kodemon/kodemon.db in the user's state
    /// directory]
    ///
    /// Elasticsearch and OpenSearch may want a user: http://USER:PASSWORD@HOST:9200, or
    /// http://USER@HOST:9200 and the password in KODEMON_ELASTICSEARCH_PASSWORD.
    #[arg(long, value_name = "FILE|KIND:PLACE", value_parser = OsStringValueParser::new().map(Place::from))]
    pub store: Vec<Place>,

    /// How long to keep executions: 12h, 30d
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = parse_keep, allow_hyphen_values = true)]
    pub keep: Duration,

    /// Drop what is older than that even if the clock is far ahead of the newest stored call
    ///
    /// Otherwise nothing is dropped then until calls of that time have arrived for ten minutes: the
    /// clock may be wrong.
    #[arg(long)]
    pub trust_clock: bool,

    /// Take messages with this token only; several times
    #[arg(long, value_name = "TOKEN")]
    pub token: Vec<String>,

    /// Take at most so many keys, and so many tokens, within the time of --keep
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub max_keys: u32,

    /// Tell requests and refused messages on stderr, up to 100 and 10 a second
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the command's help")]
    pub generate: GenerateArgument,
}

/// From a minute on, so that nothing is gone before it can be seen.
fn parse_keep(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_mins(1);
    const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);
    let keep = parse_duration(text)?;
    if (SHORTEST..=LONGEST).contains(&keep) {
        return Ok(keep);
    }
    Err("from 1m to a hundred years can be kept".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_end_of_the_help_has_the_environment_in_eighty_columns() {
        let end = Arguments::command().get_after_long_help().unwrap().to_string();
        assert!(end.lines().all(|line| line.len() <= 79), "{end}");
        for name in ["Environment:", "KODEMON_ELASTICSEARCH_PASSWORD", "MMSTATS_PATH"] {
            assert!(end.contains(name), "{name} in {end}");
        }
        assert!(Arguments::command().render_long_help().to_string().is_ascii());
    }
}
