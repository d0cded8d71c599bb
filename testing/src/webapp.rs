//! The program `webapp` as a child process, and requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::programs::built;

/// A running webapp. Killed when dropped.
pub struct Webapp {
    child: Child,
    /// Its process id in its own namespace.
    pub pid: u32,
    pub address: String,
    output: Option<JoinHandle<String>>,
}

/// How a webapp ended.
pub struct End {
    pub status: ExitStatus,
    pub output: String,
}

impl Webapp {
    /// Starts a webapp that publishes in `directory`; returns when it serves requests.
    pub fn start(directory: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(built("webapp"));
        command.env_remove("MMSTATS_FILES");
        Self::start_by(command, directory, arguments)
    }

    /// The same with a command that ends with the program.
    pub fn start_by(mut command: Command, directory: &Path, arguments: &[&str]) -> Self {
        let mut child = command
            .args(arguments)
            .env("MMSTATS_PATH", directory)
            .env_remove("MMSTATS_GLOB")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the webapp starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the webapp introduces itself");
        let words: Vec<_> = line.split_whitespace().collect();
        let ["Process", pid, "answers", "on", url] = words[..] else {
            panic!("the webapp says {line:?}");
        };
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let pid = pid.parse().expect("a process id");
        Self { child, pid, address, output: Some(collect(stdout, line)) }
    }

    pub fn kill(mut self) -> End {
        self.child.kill().expect("it still runs");
        self.wait()
    }

    pub fn signal(self, signal: Signal) -> End {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("it still runs");
        self.wait()
    }

    pub fn wait(mut self) -> End {
        let status = self.child.wait().expect("a child can be awaited");
        let output = self.output.take().expect("nobody else takes it");
        End { status, output: output.join().expect("the collector doesn't panic") }
    }

    /// Makes this many requests on one connection and reads the responses.
    pub fn request(&self, target: &str, times: u64) {
        let stream = TcpStream::connect(&self.address).expect("the webapp listens");
        stream.set_nodelay(true).expect("a TCP stream");
        let mut reader = BufReader::new(&stream);
        let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        for _ in 0..times {
            (&stream).write_all(request.as_bytes()).expect("the webapp reads");
            let mut size = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).expect("the webapp answers") > 2 {
                if let Some(value) = line.strip_prefix("Content-Length: ") {
                    size = value.trim().parse().expect("a size");
                }
                line.clear();
            }
            reader.read_exact(&mut vec![0; size]).expect("the whole answer");
        }
    }
}

impl Drop for Webapp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl End {
    pub fn was_signalled(&self) -> Option<i32> {
        self.status.signal()
    }
}

fn collect(mut stdout: BufReader<ChildStdout>, mut output: String) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut rest = Vec::new();
        let _ = stdout.read_to_end(&mut rest);
        output.push_str(&String::from_utf8_lossy(&rest));
        output
    })
}
