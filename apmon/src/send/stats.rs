//! The counts as stats.

use mmstats::{Counter, MmStats, UpDownCounter};

use super::fate::{Fate, LeftOut};

mmstats::per_thread! {
    pub(super) static STATS: SendStats = SendStats::options().prefix("apmon.send.").or_private_memory();
}

/// The counts, published by each thread that sends.
#[derive(MmStats)]
pub(super) struct SendStats {
    /// Packets passed to the network.
    #[mmstats(unit = "packets")]
    sent: Counter,
    /// Packets queued.
    #[mmstats(unit = "packets")]
    pub(super) waiting: UpDownCounter,
    /// Packets dropped as the rate was reached.
    #[mmstats(label = "dropped.rate", unit = "packets")]
    rate_limited: Counter,
    /// Packets dropped because the queue was full.
    #[mmstats(label = "dropped.queue", unit = "packets")]
    queue_full: Counter,
    /// Packets dropped because their destination had no address yet.
    #[mmstats(label = "dropped.no_address", unit = "packets")]
    no_address: Counter,
    /// Packets not sent, as the other side's kernel had just refused two earlier ones.
    #[mmstats(label = "dropped.refused", unit = "packets")]
    refused: Counter,
    /// Packets not sent, as the socket's send buffer was full.
    #[mmstats(label = "dropped.would_block", unit = "packets")]
    would_block: Counter,
    /// Packets not sent, as they were larger than the network takes.
    #[mmstats(label = "dropped.too_large", unit = "packets")]
    too_large: Counter,
    /// Packets not sent, as there was no route to the destination.
    #[mmstats(label = "dropped.unreachable", unit = "packets")]
    unreachable: Counter,
    /// Packets not sent, for another error of the operating system.
    #[mmstats(label = "dropped.failed", unit = "packets")]
    failed: Counter,
    /// Packets still queued when the sender or the destination went.
    #[mmstats(label = "dropped.abandoned", unit = "packets")]
    abandoned: Counter,
    /// Packets that were sent and then refused by the other side's kernel.
    #[mmstats(unit = "packets")]
    pub(super) returned: Counter,
    /// Parameters left out as they had no name.
    #[mmstats(label = "left_out.no_name", unit = "parameters")]
    no_name: Counter,
    /// Parameters left out as they were infinite or not a number.
    #[mmstats(label = "left_out.not_finite", unit = "parameters")]
    not_finite: Counter,
    /// Parameters left out as no packet can hold them.
    #[mmstats(label = "left_out.too_large", unit = "parameters")]
    large: Counter,
}

impl SendStats {
    pub(super) fn fate(&self, fate: Fate) -> &Counter {
        match fate {
            Fate::Sent => &self.sent,
            Fate::RateLimited => &self.rate_limited,
            Fate::QueueFull => &self.queue_full,
            Fate::NoAddress => &self.no_address,
            Fate::Refused => &self.refused,
            Fate::WouldBlock => &self.would_block,
            Fate::TooLarge => &self.too_large,
            Fate::Unreachable => &self.unreachable,
            Fate::Failed => &self.failed,
            Fate::Abandoned => &self.abandoned,
        }
    }

    pub(super) fn left_out(&self, reason: LeftOut) -> &Counter {
        match reason {
            LeftOut::NoName => &self.no_name,
            LeftOut::NotFinite => &self.not_finite,
            LeftOut::TooLarge => &self.large,
        }
    }
}
