//! The command under test.

use std::ffi::OsStr;
use std::process::{Child, Command};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::command::tool;
use mmstats_testing::figures::FigureReceiver;

/// Takes the figures of all commands that none else takes.
static OTHERS: LazyLock<FigureReceiver> = LazyLock::new(FigureReceiver::start);

/// `apmon run` without a command yet, with these arguments.
pub fn apmon<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut apmon = tool(env!("CARGO_BIN_EXE_apmon"));
    apmon.arg("run").args(arguments);
    apmon
}

/// The same for this destination.
pub fn apmon_to(receiver: &FigureReceiver) -> Command {
    apmon(["-d".to_owned(), receiver.destination()])
}

/// `apmon run` with this command, which has its arguments to come.
pub fn apmon_run(command: impl AsRef<OsStr>) -> Command {
    let mut apmon = apmon_to(&OTHERS);
    apmon.arg("--").arg(command);
    apmon
}

/// `apmon run` with a script.
pub fn apmon_run_script(script: &str) -> Command {
    let mut apmon = apmon_run("sh");
    apmon.args(["-c", script]);
    apmon
}

/// Waits for the end of a command, and returns its exit code.
#[track_caller]
pub fn end(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("it doesn't end");
        }
        thread::sleep(Duration::from_millis(2));
    }
}
