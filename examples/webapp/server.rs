//! A minimal web server: threads that accept, read a request, answer it.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mmstats::StatsFile;

use crate::stats::{self, STATS};

/// How long a connection may be idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// A request's line and headers together.
const LARGEST_REQUEST: u64 = 8 * 1024;

pub struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Listens on 127.0.0.1. When it returns, every worker has its stats file.
    pub fn start(port: u16, workers: usize) -> io::Result<Self> {
        let listener = Arc::new(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?);
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(std::sync::Barrier::new(workers + 1));
        let workers = (0..workers)
            .map(|_| {
                let (listener, stopping) = (Arc::clone(&listener), Arc::clone(&stopping));
                let ready = Arc::clone(&ready);
                thread::spawn(move || {
                    STATS.with(|_| ());
                    ready.wait();
                    while !stopping.load(Ordering::Acquire) {
                        serve_next(&listener, &stopping);
                    }
                })
            })
            .collect();
        ready.wait();
        Ok(Self { address, stopping, workers })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the workers.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::Release);
        for worker in self.workers {
            while !worker.is_finished() {
                // One that waits in `accept` gets something to accept.
                drop(TcpStream::connect(self.address));
                thread::yield_now();
            }
        }
    }
}

fn serve_next(listener: &TcpListener, stopping: &AtomicBool) {
    let Ok((stream, _)) = listener.accept() else { return };
    if stopping.load(Ordering::Acquire) {
        return;
    }
    let _busy = STATS.hold(|stats| &stats.busy);
    // A client that disconnects early is no error.
    let _ = serve(&stream, stopping);
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: &TcpStream, stopping: &AtomicBool) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE_TIMEOUT))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(target) = read_request(&mut reader)? {
        let (status, body) = STATS.time(|stats| &stats.render, || render(&target));
        count(status, &target, &body);
        answer(stream, status, &body)?;
        if stopping.load(Ordering::Acquire) {
            break;
        }
    }
    Ok(())
}

/// The target of a GET; an empty one for any other request. `None` at the connection's end.
fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<String>> {
    let mut reader = reader.take(LARGEST_REQUEST);
    let mut request = String::new();
    if reader.read_line(&mut request)? == 0 {
        return Ok(None);
    }
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let target = match request.split(' ').collect::<Vec<_>>()[..] {
        ["GET", target, _] => target.to_owned(),
        _ => String::new(),
    };
    Ok(Some(target))
}

fn render(target: &str) -> (u16, String) {
    match target {
        "/" => (
            200,
            "<!doctype html><title>webapp</title><p>Hello. See <a href=/status>/status</a>.\n"
                .repeat(8),
        ),
        "/500" => (500, "This page always fails.\n".to_owned()),
        "/status" => (200, status()),
        "" => (400, "Only GET is supported.\n".to_owned()),
        _ => (404, "There are /, /500 and /status.\n".to_owned()),
    }
}

/// The stats of all threads, read back from their files as any other process would.
fn status() -> String {
    let mut page = String::new();
    for file in stats::own_files().iter().flat_map(StatsFile::read) {
        for stat in file.stats() {
            let _ = writeln!(page, "{} {}", stat.label(), stat.value());
        }
        page.push('\n');
    }
    page
}

fn count(status: u16, target: &str, body: &str) {
    STATS.with(|stats| {
        match status {
            200..300 => stats.status_2xx.incr(),
            400..500 => stats.status_4xx.incr(),
            _ => stats.status_5xx.incr(),
        }
        stats.last_hit.set_now();
        stats.last_path.set(target);
        stats.response_size.record(body.len() as u64);
    });
}

fn answer(mut stream: &TcpStream, status: u16, body: &str) -> io::Result<()> {
    let kind = if body.starts_with('<') { "text/html" } else { "text/plain" };
    let response = format!(
        "HTTP/1.1 {status} \r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(response.as_bytes())
}
