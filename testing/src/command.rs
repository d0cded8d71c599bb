//! Commands that run to completion within a time limit.

use std::ffi::OsStr;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::TIMEOUT;

/// What a command wrote, and its exit code.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The environment variables that tools read.
const VARIABLES: [&str; 15] = [
    "APMON_PASSWORD",
    "KODEMON_ELASTICSEARCH_PASSWORD",
    "KODEMON_HOST",
    "KODEMON_PORT",
    "KODEMON_TOKEN",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "MMASH_SETTINGS",
    "MMSTATS_FILES",
    "MMSTATS_GLOB",
    "MMSTATS_PATH",
    "NO_COLOR",
    "TMPDIR",
    "XDG_STATE_HOME",
];

/// A tool with no settings in its environment except the test's.
pub fn tool(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command.env("TZ", "UTC").stdin(Stdio::null());
    command
}

/// The same command, started with these signals ignored, as with `nohup` or in the background of a
/// script.
pub fn ignoring(signals: &[Signal], command: &Command) -> Command {
    let names: Vec<_> = signals.iter().map(|signal| (*signal as i32).to_string()).collect();
    let names = names.join(" ");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("trap '' {names}; exec \"$0\" \"$@\""));
    shell.stdin(Stdio::null());
    within(shell, command)
}

/// The outer command with the other one as its last arguments.
pub fn within(mut outer: Command, command: &Command) -> Command {
    outer.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// Runs a command to completion. If it hangs, it is killed and the test fails.
pub fn run(command: &mut Command) -> Run {
    run_into(command, Stdio::piped())
}

/// The same with another stdout.
pub fn run_into(command: &mut Command, stdout: impl Into<Stdio>) -> Run {
    let child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed());
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(TIMEOUT) else {
        kill(pid, Signal::SIGKILL).unwrap();
        panic!("{command:?} hangs");
    };
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("tools write UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The id of a process that has ended.
pub fn dead_pid() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

/// A full pipe that nobody reads.
pub fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    writer.write_all(&vec![b'x'; size as usize]).unwrap();
    (reader, writer)
}
