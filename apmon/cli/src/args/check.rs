//! The arguments of `apmon check`.

use apmon::config::Source;
use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::format::Format;

const EXAMPLES: &str = "\
Examples:
  apmon check /etc/apmon.conf        destinations, and options that aren't the default
  apmon check -v /etc/apmon.conf     destinations and all options
  apmon check 'http://conf.example.org/dest?appName=shop'
                                     the same of a URL
  apmon check -o json apmon.conf | jq -r '.destinations[].host'
                                     the hosts";

const JSON: &str = "\
JSON:
  An object a source: source; destinations, each with host, port and whether
  there is a password; options, all by name, as numbers, texts, and true for on;
  problems, each with line (null if it is about the source), text, reason, and
  level: WARNING, or NOTICE for options without effect.";

const EXIT_CODES: &str = "\
Exit codes:
  0  success, also with options that are known and have no effect
  1  a line is wrong, a source has no destination, or every user can read a
     password; each is reported on stderr: SOURCE:LINE: text: reason
  2  a source couldn't be read";

/// Check configuration files: show destinations and options, report bad lines
///
/// Reads a file or a URL as a sender does. Nothing is sent, and names aren't looked up, except for
/// those in URLs. Passwords are never shown.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{JSON}\n\n{EXIT_CODES}"))]
pub struct CheckArguments {
    /// Files, or URLs that begin with http://
    #[arg(value_name = "CONFIG", required = true, value_parser = OsStringValueParser::new().try_map(Source::new))]
    pub sources: Vec<Source>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Format,

    /// Also show the options that have their default value
    #[arg(short, long)]
    pub verbose: bool,
}
