//! `apmon receive` as a process, and its stats.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver as Lines, channel};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::StatsFile;
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::tool;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use tempfile::TempDir;

/// The pause between two looks while waiting.
const INTERVAL: Duration = Duration::from_millis(5);

/// How many packets are sent before waiting until they are received.
const AT_ONCE: usize = 100;

/// Its stats without `apmon.receive.`.
pub type Counts = BTreeMap<String, i64>;

/// One that runs until it is dropped.
pub struct Receiver {
    child: Child,
    pub udp: Vec<SocketAddr>,
    stderr: Mutex<Lines<String>>,
    sender: UdpSocket,
    directory: TempDir,
}

/// The command; its stats go into this directory.
pub fn command(directory: &Path) -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
    command.arg("receive").env("MMSTATS_PATH", directory);
    command
}

impl Receiver {
    /// Starts one on a port of 127.0.0.1, with further arguments. Its stdout is a pipe.
    #[track_caller]
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_into(arguments, Stdio::piped())
    }

    /// The same with another stdout.
    #[track_caller]
    pub fn start_into(arguments: &[&str], stdout: impl Into<Stdio>) -> Self {
        let directory = TempDir::new().unwrap();
        let mut command = command(directory.path());
        command.args(["--udp", "127.0.0.1:0"]).args(arguments).stdout(stdout);
        Self::of(&mut command, directory)
    }

    /// From a command whose stdout is set, with its stats directory.
    #[track_caller]
    pub fn of(command: &mut Command, directory: TempDir) -> Self {
        let sockets = command.get_args().filter(|argument| *argument == "--udp").count();
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (said, stderr) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| said.send(line)));
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        let stderr = Mutex::new(stderr);
        let mut receiver = Self { child, udp: Vec::new(), stderr, sender, directory };
        while receiver.udp.len() < sockets {
            let line = receiver.report();
            if let Some(address) = line.strip_prefix("apmon: receiving on udp://") {
                receiver.udp.push(address.parse().unwrap());
            }
        }
        receiver
    }

    /// The next line of its stderr.
    #[track_caller]
    pub fn report(&self) -> String {
        self.stderr.lock().unwrap().recv_timeout(TIMEOUT).expect("it reports something")
    }

    /// The rest of its stderr, once it has ended.
    #[track_caller]
    pub fn reports(&self) -> Vec<String> {
        let stderr = self.stderr.lock().unwrap();
        std::iter::from_fn(|| stderr.recv_timeout(TIMEOUT).ok()).collect()
    }

    /// Sends a packet.
    pub fn send(&self, packet: &[u8]) {
        self.sender.send_to(packet, self.udp[0]).unwrap();
    }

    /// Where its packets come from.
    pub fn sends_from(&self) -> SocketAddr {
        self.sender.local_addr().unwrap()
    }

    /// Its stdout.
    pub fn stdout(&mut self) -> std::process::ChildStdout {
        self.child.stdout.take().unwrap()
    }

    /// Where its stats files are.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Its stats.
    #[track_caller]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for path in mmstats::find([self.directory()]).paths() {
            // A node's file may be gone by now.
            let Ok(file) = StatsFile::read(path) else { continue };
            counts.extend(file.stats().filter_map(|stat| {
                let label = stat.label();
                Some((label.strip_prefix("apmon.receive.")?.to_owned(), stat.value().as_i64()?))
            }));
        }
        counts
    }

    /// Waits until its stats are as wanted.
    #[track_caller]
    pub fn until(&self, are_wanted: impl Fn(&Counts) -> bool) -> Counts {
        let began = Instant::now();
        loop {
            let counts = self.counts();
            if are_wanted(&counts) {
                return counts;
            }
            assert!(began.elapsed() < TIMEOUT, "never: {counts:?}");
            thread::sleep(INTERVAL);
        }
    }

    /// Waits until each of this many packets that were sent is counted as received or dropped, and
    /// none waits; checks the sums.
    #[track_caller]
    pub fn until_all_counted(&self, sent: i64) -> Counts {
        let counts = self.until(|counts| {
            let counted = counts["packets"] + counts["dropped.kernel"];
            assert!(counted <= sent, "{counted} of {sent}");
            counted == sent && counts["waiting"] == 0
        });
        assert_sums(&counts);
        counts
    }

    /// Sends packets and waits until they are received: so few at once that the kernel drops none.
    #[track_caller]
    pub fn send_all(&self, packets: &[Vec<u8>]) {
        let mut received = self.counts()["packets"];
        for some in packets.chunks(AT_ONCE) {
            for packet in some {
                self.send(packet);
            }
            received += some.len() as i64;
            self.until(|counts| counts["packets"] == received);
        }
    }

    /// The same; returns their counts once none waits.
    #[track_caller]
    pub fn counts_of(&self, packets: &[Vec<u8>]) -> Counts {
        let before = self.counts();
        self.send_all(packets);
        let sent = before["packets"] + before["dropped.kernel"] + packets.len() as i64;
        let after = self.until_all_counted(sent);
        after.into_iter().map(|(label, count)| (label.clone(), count - before[&label])).collect()
    }

    /// Does something while it is stopped.
    pub fn while_stopped(&self, action: impl FnOnce()) {
        self.signal(Signal::SIGSTOP);
        waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).unwrap();
        action();
        self.signal(Signal::SIGCONT);
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Its memory in kilobytes.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Waits until it ends. Returns its exit code.
    #[track_caller]
    pub fn ended(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < TIMEOUT, "it doesn't end");
            thread::sleep(INTERVAL);
        }
    }

    /// Ends it with a signal. Returns its exit code and what it showed.
    #[track_caller]
    pub fn end(&mut self, signal: Signal) -> (Option<i32>, String) {
        self.signal(signal);
        let mut shown = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut shown).unwrap();
        }
        (self.ended(), shown)
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Checks that every packet is counted exactly once.
#[track_caller]
pub fn assert_sums(counts: &Counts) {
    let rejected: i64 =
        counts.range("rejected.".to_owned().."rejected/".to_owned()).map(|it| it.1).sum();
    assert_eq!(counts["packets"], counts["accepted"] + rejected, "{counts:?}");
    let became = counts["shown"] + counts["dropped.queue"] + counts["waiting"];
    assert_eq!(counts["accepted"], became, "{counts:?}");
}
