//! The arguments of `apmon send`.

use std::ffi::OsString;
use std::time::SystemTime;

use clap::Args;

use super::sender::SenderArguments;
use super::time::parse_time;

const EXAMPLES: &str = "\
Examples:
  apmon send -d ml.example.org Shop web-1 orders=17 load=0.5 'state=in use'
  apmon send --config /etc/apmon.conf Shop web-1 build:s=17 --time 2026-11-21T10:00:00Z
  vmstat -n 10 | awk 'NR > 2 { print \"free=\" $4; fflush() }' |
      apmon send -d ml.example.org Shop web-1 --stdin
  printf '%s\\n' 'Shop web-1 orders=17 load=0.5' 'Shop web-2 orders=4' |
      apmon send -d ml.example.org - - --stdin";

const VALUES: &str = "\
Values:
  A whole number of 32 bits is sent as i32, another finite number as f64, and
  anything else as text. A type behind the name decides otherwise, and then a
  wrong number is an error: NAME:i=17 (i32), NAME:d=17 (f64), NAME:s=17 (text).
  MonALISA turns every number into f64, trims texts, and drops empty ones.";

const LINES: &str = "\
Lines of stdin:
  Each is sent as it comes, as a packet of its own: NAME=VALUE, and behind tabs
  further ones. If CLUSTER or NODE is -, each line begins with it; then words
  are separated by tabs, or by spaces in a line without tabs. A wrong line, and
  one above 16 KiB, is reported and left out. Lines that come faster than the
  rate allows wait, none is dropped; they have the time at which they were read.";

const ENVIRONMENT: &str = "\
Environment:
  APMON_PASSWORD  password for the destinations of -d
  LC_ALL, LC_CTYPE, LANG
                  the first one set is the locale; without UTF-8, text is ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  everything was handed to the network, which may lose it silently
  2  a packet wasn't sent, or a line was wrong; reported on stderr
  130  ended by Ctrl-C, 143 by SIGTERM, while reading stdin: what waits is still
     sent for a second, then the rest is reported";

/// Send parameters
///
/// Waits at most 5 s for the addresses of the destinations, and 1 s if the packets exceed the rate.
/// There is no answer to a packet.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{VALUES}\n\n{LINES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub struct SendArguments {
    #[command(flatten)]
    pub sender: SenderArguments,

    /// The time of the parameters: a date as in RFC 3339, or Unix seconds [default: that of arrival]
    #[arg(short, long, value_name = "TIME", value_parser = parse_time, allow_negative_numbers = true)]
    pub time: Option<SystemTime>,

    /// Read parameters from stdin, one a line
    #[arg(long)]
    pub stdin: bool,

    /// Report on stderr how many packets were sent, and where
    #[arg(short, long)]
    pub verbose: bool,

    /// The cluster that the node belongs to; with --stdin, - if each line begins with it
    #[arg(value_name = "CLUSTER")]
    pub cluster: String,

    /// The node that the parameters are about, '' for none; with --stdin, - if it is in each line
    #[arg(value_name = "NODE")]
    pub node: String,

    /// Parameters
    #[arg(
        value_name = "NAME[:TYPE]=VALUE",
        required_unless_present = "stdin",
        conflicts_with = "stdin"
    )]
    pub parameters: Vec<OsString>,
}
