//! The arguments of `apmon receive`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use mmstats_cli::address::parse_address;
use mmstats_cli::duration::parse_duration;

use super::format::Format;
use super::network::parse_network;

const EXAMPLES: &str = "\
Examples:
  apmon receive                      what programs of this machine send
  apmon receive -o json | jq -c '[.from, .parameters]'
  apmon receive --udp 0.0.0.0:8884 --password-file pw --allow 192.0.2.0/24
                                     from other machines, if they may
  apmon receive --publish            for slurpstats, pollstats and mmash
  slurpstats --sum --by node         what each node sent last
  slurpstats -l 'apmon.receive.*'    what was received, rejected and lost";

const ENVIRONMENT: &str = "\
Environment:
  MMSTATS_FILES   template for the name of apmon's own stats file
  MMSTATS_PATH    directory of apmon's own stats file and of those of nodes
  LC_ALL, LC_CTYPE, LANG
                  the first one set is the locale; without UTF-8, text is ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  ended by SIGTERM or SIGHUP, or nobody reads stdout any more
  2  an error, reported on stderr
  130  ended by Ctrl-C";

/// Receive packets and show them, a line each, or publish them
///
/// Understands the packets of every ApMon. Where it listens is printed on stderr. If stdout isn't read
/// fast enough, packets are dropped, but receiving goes on.
///
/// Every packet is counted in apmon's own stats file: packets = accepted + rejected.malformed +
/// .password + .address + .rate, and accepted = shown + dropped.queue + waiting. What the kernel had
/// to drop before is dropped.kernel. Sequence numbers of each sender tell which packets were lost on
/// the way, arrived late or were repeated.
#[derive(Args, Clone, Debug)]
#[expect(clippy::doc_markdown, reason = "shown verbatim in the help")]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
pub struct ReceiveArguments {
    /// Receive packets on this address; a port alone means 127.0.0.1 (repeatable) [default:
    /// 127.0.0.1:8884 and [::1]:8884]
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address)]
    #[allow(rustdoc::broken_intra_doc_links, reason = "shown verbatim in the help")]
    pub udp: Vec<SocketAddr>,

    /// Output format [default: text; with --publish nothing is written to stdout, unless this is given]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<Format>,

    /// Accept only packets with the password in this file
    ///
    /// The file has one line; spaces around it and around a packet's password don't count. Packets
    /// without a header, as the oldest senders write them, have no password.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,

    /// Accept only packets from this network or address (repeatable)
    #[arg(long, value_name = "NET", value_parser = parse_network)]
    pub allow: Vec<IpNet>,

    /// Maximum number of packets a second from an address; up to this many may come at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), allow_negative_numbers = true)]
    pub max_rate: Option<u32>,

    /// Publish each node's parameters in a stats file
    ///
    /// The file is apmon-CLUSTER-NODE.mmstats. Numbers and texts are stats with the dimensions cluster
    /// and node, load{cluster="Shop",node="web-1"}; apmon.updated is when the latest were so. What isn't
    /// published is counted in apmon.receive.publish.*: more than 1,000 parameters of a node, labels
    /// above 255 bytes, older values than the published ones, infinite numbers, and texts of what was a
    /// number. Texts are cut to 256 bytes.
    #[arg(long)]
    pub publish: bool,

    /// Maximum number of nodes that are published; packets of others are counted
    #[arg(long, value_name = "N", default_value = "1000", value_parser = parse_max_nodes, requires = "publish", allow_negative_numbers = true)]
    pub max_nodes: usize,

    /// Serve what is published at http://ADDRESS:PORT/metrics, for Prometheus
    ///
    /// There is no password, anyone who can connect can read everything. A port alone means 127.0.0.1.
    /// Numbers are apmon_NAME{cluster="Shop",node="web-1"}; where characters of the name had to be
    /// replaced, a label parameter has it whole. Those named processes_S and so on are
    /// apmon_processes_in_state{state="S"}.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address, requires = "publish")]
    pub http: Option<SocketAddr>,

    /// Accept this Host header in requests, besides localhost and addresses (repeatable)
    #[arg(long, value_name = "NAME", requires = "http")]
    pub host: Vec<String>,

    /// Forget senders, and remove published nodes, that were silent for this long
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = parse_expire, allow_hyphen_values = true)]
    pub expire: Duration,

    /// Report on stderr why packets are rejected, at most 10 a second
    #[arg(short, long)]
    pub verbose: bool,
}

impl ReceiveArguments {
    /// What is written to stdout, if anything is.
    pub fn format(&self) -> Option<Format> {
        self.output.or_else(|| (!self.publish).then_some(Format::Text))
    }
}

fn parse_max_nodes(text: &str) -> Result<usize, String> {
    // Files of one name are numbered up to 9,999.
    let nodes = text.parse().ok().filter(|nodes| (1..=9_999).contains(nodes));
    nodes.ok_or_else(|| "must be between 1 and 9999".to_owned())
}

fn parse_expire(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_hours(366 * 24);
    let expire = parse_duration(text)?;
    if (SHORTEST..=LONGEST).contains(&expire) {
        return Ok(expire);
    }
    Err("must be between 1s and a year".to_owned())
}
