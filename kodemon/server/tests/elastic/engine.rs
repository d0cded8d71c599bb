//! osmem-server: a program that speaks the OpenSearch API and keeps everything in memory.
//!
//! It stands in for the real ones, whose documentation says what kodemon relies on. It differs from
//! them: writes are searchable at once, a percentile is always one of the values, an index without
//! the field that is sorted by is no error, and everything is in one shard.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use mmstats_testing::http;
use mmstats_testing::required::is_installed;
use serde_json::Value;

/// An engine, which ends when it is dropped.
pub struct Engine {
    child: Child,
    pub address: SocketAddr,
}

impl Engine {
    /// Starts one; `None` if it isn't installed: the test is skipped.
    pub fn start() -> Option<Self> {
        if !is_installed("osmem-server") {
            return None;
        }
        let mut command = Command::new("osmem-server");
        command.args(["-addr", "127.0.0.1:0", "-no-stdin-watch", "-no-ja"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let address = said["url"].as_str().unwrap().strip_prefix("http://").unwrap();
        Some(Self { child, address: address.parse().unwrap() })
    }

    /// Its URL for kodemon.
    pub fn store(&self) -> String {
        format!("elasticsearch:http://{}", self.address)
    }

    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        http::get(self.address, path).json()
    }

    /// Sends it a request with a body, which must succeed.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: &str) {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        let form = "Content-Type: application/json\r\n";
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        let answer = http::send(self.address, &[&*head, form, &length, body].concat()).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
