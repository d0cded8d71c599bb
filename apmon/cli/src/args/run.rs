//! The arguments of `apmon run`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::figures::FigureArguments;
use super::sender::SenderArguments;
use crate::names::JOB_CLUSTER;

const EXAMPLES: &str = "\
Examples:
  apmon run -d ml.example.org -- ./analysis --events 1000
  apmon run --config /etc/apmon.conf --cluster Tier2_Jobs --node job.17 \\
      --work-dir \"$PWD\" --interval 1m -- ./analysis --events 1000
  apmon run -d ml.example.org --set sys_monitoring=on -- make
                                     figures of the host, too";

const SENT: &str = "\
What is sent:
  Every two minutes, or as --interval says, cpu_time, rss, processes and the
  other figures of the job: the command, its descendants, and those whose parents
  ended, which this program adopts. When the command has ended, a last time with
    exit_code or exit_signal
    run_time   seconds
    cpu_time   seconds of user and system time of all processes that ended
    max_rss    KiB, the most that one process had in memory at once; some MiB at
               least, as it begins as a copy of this program
  What the command leaves running counts up to then, and goes on alone.";

const SIGNALS: &str = "\
Signals:
  HUP, INT, QUIT, TERM, USR1, USR2, ALRM, WINCH and XCPU are passed on to the
  command. It gets those of the terminal's keys by itself, and they aren't passed
  on. A signal that another process sends to the whole process group reaches the
  command twice: send it to this process alone, kill PID. KILL, and signals of
  real time, end only this process; the command goes on without figures.";

const ENVIRONMENT: &str = "\
Environment:
  APMON_PASSWORD  password for the destinations of -d. The command sees it, too;
                  it doesn't see that of --password-file
  LC_ALL, LC_CTYPE, LANG
                  the first one set is the locale; without UTF-8, text is ASCII";

const EXIT_CODES: &str = "\
Exit codes:
  2    wrong arguments; the command isn't started
  126  the command can't be executed
  127  there is no such command
  128 + N  the command was ended by signal N: 143 by SIGTERM
  otherwise that of the command";

/// Run a command and send figures of it
///
/// The command isn't delayed, and doesn't fail, whatever happens to its monitoring: it is started first,
/// and a destination or configuration that can't be used is only reported on stderr. It has stdin,
/// stdout, stderr, environment, working directory and process group of this program.
///
/// When the command has ended, this program ends within 3 seconds, in which final figures are sent.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "apmon run [OPTIONS] -- COMMAND [ARG]...",
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{SENT}\n\n{SIGNALS}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}")
)]
pub struct RunArguments {
    #[command(flatten)]
    pub sender: SenderArguments,

    #[command(flatten)]
    pub figures: FigureArguments,

    /// The cluster of the job's figures
    #[arg(long, value_name = "CLUSTER", default_value = JOB_CLUSTER)]
    pub cluster: String,

    /// The node of the job's figures [default: HOST:PID, with the command's process id]
    #[arg(long, value_name = "NODE")]
    pub node: Option<String>,

    /// Send the size of this directory, and how full its file system is
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,

    /// The command and its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    pub command: Vec<OsString>,
}
