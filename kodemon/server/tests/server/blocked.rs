//! What could block the server: an unread log and a locked store. It shuts down all the same.

use std::time::{Duration, Instant};

use mmstats_testing::command::full_pipe;
use mmstats_testing::kodemon::{Kodemon, command, start, store, until};
use nix::sys::signal::Signal;
use rusqlite::Connection;
use tempfile::TempDir;

/// Maximum time of a shutdown: 2 s, with a margin for a busy machine.
const END: Duration = Duration::from_secs(20);

/// Locks the store so that nobody else can write to it.
fn lock(directory: &TempDir) -> Connection {
    let connection = Connection::open(store(directory.path())).unwrap();
    connection.busy_timeout(Duration::from_mins(1)).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[track_caller]
fn assert_ends(kodemon: Kodemon, codes: &[i32]) {
    let began = Instant::now();
    let code = kodemon.server.end(Signal::SIGTERM);
    assert!(code.is_some_and(|code| codes.contains(&code)), "{code:?}");
    assert!(began.elapsed() < END, "{:?}", began.elapsed());
}

#[test]
fn an_unread_log_blocks_nothing() {
    let directory = TempDir::new().unwrap();
    let (_reader, stderr) = full_pipe();
    let kodemon = Kodemon::of(command(directory.path()).arg("--verbose").stderr(stderr));
    let locked = lock(&directory);
    kodemon.send("no message");
    kodemon.call("a.rs-f", 0.001, 0.0);
    // The store's thread has logged an error, and the receiver a message.
    kodemon.until(|health| health["healthy"] == false && health["received"] == 2);
    drop(locked);
    kodemon.until_stored(1);
    for _ in 0..20 {
        kodemon.call("a.rs-f", 0.001, 0.0);
    }
    kodemon.until_stored(21);
    assert_ends(kodemon, &[0]);
}

#[test]
fn it_shuts_down_while_the_store_is_locked() {
    let (directory, kodemon) = start();
    let _locked = lock(&directory);
    kodemon.call("a.rs-f", 0.001, 0.0);
    kodemon.until(|health| health["healthy"] == false);
    // A message is lost, which is an error, unless shutdown is forced on a slow machine.
    assert_ends(kodemon, &[2, 0]);
}

#[test]
fn a_store_that_cannot_be_written_fails_the_health_check() {
    let (directory, kodemon) = start();
    assert_eq!(kodemon.server.get("/healthz").body, "ok\n");
    let locked = lock(&directory);
    kodemon.call("a.rs-f", 0.001, 0.0);
    let check = || {
        let answer = kodemon.server.get("/healthz");
        serde_json::json!([answer.status, answer.body])
    };
    let stuck = until(check, |answer| answer[0] == 503);
    let reason = stuck[1].as_str().unwrap();
    assert!(reason.starts_with("sqlite: messages are queued, but none was stored"), "{reason}");
    drop(locked);
    until(check, |answer| answer[0] == 200);
}
