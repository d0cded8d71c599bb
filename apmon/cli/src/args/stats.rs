//! The arguments of `apmon monitor` about stats files.

use std::ffi::OsString;

use clap::Args;

use crate::stats_files::{StatsFiles, Template};

/// What of stats files is sent.
#[derive(Args, Clone, Debug)]
#[expect(clippy::doc_markdown, reason = "shown verbatim in the help")]
pub struct StatsArguments {
    /// Send the stats in these files, too [default: all stats files, as slurpstats finds them]
    ///
    /// Files, directories and globs in quotes, which are searched anew each time, so that new programs
    /// join. Every sys_interval, the files of a node are added up and sent as its parameters. Of a counter,
    /// that is its sum and, as NAME_R, the increase a second; of a timer or an average, the mean and, as
    /// NAME_count_R, the values a second; of a histogram NAME_p50, NAME_p90 and NAME_p99. Means and
    /// percentiles are of what came since the last time. Gauges that don't add up are NAME_least and
    /// NAME_greatest. Texts are sent when they change, and with the general figures.
    ///
    /// Programs that ended aren't sent, nor is what apmon receive --publish wrote.
    #[arg(long, value_name = "FILE|GLOB", num_args = 0..)]
    pub stats: Option<Vec<OsString>>,

    /// Cluster of the stats in a file: a text with {cmd}, {host}, {pid} or {tid} of its writer
    ///
    /// {cmd} is the name of the program. Braces are written {{ and }}. What a file doesn't say, as those of
    /// the original mmstats don't, is unknown.
    #[arg(long, value_name = "TEMPLATE", default_value = "{cmd}", requires = "stats")]
    pub stats_cluster: Template,

    /// Node of the stats in a file, likewise; files that have the same cluster and node are added up
    #[arg(long, value_name = "TEMPLATE", default_value = "{host}", requires = "stats")]
    pub stats_node: Template,
}

impl StatsArguments {
    /// The files, if any are to be sent.
    pub fn files(&self) -> Option<StatsFiles> {
        let (cluster, node) = (self.stats_cluster.clone(), self.stats_node.clone());
        self.stats.as_ref().map(|locations| StatsFiles::new(locations, cluster, node))
    }
}
