//! What is kept of a recording.

use std::time::Duration;

use clap::Args;
use mmstats_cli::duration::parse_duration;

use super::arguments::parse_bytes;

/// The shortest `--keep` and `--fine`.
const SHORTEST: Duration = Duration::from_mins(1);
/// Less has no room for the tables and the least that is kept.
const SMALLEST: u64 = 1 << 20;

/// `--keep`, `--max-size` and `--fine`.
#[derive(Args, Clone, Copy, Debug)]
pub struct KeepArguments {
    /// Remove what is older than this: 30m, 24h, 7d
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = parse_age, allow_hyphen_values = true)]
    pub keep: Duration,

    /// Remove the oldest when the recording is larger: 512M, 10GiB
    #[arg(long, value_name = "BYTES", default_value = "1GiB", value_parser = parse_size, allow_hyphen_values = true)]
    pub max_size: u64,

    /// Of what is older than this, keep a summary of each 60 polls in place of the polls
    #[arg(long, value_name = "DURATION", default_value = "6h", value_parser = parse_age, allow_hyphen_values = true)]
    pub fine: Duration,
}

fn parse_age(text: &str) -> Result<Duration, String> {
    let duration = parse_duration(text)?;
    Some(duration).filter(|duration| *duration >= SHORTEST).ok_or("must be 1m or more".to_owned())
}

fn parse_size(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text)?;
    Some(bytes).filter(|bytes| *bytes >= SMALLEST).ok_or("must be 1M or more".to_owned())
}
