//! The arguments of `apmon monitor`.

use std::str::FromStr;

use clap::Args;

use super::figures::FigureArguments;
use super::sender::SenderArguments;
use super::stats::StatsArguments;

const EXAMPLES: &str = "\
Examples:
  apmon monitor -d ml.example.org    figures of this host, every two minutes
  apmon monitor --config /etc/apmon.conf --cluster Tier2_Nodes --node wn001
  apmon monitor -d ml.example.org --job 4242:/scratch/job17,Tier2_Jobs,job.17
                                     and of process 4242 and its descendants
  apmon monitor -d ml.example.org --stats
                                     and what programs here publish as stats
  apmon monitor -d ml.example.org --interval 10s --set general_info=off";

const ENVIRONMENT: &str = "\
Environment:
  APMON_PASSWORD  password for the destinations of -d
  MMSTATS_GLOB    the stats files that --stats sends if none are given, as a glob
  MMSTATS_PATH    else their directory
  LC_ALL, LC_CTYPE, LANG
                  the first one set is the locale; without UTF-8, text is ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  0  ended by SIGTERM
  2  an error, reported on stderr
  130  ended by Ctrl-C";

/// Send figures of this host and of jobs
///
/// Sends what the host's processors, memory, disks, network, sockets and processes do, and every second
/// time what the host is. A figure that can't be read is left out. The first packet is sent at a random
/// moment within the interval; it lacks the figures that need two samples.
///
/// SIGHUP reads the configuration again. At the end, final figures of each job are sent.
#[derive(Args, Clone, Debug)]
#[expect(clippy::doc_markdown, reason = "shown verbatim in the help")]
#[command(
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub struct MonitorArguments {
    #[command(flatten)]
    pub sender: SenderArguments,

    #[command(flatten)]
    pub figures: FigureArguments,

    /// The cluster of the host's figures
    #[arg(long, value_name = "CLUSTER", default_value = "ApMon_SysMon")]
    pub cluster: String,

    /// The node of the host's figures [default: the full name of this host]
    #[arg(long, value_name = "NODE")]
    pub node: Option<String>,

    /// Send figures of this process and its descendants, too (repeatable)
    ///
    /// DIR is the job's work directory: its size and how full its file system is are sent, too. Without
    /// CLUSTER it is ApMon_JobMon, and without NODE HOST:PID. When the process has ended, final figures of
    /// the job are sent.
    #[arg(long, value_name = "PID[:DIR][,CLUSTER[,NODE]]")]
    pub job: Vec<JobArgument>,

    #[command(flatten)]
    pub stats: StatsArguments,
}

/// A job: process, work directory, cluster and node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobArgument {
    pub pid: u32,
    pub work_dir: Option<String>,
    pub cluster: Option<String>,
    pub node: Option<String>,
}

impl FromStr for JobArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut parts = text.splitn(3, ',');
        let process = parts.next().unwrap_or_default();
        let (pid, work_dir) = process.split_once(':').unwrap_or((process, ""));
        let pid = pid.parse().ok().filter(|pid| *pid > 0);
        let pid = pid.ok_or("expected a process id, then perhaps :DIR, and ,CLUSTER,NODE")?;
        let mut name = || parts.next().and_then(given);
        let (cluster, node) = (name(), name());
        Ok(Self { pid, work_dir: given(work_dir), cluster, node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_may_lack_all_but_its_process() {
        let job = |pid, parts: [Option<&str>; 3]| {
            let [work_dir, cluster, node] = parts.map(|part| part.map(str::to_owned));
            Ok(JobArgument { pid, work_dir, cluster, node })
        };
        for (text, expected) in [
            ("42", job(42, [None, None, None])),
            ("42:/scratch", job(42, [Some("/scratch"), None, None])),
            ("42,Jobs", job(42, [None, Some("Jobs"), None])),
            ("42:/a:b,Jobs,job.17", job(42, [Some("/a:b"), Some("Jobs"), Some("job.17")])),
            ("42,,a,b", job(42, [None, None, Some("a,b")])),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        for text in ["", "0", "-1", "x", ":/scratch", "42 ", "99999999999"] {
            assert!(text.parse::<JobArgument>().is_err(), "{text}");
        }
    }
}
