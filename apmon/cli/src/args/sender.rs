//! Where a command sends: what `send`, `monitor` and `run` have in common.

use std::ffi::OsString;
use std::path::PathBuf;

use apmon::config::Destination;
use clap::Args;

/// Destinations, or files that have them.
#[derive(Args, Clone, Debug)]
pub struct SenderArguments {
    /// Send to this host (repeatable); the port is 8884 by default
    ///
    /// IPv6 addresses are in brackets. A password isn't accepted here, as every user sees it in the
    /// list of processes.
    #[arg(short, long, value_name = "HOST[:PORT]", value_parser = parse_destination)]
    #[arg(required_unless_present = "config", conflicts_with = "config")]
    pub destination: Vec<Destination>,

    /// Take destinations and options from this file or http:// URL (repeatable)
    ///
    /// In random order, the first one that has a destination is used.
    #[arg(short, long, value_name = "FILE|URL")]
    pub config: Vec<OsString>,

    /// Send the password in this file to the destinations of -d
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub password_file: Option<PathBuf>,

    /// Packets a second, to all destinations together; 12.5 s' worth may go at once [default: the
    /// configuration's, or 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000), allow_negative_numbers = true)]
    pub max_rate: Option<u32>,
}

/// A destination without a password.
fn parse_destination(text: &str) -> Result<Destination, String> {
    if text.split_ascii_whitespace().nth(1).is_some() {
        return Err("a password isn't accepted here; use APMON_PASSWORD or --password-file".into());
    }
    text.parse().map_err(|error: apmon::config::DestinationError| error.to_string())
}
