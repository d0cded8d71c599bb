//! What a sender is told when it is built, which its forked children share.

use super::clock::Clock;
use super::names::Pair;
use super::report::Reporter;
use crate::config::{Destination, Sources};

/// What happens to packets beyond the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// They are queued, at most this number for each destination, and sent later. A packet without a
    /// time gets the one at which it was queued. Packets to a destination whose address isn't known yet
    /// are queued, too.
    Queue(usize),
    /// They are dropped, as by most of the originals.
    Drop,
}

impl Default for RateLimit {
    /// A queue of 1,000 packets.
    fn default() -> Self {
        Self::Queue(1_000)
    }
}

/// Immutable, but for what reports count.
#[derive(Debug)]
pub(super) struct Settings {
    /// Destinations that the program gave.
    pub(super) destinations: Vec<Destination>,
    /// Files and URLs.
    pub(super) sources: Option<Sources>,
    /// Options that override the configuration's.
    pub(super) options: Vec<(String, String)>,
    /// Cluster and node of the first packet.
    pub(super) names: Pair,
    pub(super) rate_limit: RateLimit,
    /// These override the configuration's options.
    pub(super) max_rate: Option<u32>,
    pub(super) max_size: Option<usize>,
    /// Whether numbers that aren't finite are left out.
    pub(super) finite: bool,
    /// Whether counts are published as stats.
    pub(super) publish: bool,
    pub(super) reporter: Reporter,
    pub(super) clock: Clock,
    /// Whether threads are started; tests do their work themselves.
    pub(super) threads: bool,
}
