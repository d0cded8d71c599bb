//! What is scraped, as the arguments say.

use clap::ValueEnum;
use mmstats_exposition::Bounds;

/// Which stats become one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// Program, over all of its processes: label cmd; counts begin when mmash starts and are kept
    /// when a process ends, which suits short-lived processes
    Cmd,
    /// Process, over all of its threads: labels cmd and pid, and pidns if the pid is of another
    /// namespace
    Pid,
    /// Thread: the same labels and tid
    Tid,
}

/// What is scraped.
#[derive(Clone, Debug)]
pub struct MetricsOptions {
    /// Which stats become one sample.
    pub by: GroupBy,
    /// The bucket bounds of histograms.
    pub bounds: Bounds,
    /// Whether texts that change become samples.
    pub texts: bool,
}
