//! A server that is killed at any time.

use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use mmstats_testing::kodemon::{Kodemon, command, message, now, store};
use nix::sys::signal::Signal;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

const KILLS: u64 = 50;
/// Sending this many without a pause may lose some, which doesn't matter here.
const BURST: u64 = 200;

#[test]
fn fifty_kills_under_load_lose_nothing_that_was_stored() {
    let directory = TempDir::new().unwrap();
    let mut stored = 0;
    for round in 0..KILLS {
        let kodemon = Kodemon::start(directory.path());
        let found = check(&store(directory.path()));
        assert!(found >= stored, "{found} of {stored} are left after {round} kills");
        stored = found + under_load(&kodemon, round);
        kodemon.server.end(Signal::SIGKILL);
        kill_at_start(&directory, Duration::from_millis(5 + round * 7 % 31));
    }
    let kodemon = Kodemon::start(directory.path());
    let reported = kodemon.json("/api/tokens")["tokens"][0]["count"].as_u64().unwrap();
    assert!(reported >= stored && stored > KILLS, "{reported} of {stored}");
    assert_eq!(reported, check(&store(directory.path())));
}

/// Kills another one, perhaps while it recovers what the previous one left.
fn kill_at_start(directory: &TempDir, after: Duration) {
    let mut child = command(directory.path()).stdout(Stdio::null()).spawn().unwrap();
    thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Sends for a time that differs from round to round. Returns how many it reports as stored.
fn under_load(kodemon: &Kodemon, round: u64) -> u64 {
    let mut said = 0;
    for burst in 0..2 + round * 7 % 13 {
        for number in 0..BURST {
            let key = format!("{round}.rs-f{}", (burst + number) % 20);
            let mut message = message(&key, 0.001, now() - number as f64);
            message["padding"] = "-".repeat(300).into();
            kodemon.send(message.to_string());
        }
        thread::sleep(Duration::from_millis(10));
        if burst % 4 == 3 {
            said = kodemon.health()["stores"]["sqlite"]["stored"].as_u64().unwrap();
        }
    }
    said
}

/// Checks that everything is consistent after a start. Returns the number of executions.
fn check(store: &Path) -> u64 {
    let database = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let one = |sql: &str| database.query_row(sql, (), |row| row.get::<_, u64>(0)).unwrap();
    let integrity: String =
        database.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    assert_eq!(one("SELECT count(*) FROM arrivals"), 0);
    let count = |table| one(&format!("SELECT ifnull(sum(count), 0) FROM {table}"));
    let blocks = count("blocks");
    assert_eq!(["minutes", "hours", "series"].map(count), [blocks; 3]);
    assert_eq!(one("SELECT number FROM state"), blocks);
    blocks
}
