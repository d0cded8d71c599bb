//! For the tests of the tools: real processes with a time limit, and files made by hand.
#![allow(dead_code, reason = "each test uses a part")]

pub mod built;
pub mod foreign;
pub mod http;
pub mod prometheus;
pub mod server;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, PipeReader, PipeWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Nothing here takes that long; a tool that does hangs.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What a tool said and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// What tools heed in their environment.
const HEEDED: [&str; 12] = [
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
];

/// A tool with nothing in its environment that the tests didn't put there.
pub fn tool(path: &str) -> Command {
    let mut command = Command::new(path);
    for name in HEEDED {
        command.env_remove(name);
    }
    command.env("TZ", "UTC").stdin(Stdio::null());
    command
}

/// The same command, started with these signals ignored, as by `nohup` or in the background of a
/// script.
pub fn ignoring(signals: &[Signal], command: &Command) -> Command {
    let names: Vec<_> = signals.iter().map(|signal| (*signal as i32).to_string()).collect();
    let names = names.join(" ");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("trap '' {names}; exec \"$0\" \"$@\""));
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Runs a command to its end. One that hangs is killed, and the test fails.
pub fn run(command: &mut Command) -> Run {
    run_into(command, Stdio::piped())
}

/// The same with a stdout that isn't read here.
pub fn run_into(command: &mut Command, stdout: impl Into<Stdio>) -> Run {
    let child = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed());
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(PATIENCE) else {
        kill(pid, Signal::SIGKILL).unwrap();
        panic!("{command:?} hangs");
    };
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("tools write UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Whether a program can be run; said aloud where it can't, as the test is skipped then.
pub fn is_installed(program: &str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders).any(|folder| folder.join(program).is_file());
    if !found {
        eprintln!("SKIPPED: {program} isn't installed");
    }
    found
}

/// The id of a process that is gone.
pub fn gone() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

/// One field of a file as the original writes it. Buffered values come twice.
pub fn field(label: impl AsRef<[u8]>, signature: &str, write_buffer: u8, values: &[u8]) -> Vec<u8> {
    let label = label.as_ref();
    [
        &(label.len() as u16).to_ne_bytes(),
        label,
        &(signature.len() as u16).to_ne_bytes(),
        signature.as_bytes(),
        &[write_buffer],
        values,
    ]
    .concat()
}

/// A file of version 1 with these fields and a terminator.
pub fn content(fields: &[Vec<u8>]) -> Vec<u8> {
    [&[1], &*fields.concat(), &[0, 0]].concat()
}

/// A file of the original whose writer is `pid`, with one counter more.
pub fn original(pid: u32) -> Vec<u8> {
    let hits = [7_u64.to_ne_bytes(), 8_u64.to_ne_bytes()].concat();
    content(&[field("sys.pid", "I", 0xff, &pid.to_ne_bytes()), field("hits", "Q", 1, &hits)])
}

/// Writes a file into a directory and gives its path.
pub fn write(directory: &Path, name: impl AsRef<OsStr>, content: &[u8]) -> PathBuf {
    let path = directory.join(name.as_ref());
    fs::write(&path, content).unwrap();
    path
}

/// A pipe that takes nothing more, and nobody reads.
pub fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    let size = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    writer.write_all(&vec![b'x'; size as usize]).unwrap();
    (reader, writer)
}
