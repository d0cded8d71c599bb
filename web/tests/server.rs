//! A server's limits, small enough to be reached at once.

use std::future::pending;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use mmstats_cli::address::Listen;
use mmstats_testing::http::{connect, receive, receive_head};
use mmstats_web::{AllowedHosts, Feed, Limits, Server};
use tokio::runtime;
use tokio::sync::{Semaphore, oneshot};

/// Nothing here takes that long.
const TIMEOUT: Duration = Duration::from_mins(1);
/// A limit that is reached at once.
const SHORT: Duration = Duration::from_millis(100);
/// Larger than the kernel's buffers of a connection.
const LARGE: usize = 64 << 20;

/// A server on its own thread.
struct Running {
    address: SocketAddr,
    reported: Arc<Mutex<Vec<String>>>,
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    fn start(limits: Limits, router: Router) -> Self {
        let reported = Arc::new(Mutex::new(Vec::new()));
        let (log, (address, listens)) = (Arc::clone(&reported), mpsc::channel());
        let (end, ended) = oneshot::channel();
        let serve = async move {
            let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
            let server = Server::listen(anywhere, AllowedHosts::default(), limits).await.unwrap();
            let Listen::Address(at) = *server.address() else { unreachable!() };
            address.send(at).unwrap();
            let server = server.on_response(move |request| {
                let line = format!("{} {} {}", request.method, request.uri, request.status);
                log.lock().unwrap().push(line);
            });
            server.serve(router, async { drop(ended.await) }).await;
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let thread = thread::spawn(move || runtime.block_on(serve));
        Self { address: listens.recv().unwrap(), reported, end, thread }
    }

    /// Shuts it down and waits for it.
    fn end(self) {
        self.end.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

fn short_answers() -> Router {
    Router::new().route("/", get(|| async { "here" }))
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// Sends these bytes on a new connection.
fn send(address: SocketAddr, bytes: &str) -> TcpStream {
    let mut connection = connect(address);
    connection.write_all(bytes.as_bytes()).unwrap();
    connection
}

#[track_caller]
fn assert_closed(connection: &mut TcpStream) {
    let read = connection.read(&mut [0; 64]);
    assert!(matches!(read, Ok(0)), "{read:?}");
}

/// Whether the connection is still open.
fn is_open(connection: &mut TcpStream) -> bool {
    connection.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
    let open = connection.read(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    connection.set_read_timeout(Some(TIMEOUT)).unwrap();
    open
}

#[test]
fn missing_headers_close_the_connection() {
    let limits = Limits { header_timeout: SHORT, ..Limits::default() };
    let running = Running::start(limits, short_answers());
    let mut silent = connect(running.address);
    let mut half = send(running.address, "GET / HTTP/1.1\r\nHost: local");
    let mut answered = send(running.address, &request("/"));
    assert_eq!(receive(&mut answered).expect("an answer").body, "here");
    assert_closed(&mut silent);
    assert_closed(&mut half);
    assert_closed(&mut answered);
}

#[test]
fn dripping_headers_close_the_connection() {
    let limits = Limits { header_timeout: SHORT, ..Limits::default() };
    let running = Running::start(limits, short_answers());
    let mut slow = send(running.address, "GET / HTTP/1.1\r\nHost: ");
    let started = Instant::now();
    while is_open(&mut slow) && slow.write_all(b"x").is_ok() {
        assert!(started.elapsed() < TIMEOUT, "it stays open");
    }
    let mut other = send(running.address, &request("/"));
    assert_eq!(receive(&mut other).expect("an answer").status, 200);
}

#[test]
fn a_connection_waits_while_all_are_active() {
    let limits = Limits { max_connections: 2, ..Limits::default() };
    let (turns, come) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (turn, comes) = (Arc::clone(&turns), Arc::clone(&come));
    let answered = get(async move || {
        comes.fetch_add(1, Ordering::SeqCst);
        turn.acquire().await.expect("it stays open").forget();
        "here"
    });
    let running = Running::start(limits, Router::new().route("/", answered));
    let mut both = [(); 2].map(|()| send(running.address, &request("/")));
    let started = Instant::now();
    while come.load(Ordering::SeqCst) < 2 {
        assert!(started.elapsed() < TIMEOUT, "they aren't answered");
        thread::yield_now();
    }
    let mut third = send(running.address, &request("/"));
    assert!(is_open(&mut third), "it waits");
    assert!(both.iter_mut().all(is_open), "neither is evicted");
    assert_eq!(come.load(Ordering::SeqCst), 2, "it is served beyond the limit");
    turns.add_permits(3);
    for connection in both.iter_mut().chain([&mut third]) {
        assert_eq!(receive(connection).expect("an answer").body, "here");
    }
}

#[test]
fn an_unread_response_is_abandoned() {
    let limits = Limits { max_connections: 1, write_timeout: SHORT, ..Limits::default() };
    let large = get(|| async { "x".repeat(LARGE) });
    let running = Running::start(limits, short_answers().route("/large", large));
    let mut unread = send(running.address, &request("/large"));
    // Only one connection is allowed: this one is served when the other is closed.
    let mut other = send(running.address, &request("/"));
    assert_eq!(receive(&mut other).expect("an answer").body, "here");
    let mut rest = Vec::new();
    let _ = unread.read_to_end(&mut rest);
    assert!(rest.len() < LARGE);
}

#[test]
fn a_response_that_takes_too_long_is_an_error() {
    let limits = Limits { response_timeout: SHORT, ..Limits::default() };
    let router = Router::new().route("/never", get(pending::<()>));
    let running = Running::start(limits, router);
    let answer = receive(&mut send(running.address, &request("/never"))).expect("an answer");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["error"], "no response within 100ms");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn on_response_sees_every_request_even_a_rejected_one() {
    let running = Running::start(Limits::default(), short_answers());
    let head = "HTTP/1.1\r\nHost: localhost\r\n";
    for lines in [
        format!("GET /?a=b {head}"),
        format!("GET /nowhere {head}"),
        format!("POST / {head}"),
        "GET / HTTP/1.1\r\nHost: evil.example\r\n".into(),
    ] {
        receive(&mut send(running.address, &format!("{lines}\r\n"))).expect("an answer");
    }
    let reported = [
        "GET /?a=b 200 OK",
        "GET /nowhere 404 Not Found",
        "POST / 405 Method Not Allowed",
        "GET / 421 Misdirected Request",
    ];
    assert_eq!(*running.reported.lock().unwrap(), reported);
}

/// Routes with a stream of this feed.
fn streaming(feed: &Arc<Feed>) -> Router {
    let feed = Arc::clone(feed);
    let stream = get(move || async move { feed.stream().expect("below the limit") });
    short_answers().route("/stream", stream)
}

#[test]
fn nothing_queues_up_for_a_client_that_does_not_read() {
    const UPDATES: usize = 1_000;
    let feed = Arc::new(Feed::new(2));
    let running = Running::start(Limits::default(), streaming(&feed));
    let mut idle = send(running.address, "GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let mut reading = send(running.address, &request("/stream"));
    assert!(receive_head(&mut idle).is_some() && receive_head(&mut reading).is_some());
    let state = Arc::<str>::from("x".repeat(32 << 10));
    let mut event = vec![0; state.len()];
    for _ in 0..UPDATES {
        let whole = Arc::clone(&state);
        feed.publish(Some(&state), move || whole.to_string());
        reading.read_exact(&mut event).unwrap();
    }
    feed.close();
    let mut queued = Vec::new();
    idle.read_to_end(&mut queued).unwrap();
    assert!(queued.len() < UPDATES * state.len() / 2, "{} bytes", queued.len());
}

#[test]
fn an_unread_stream_is_closed() {
    let limits = Limits { max_connections: 1, write_timeout: SHORT, ..Limits::default() };
    let feed = Arc::new(Feed::new(1));
    let running = Running::start(limits, streaming(&feed));
    let mut unread = send(running.address, &request("/stream"));
    assert!(receive_head(&mut unread).is_some());
    feed.publish(None, || "x".repeat(LARGE));
    let mut other = send(running.address, &request("/stream"));
    assert!(receive_head(&mut other).is_some());
    assert_eq!(feed.open_streams(), 1);
}

#[test]
fn a_client_that_goes_away_closes_its_stream() {
    let feed = Arc::new(Feed::new(1));
    let running = Running::start(Limits::default(), streaming(&feed));
    let mut page = send(running.address, &request("/stream"));
    assert!(receive_head(&mut page).is_some());
    assert_eq!(feed.open_streams(), 1);
    drop(page);
    let started = Instant::now();
    while feed.open_streams() > 0 {
        assert!(started.elapsed() < TIMEOUT, "its stream is still open");
        thread::yield_now();
    }
    let mut next = send(running.address, &request("/stream"));
    assert_eq!(receive_head(&mut next).expect("an answer").status, 200);
}

#[test]
fn shutdown_lets_requests_finish() {
    let limits = Limits { shutdown_grace: TIMEOUT, ..Limits::default() };
    let (feed, (go, ready)) = (Arc::new(Feed::new(1)), oneshot::channel::<()>());
    let ready = Arc::new(Mutex::new(Some(ready)));
    let slow = get(move || async move {
        let ready = ready.lock().unwrap().take().expect("called once");
        ready.await.map_or("nothing", |()| "done")
    });
    let running = Running::start(limits, streaming(&feed).route("/slow", slow));
    let mut kept = send(running.address, &request("/"));
    assert!(receive(&mut kept).is_some());
    let mut page = send(running.address, &request("/stream"));
    assert!(receive_head(&mut page).is_some());
    let mut asking = send(running.address, &request("/slow"));
    // Until it is served, the next one on the same thread isn't.
    assert!(receive(&mut send(running.address, &request("/"))).is_some());
    feed.close();
    running.end.send(()).unwrap();
    assert_closed(&mut kept);
    assert!(TcpStream::connect(running.address).is_err(), "it still listens");
    assert!(is_open(&mut asking), "it isn't answered");
    go.send(()).unwrap();
    assert_eq!(receive(&mut asking).expect("an answer").body, "done");
    running.thread.join().unwrap();
}

#[test]
fn shutdown_does_not_wait_forever() {
    let limits = Limits { shutdown_grace: SHORT, ..Limits::default() };
    let router = short_answers().route("/never", get(pending::<()>));
    let running = Running::start(limits, router);
    let mut asking = send(running.address, &request("/never"));
    assert!(receive(&mut send(running.address, &request("/"))).is_some());
    running.end();
    assert!(receive(&mut asking).is_none());
}
