//! What became of the packets and values that were to be published.
//!
//! Each value of a node that is published is counted once: published, or rejected for one reason.

use mmstats::{Counter, Gauge, MmStats};

use super::node::Set;
use super::rejection::Rejection;

/// The stats. They have a file of their own, as only the thread that publishes writes them.
#[derive(Debug, MmStats)]
#[mmstats(prefix = "apmon.receive.publish.")]
pub struct PublishStats {
    /// Nodes with a stats file.
    #[mmstats(unit = "nodes", aggregate = "sum")]
    pub nodes: Gauge<u64>,
    /// Nodes removed because they were silent.
    #[mmstats(unit = "nodes")]
    pub expired: Counter,
    /// Values published.
    #[mmstats(unit = "values")]
    pub values: Counter,
    /// Published texts that were too long and were cut.
    #[mmstats(unit = "values")]
    pub cut: Counter,
    /// Packets of nodes that have no place: too many, names too long, or no file.
    #[mmstats(label = "rejected.nodes", unit = "packets")]
    pub rejected_nodes: Counter,
    /// Values of parameters that have no place: too many of a node, names too long, or no file.
    #[mmstats(label = "rejected.parameters", unit = "values")]
    pub rejected_parameters: Counter,
    /// Values older than the published ones.
    #[mmstats(label = "rejected.older", unit = "values")]
    pub rejected_older: Counter,
    /// Texts of parameters that were numbers first, or the reverse.
    #[mmstats(label = "rejected.kind", unit = "values")]
    pub rejected_kind: Counter,
    /// Infinite numbers, and those that aren't numbers.
    #[mmstats(label = "rejected.not_finite", unit = "values")]
    pub rejected_not_finite: Counter,
}

impl PublishStats {
    /// Counts a value that was published.
    pub fn count(&self, set: Set) {
        self.values.incr();
        if set == Set::Cut {
            self.cut.incr();
        }
    }

    /// Counts one that wasn't.
    pub fn count_rejected(&self, rejection: &Rejection) {
        let count = match rejection {
            Rejection::Older => &self.rejected_older,
            Rejection::NotFinite => &self.rejected_not_finite,
            Rejection::Kind => &self.rejected_kind,
            Rejection::Nodes { .. } | Rejection::NodeName { .. } => &self.rejected_nodes,
            Rejection::Parameters
            | Rejection::Label { .. }
            | Rejection::Reserved
            | Rejection::File(_)
            | Rejection::Stat(_) => &self.rejected_parameters,
        };
        count.incr();
    }
}
