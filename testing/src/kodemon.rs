//! kodemon as a process with its own store, and messages to it.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::TIMEOUT;
use crate::command::tool;
use crate::programs::built;
use crate::server::Server;

/// The pause between two requests while waiting.
const INTERVAL: Duration = Duration::from_millis(10);

/// A kodemon that runs until it is dropped.
pub struct Kodemon {
    pub server: Server,
    pub udp: SocketAddr,
    sender: UdpSocket,
}

impl Kodemon {
    /// One with its store and its telemetry in this directory.
    #[track_caller]
    pub fn start(directory: &Path) -> Self {
        Self::of(&mut command(directory))
    }

    /// From a command with one UDP socket.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let mut server = Server::start(command);
        let line = server.next_line();
        let udp = line.strip_prefix("udp://").unwrap_or_else(|| panic!("{line:?} is no address"));
        let udp = udp.parse().unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        Self { server, udp, sender }
    }

    /// Sends these bytes.
    pub fn send(&self, datagram: impl AsRef<[u8]>) {
        self.sender.send_to(datagram.as_ref(), self.udp).unwrap();
    }

    /// Sends a message for a call that began this many seconds ago.
    pub fn call(&self, key: &str, execution_time: f64, ago: f64) {
        self.send(message(key, execution_time, now() - ago).to_string());
    }

    /// Its health.
    #[track_caller]
    pub fn health(&self) -> Value {
        self.server.get("/api/health").json()
    }

    /// Waits until its health is as wanted.
    #[track_caller]
    pub fn until(&self, said: impl Fn(&Value) -> bool) -> Value {
        self.until_at("/api/health", said)
    }

    /// Waits until the response at a path is as wanted.
    #[track_caller]
    pub fn until_at(&self, path: &str, said: impl Fn(&Value) -> bool) -> Value {
        until(|| self.json(path), said)
    }

    /// Waits until this many messages are stored in total.
    #[track_caller]
    pub fn until_stored(&self, messages: u64) {
        self.until(|health| health["stores"]["sqlite"]["stored"] == messages);
    }

    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let answer = self.server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

/// Asks until the answer is as wanted.
#[track_caller]
pub fn until(ask: impl Fn() -> Value, said: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let answer = ask();
        if said(&answer) {
            return answer;
        }
        assert!(began.elapsed() < TIMEOUT, "never: {answer:#}");
        thread::sleep(INTERVAL);
    }
}

/// A kodemon, and the directory of its store.
pub fn start() -> (TempDir, Kodemon) {
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::start(directory.path());
    (directory, kodemon)
}

/// kodemon with a store in this directory, on ports that the system chooses.
pub fn command(directory: &Path) -> Command {
    let mut command = without_addresses(directory);
    command.args(["--udp", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    command
}

/// The same without listening addresses.
pub fn without_addresses(directory: &Path) -> Command {
    let mut command = tool(built("kodemon"));
    command.arg("--store").arg(store(directory)).env("MMSTATS_PATH", directory);
    command
}

/// Where the store is in a directory.
pub fn store(directory: &Path) -> PathBuf {
    directory.join("kodemon.db")
}

pub fn message(key: &str, execution_time: f64, timestamp: f64) -> Value {
    json!({"execution_time": execution_time, "timestamp": timestamp, "token": "test-token", "key": key})
}

pub fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64()
}
