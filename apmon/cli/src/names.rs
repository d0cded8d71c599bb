//! The names of hosts and jobs that are sent unless the arguments have others.

use mmstats_proc::Roots;
use mmstats_proc::host::full_name;

/// The cluster of jobs in the originals.
pub const JOB_CLUSTER: &str = "ApMon_JobMon";

/// The full name of this host, as far as it is known.
pub fn host() -> String {
    full_name(&Roots::default()).unwrap_or_default()
}

/// The node of a job on a host, with its first process: `HOST:PID`.
pub fn job_node(host: &str, pid: u32) -> String {
    format!("{host}:{pid}")
}
