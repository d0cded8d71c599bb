//! What a command has used when it ends.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use apmon::Parameter;
use nix::sys::resource::{Usage as Resources, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// The moment before the command starts.
#[derive(Debug)]
pub struct Begin {
    time: Instant,
    /// Of children that were reaped, perhaps before this program was executed.
    children: Option<Resources>,
}

/// A command that has ended, with its descendants that were waited for.
#[derive(Debug)]
pub struct Usage {
    status: ExitStatus,
    run_time: Duration,
    /// In seconds.
    cpu_time: Option<f64>,
    /// In KiB.
    max_rss: Option<i64>,
}

impl Begin {
    pub fn now() -> Self {
        Self { time: Instant::now(), children: children() }
    }

    /// How long ago it was.
    pub fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    /// What was used up to now, when the command and everything else that ended is reaped.
    pub fn usage(&self, status: ExitStatus, run_time: Duration) -> Usage {
        let both = self.children.as_ref().zip(children());
        let cpu_time = both.map(|(before, now)| (cpu_time(&now) - cpu_time(before)) as f64 / 1e6);
        // The kernel has only the greatest. If that didn't grow, it may be of an earlier child.
        let grown = both.filter(|(before, now)| now.max_rss() > before.max_rss());
        let max_rss = grown.map(|(_, now)| now.max_rss());
        Usage { status, run_time, cpu_time, max_rss }
    }
}

impl Usage {
    /// As they are sent.
    pub fn parameters(&self) -> Vec<Parameter<'static>> {
        let ending = match (self.status.code(), self.status.signal()) {
            (Some(code), _) => Some(("exit_code", code)),
            (None, signal) => signal.map(|signal| ("exit_signal", signal)),
        };
        let ending = ending.map(|(name, number)| Parameter::new(name, number));
        let run_time = Parameter::new("run_time", self.run_time.as_secs_f64());
        let cpu_time = self.cpu_time.map(|seconds| Parameter::new("cpu_time", seconds));
        let max_rss = self.max_rss.map(|size| Parameter::new("max_rss", size));
        ending.into_iter().chain([run_time]).chain(cpu_time).chain(max_rss).collect()
    }

    /// The exit code that a shell has for it.
    pub fn exit_code(&self) -> u8 {
        let code = self.status.code().or(self.status.signal().map(|signal| 128 + signal));
        code.map_or(u8::MAX, |code| code as u8)
    }
}

fn children() -> Option<Resources> {
    getrusage(UsageWho::RUSAGE_CHILDREN).ok()
}

/// In microseconds.
fn cpu_time(used: &Resources) -> i64 {
    (used.user_time() + used.system_time()).num_microseconds()
}
