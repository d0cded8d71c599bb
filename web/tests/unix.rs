//! A server on a Unix socket: who may connect, what it replaces, and what it leaves.

use std::fs;
use std::future::pending;
use std::io::{self, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use mmstats_cli::address::Listen;
use mmstats_web::{AllowedHosts, Limits, Server};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

fn runtime() -> Runtime {
    runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server and its runtime.
fn listen(path: &Path) -> io::Result<(Runtime, Server)> {
    let (runtime, address) = (runtime(), Listen::Unix(path.to_owned()));
    let server =
        runtime.block_on(Server::listen(address, AllowedHosts::default(), Limits::default()))?;
    Ok((runtime, server))
}

fn refusal(path: &Path) -> String {
    listen(path).expect_err("it is rejected").to_string()
}

fn names(directory: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(directory.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A socket that a killed server left.
fn stale(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}

fn ask(path: &Path, host: &str) -> String {
    let mut stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_serves_its_owner_and_group_and_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("socket");
    stale(&path);
    let (runtime, server) = listen(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o660);
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let router = Router::new().route("/", get(|| async { "here" }));
    let serving = thread::spawn(move || {
        runtime.block_on(server.serve(router, async { drop(ended.await) }));
    });
    assert!(ask(&path, "localhost").ends_with("\r\n\r\nhere"));
    // A proxy may pass on any host name.
    assert!(ask(&path, "evil.example").starts_with("HTTP/1.1 421 "));
    assert!(refusal(&path).contains("another server"));
    assert!(ask(&path, "localhost").ends_with("\r\n\r\nhere"), "the first one goes on");
    end.send(()).unwrap();
    serving.join().unwrap();
    assert_eq!(names(&directory), [""; 0]);
}

#[test]
fn another_program_s_socket_stays() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    assert!(refusal(&path).contains("another server"));
    UnixStream::connect(&path).unwrap();
    drop(listener);
    drop(listen(&path).unwrap());
    assert!(!path.exists());
}

#[test]
fn a_file_that_is_no_socket_is_never_removed() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("file"), "text").unwrap();
    fs::create_dir(path("directory")).unwrap();
    stale(&path("socket"));
    symlink("socket", path("link")).unwrap();
    for name in ["file", "directory", "link"] {
        assert!(refusal(&path(name)).contains("isn't a socket"), "{name}");
    }
    assert_eq!(names(&directory).len(), 4, "they are all there");
    assert!(refusal(&path("nowhere/socket")).contains("No such file or directory"));
}

/// A name that another socket took meanwhile isn't its own.
#[test]
fn it_removes_only_its_own_name() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("socket");
    let (_runtime, server) = listen(&path).unwrap();
    fs::rename(&path, path.with_extension("away")).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    drop(server);
    assert!(path.exists());
}

#[test]
fn one_of_many_concurrent_starts_replaces_a_stale_socket() {
    const STARTERS: usize = 8;
    for _ in 0..50 {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("socket");
        stale(&path);
        let together = Barrier::new(STARTERS);
        let start = || {
            together.wait();
            listen(&path).ok()
        };
        let servers: Vec<_> = thread::scope(|scope| {
            let starting: Vec<_> = (0..STARTERS).map(|_| scope.spawn(start)).collect();
            starting.into_iter().filter_map(|starter| starter.join().unwrap()).collect()
        });
        assert_eq!(servers.len(), 1);
        for (runtime, server) in servers {
            let served = server.serve(Router::new(), pending());
            let connected = tokio::net::UnixStream::connect(&path);
            runtime.block_on(async {
                tokio::select! {
                    () = served => {}
                    stream = connected => drop(stream.expect("the name is its own")),
                }
            });
        }
        assert_eq!(names(&directory), [""; 0]);
    }
}
