//! Prometheus as a process, and queries to it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::TIMEOUT;
use crate::http::percent_encoded;
use crate::stats_dir::write;

/// How often it scrapes.
pub const SCRAPE_INTERVAL: Duration = Duration::from_millis(200);

/// A Prometheus that scrapes some targets. Killed when dropped.
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    _directory: Arc<TempDir>,
}

impl Prometheus {
    /// Starts it; each target is a job's name and an address.
    pub fn start(targets: &[(&str, SocketAddr)]) -> Self {
        Self::start_in(TempDir::new().unwrap(), targets)
    }

    /// Starts it with the blocks in the folder `data` of a directory, however old they are.
    pub fn of_blocks(directory: TempDir) -> Self {
        Self::start_in(directory, &[])
    }

    fn start_in(directory: TempDir, targets: &[(&str, SocketAddr)]) -> Self {
        let time = format!("{}ms", SCRAPE_INTERVAL.as_millis());
        let global = format!("global: {{scrape_interval: {time}, scrape_timeout: {time}}}\n");
        let targets = targets.iter().map(|(job, address)| {
            format!("- {{job_name: {job}, static_configs: [{{targets: ['{address}']}}]}}\n")
        });
        let config = [global, "scrape_configs:\n".into()].into_iter().chain(targets);
        let config = config.collect::<String>();
        let config = write(directory.path(), "prometheus.yml", config.as_bytes());
        let directory = Arc::new(directory);
        for _ in 0..5 {
            // It doesn't report a port that the system chose, so it gets one that was free.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let child = Command::new("prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", directory.path().join("data").display()))
                .arg("--storage.tsdb.retention.time=100y")
                .arg(format!("--web.listen-address={address}"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut started = Self { child, address, _directory: Arc::clone(&directory) };
            if started.answers() {
                return started;
            }
        }
        panic!("prometheus doesn't start");
    }

    /// Waits until it responds; `false` if it ended because the port was taken meanwhile.
    fn answers(&mut self) -> bool {
        let began = Instant::now();
        while self.ask("status/runtimeinfo").is_none() {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(began.elapsed() < TIMEOUT, "prometheus doesn't answer");
            thread::sleep(Duration::from_millis(20));
        }
        true
    }

    /// Calls its API; `None` if it doesn't respond yet.
    pub fn ask(&self, path: &str) -> Option<Value> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        // HTTP/1.0 has no chunked responses.
        write!(stream, "GET /api/v1/{path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        let answer: Value = serde_json::from_str(body).ok()?;
        assert_eq!(answer["status"], "success", "{path}: {answer}");
        Some(answer["data"].clone())
    }

    /// The one series of a query's result.
    pub fn query(&self, query: &str, time: Option<f64>) -> Option<Value> {
        let time = time.map(|time| format!("&time={time}")).unwrap_or_default();
        let data = self.ask(&format!("query?query={}{time}", percent_encoded(query)))?;
        let [series] = &data["result"].as_array()?[..] else {
            return None;
        };
        Some(series.clone())
    }

    /// A query's number.
    pub fn number(&self, query: &str, time: Option<f64>) -> Option<f64> {
        parse(&self.query(query, time)?["value"][1])
    }

    /// Waits until a query's number is as wanted, and returns it.
    #[track_caller]
    pub fn wait_for(&self, query: &str, is_wanted: impl Fn(f64) -> bool) -> f64 {
        let began = Instant::now();
        loop {
            let found = self.number(query, None);
            if let Some(number) = found.filter(|number| is_wanted(*number)) {
                return number;
            }
            assert!(began.elapsed() < TIMEOUT, "{query} is {found:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number in a response.
pub fn parse(number: &Value) -> Option<f64> {
    number.as_str()?.parse().ok()
}
