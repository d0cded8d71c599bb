//! Clients that try to block a server: with endless heads, with responses that they don't read.

use std::future::pending;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use bytes::Bytes;
use mmstats_cli::address::Listen;
use mmstats_web::{AllowedHosts, Limits, Server, Workers};
use tokio::runtime;

/// Nothing here takes that long; what does has hung.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A server on its own thread, until the test ends.
fn serve(limits: Limits, router: Router) -> SocketAddr {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let server =
        runtime.block_on(Server::listen(anywhere, AllowedHosts::default(), limits)).unwrap();
    let Listen::Address(address) = *server.address() else { unreachable!() };
    thread::spawn(move || runtime.block_on(server.serve(router, pending())));
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = connect(address);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    stream
}

/// Everything up to the end of the connection, however it ends.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    let timed_out = end.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
    assert!(!timed_out, "the connection stays open");
    bytes
}

#[track_caller]
fn assert_answered(address: SocketAddr) {
    let answer = rest(&mut ask(address, "/"));
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"here"), "{answer:?}");
}

fn here() -> Router {
    Router::new().route("/", get(|| async { "here" }))
}

/// Bytes that are counted until they are dropped.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(self.0.len(), Ordering::Relaxed);
    }
}

/// A server whose responses at `/large` have this size, and the number of their bytes in memory.
fn large(limits: Limits, size: usize) -> (SocketAddr, Arc<AtomicUsize>) {
    let alive = Arc::new(AtomicUsize::new(0));
    let answer = move |State(alive): State<Arc<AtomicUsize>>| async move {
        alive.fetch_add(size, Ordering::Relaxed);
        Body::from(Bytes::from_owner(Counted(vec![b'x'; size], alive)))
    };
    let router = Router::new().route("/large", get(answer)).with_state(Arc::clone(&alive));
    (serve(limits, router.merge(here())), alive)
}

#[test]
fn endless_headers_keep_nobody_out() {
    const MAX_CONNECTIONS: usize = 8;
    // No header times out in this test.
    let limits = Limits {
        max_connections: MAX_CONNECTIONS,
        header_timeout: 2 * TIMEOUT,
        ..Limits::default()
    };
    let address = serve(limits, here());
    let mut halves: Vec<_> = (0..3 * MAX_CONNECTIONS)
        .map(|_| {
            let mut half = connect(address);
            half.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
            half
        })
        .collect();
    assert_answered(address);
    // The oldest was evicted.
    assert_eq!(rest(&mut halves[0]), b"");
    let last = halves.last_mut().unwrap();
    last.write_all(b"localhost\r\nConnection: close\r\n\r\n").unwrap();
    assert!(rest(last).ends_with(b"here"), "the latest is answered");
}

#[test]
fn dripping_headers_have_one_timeout() {
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::default() };
    let address = serve(limits, here());
    let mut stream = connect(address);
    let began = Instant::now();
    // Never silent for as long as the timeout.
    while stream.write_all(b"G").is_ok() {
        assert!(began.elapsed() < TIMEOUT, "it may drip forever");
        thread::sleep(Duration::from_millis(20));
    }
    assert_answered(address);
}

#[test]
fn unread_responses_take_little_memory() {
    const SIZE: usize = 8 << 20;
    const LIMIT: usize = 3 * SIZE;
    let (address, alive) = large(Limits { response_budget: LIMIT, ..Limits::default() }, SIZE);
    let mut clients = Vec::new();
    for _ in 0..24 {
        let mut client = ask(address, "/large");
        // The response has begun.
        client.read_exact(&mut [0; 100]).unwrap();
        clients.push(client);
        let alive = alive.load(Ordering::Relaxed);
        assert!(alive <= LIMIT + SIZE, "{alive} bytes");
    }
    assert_answered(address);
    let whole = clients.iter_mut().map(rest).filter(|answer| answer.len() >= SIZE).count();
    assert_eq!(whole, LIMIT / SIZE, "those that fit are complete");
}

#[test]
fn a_client_that_reads_too_slowly_is_closed() {
    const SIZE: usize = 32 << 20;
    let limits = Limits {
        write_timeout: Duration::from_millis(500),
        write_timeout_bytes: 4 << 20,
        ..Limits::default()
    };
    let (address, alive) = large(limits, SIZE);
    let mut slow = ask(address, "/large");
    slow.read_exact(&mut [0; 100]).unwrap();
    let began = Instant::now();
    while alive.load(Ordering::Relaxed) > 0 {
        assert!(began.elapsed() < TIMEOUT, "it may take forever");
        let _ = slow.read(&mut [0; 1_000]);
        thread::sleep(Duration::from_millis(10));
    }
    assert!(rest(&mut slow).len() < SIZE, "it isn't closed");
    assert!(rest(&mut ask(address, "/large")).len() > SIZE, "a client that reads gets all of it");
}

#[test]
fn a_long_job_blocks_no_other_route() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Arc::new(std::sync::Mutex::new(released));
    let workers = Workers::new(1);
    let work = move || {
        let released = Arc::clone(&released);
        let workers = workers.clone();
        async move { workers.run(move || released.lock().unwrap().recv().is_err()).await.map(drop) }
    };
    let address = serve(Limits::default(), here().route("/work", get(work)));
    let mut waiting = ask(address, "/work");
    assert_answered(address);
    drop(release);
    assert!(rest(&mut waiting).starts_with(b"HTTP/1.1 200 OK"));
}
