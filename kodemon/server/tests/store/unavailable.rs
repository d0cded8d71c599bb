//! A store that can't be written for a while: nothing is lost, and everything can be read.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use kodemon_server::internals::{ExecutionsQuery, KeysQuery, Store, SummaryQuery};
use mmstats_testing::command::within;
use mmstats_testing::kodemon::{Kodemon, command, message, now, store};
use mmstats_testing::required::succeeds;
use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::oracle::{Call, Stores};

const KEYS: &str = "/api/keys";

#[test]
fn while_another_process_writes_messages_wait() {
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::start(directory.path());
    kodemon.call("a.rs-f", 0.001, 0.0);
    kodemon.until_stored(1);
    let other = Connection::open(store(directory.path())).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..50 {
        kodemon.call("a.rs-f", 0.001, 0.0);
    }
    kodemon.until(|health| health["healthy"] == false);
    assert_eq!(kodemon.json(KEYS)["keys"][0]["count"], 1);
    other.execute_batch("COMMIT").unwrap();
    kodemon.until_stored(51);
    assert_eq!(kodemon.health()["healthy"], true);
    assert_eq!(kodemon.json(KEYS)["keys"][0]["count"], 51);
}

#[test]
fn a_full_disk_is_reported_and_nothing_is_lost_once_there_is_space() {
    let (directory, log) = (TempDir::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let filler = directory.path().join("filler");
    let Some(mut command) = on_tmpfs(&command(directory.path()), directory.path(), &filler) else {
        return;
    };
    let kodemon = Kodemon::of(command.stderr(File::create(log.path()).unwrap()));
    let mut message = message("a.rs-f", 0.001, now());
    message["padding"] = json!("-".repeat(1_000));
    let mut sent = 0;
    while kodemon.health()["healthy"] == true {
        // No more than any system buffers while nobody receives.
        (0..20).for_each(|_| kodemon.send(message.to_string()));
        sent += 20;
    }
    // What was stored can be read.
    assert_eq!(kodemon.json(KEYS)["keys"][0]["key"], "a.rs-f");
    let reported = fs::read_to_string(log.path()).unwrap();
    assert!(
        reported.starts_with("kodemon: sqlite: can't store: ") && reported.contains("full"),
        "{reported}"
    );

    // The file is on a mount that this process doesn't see.
    let root = format!("/proc/{}/root", kodemon.server.pid());
    fs::remove_file(Path::new(&root).join(filler.strip_prefix("/").unwrap())).unwrap();
    kodemon.until_stored(sent);
    assert_eq!(kodemon.health()["healthy"], true);
    assert_eq!(kodemon.json(KEYS)["keys"][0]["count"], sent);
    assert!(fs::read_to_string(log.path()).unwrap().lines().count() <= 10);
}

#[test]
fn a_failed_write_is_stored_once_when_retried() {
    let mut stores = Stores::new();
    let call = |number: u32| Call {
        key: format!("a.rs-f{}", number % 3),
        token: "web".to_owned(),
        timestamp: 1_795_258_800.0 + f64::from(number % 7),
        execution_time: 0.25,
        // Two thousand of them are compacted at once.
        extra: Some(format!("{{\"n\":{number},\"padding\":\"{}\"}}", "-".repeat(8_000))),
    };
    let other = Connection::open(store(stores.directory.path())).unwrap();
    for (table, numbers) in [("arrivals", 0..1_000), ("series", 1_000..2_200)] {
        let refuse = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'no'); END"
        );
        other.execute_batch(&refuse).unwrap();
        let error = stores.try_write(numbers.clone().map(call)).unwrap_err();
        assert_eq!((error.stored, &*error.reason), (0, "no"));
        other.execute_batch("DROP TRIGGER refuse").unwrap();
        stores.write(numbers.map(call));
    }
    let compacted = other.query_row("SELECT sum(count) FROM blocks", (), |row| row.get(0));
    assert_eq!(compacted, Ok(2_200));
    let query = KeysQuery::default();
    assert_eq!(stores.sqlite.keys(&query).unwrap(), stores.expected_keys(&query));
}

#[test]
fn damage_is_reported_and_the_rest_is_answered() {
    let mut stores = Stores::new();
    let call = |key: &str| Call {
        key: key.to_owned(),
        token: "web".to_owned(),
        timestamp: 1_795_258_800.5,
        execution_time: 0.25,
        extra: None,
    };
    stores.write([call("a.rs-f"), call("b.rs-f")]);
    let mut stores = stores.reopen();
    let other = Connection::open(store(stores.directory.path())).unwrap();
    let cut = "UPDATE blocks SET data = substr(data, 1, length(data) - 1) WHERE key = 1;
               UPDATE minutes SET histogram = x'ff' WHERE key = 1;";
    other.execute_batch(cut).unwrap();
    let (from, to, token) = (1_795_258_800.0, 1_795_258_860.0, None);
    let minute = SummaryQuery { from, to, token: token.clone(), buckets: 1 };
    let (from, to, limit, cursor, descending) = (None, None, 10, None, false);
    let page = ExecutionsQuery { from, to, token, limit, cursor, descending };
    let sqlite = &stores.sqlite;
    let failed = [
        sqlite.executions("a.rs-f", &page).unwrap_err(),
        sqlite.summary("a.rs-f", &minute).unwrap_err(),
    ];
    for error in failed {
        assert!(error.to_string().ends_with("the database is damaged"), "{error}");
    }
    assert_eq!(sqlite.executions("b.rs-f", &page).unwrap().executions.len(), 1);
    assert_eq!(sqlite.summary("b.rs-f", &minute).unwrap().total.count, 1);
    stores.write([call("a.rs-f")]);
}

/// The write-ahead log reaches the limit, which raises a signal that by default kills the process.
#[test]
fn a_file_size_limit_is_reported_and_the_server_continues() {
    let (directory, log) = (TempDir::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 1000 && exec \"$0\" \"$@\""]);
    let mut limited = within(limited, &command(directory.path()));
    let kodemon = Kodemon::of(limited.stderr(File::create(log.path()).unwrap()));
    let mut message = message("a.rs-f", 0.001, now());
    message["padding"] = json!("-".repeat(1_000));
    // Some are stored before the first transaction that is too large.
    for _ in 0..101 {
        kodemon.send(message.to_string());
    }
    kodemon.until_stored(101);
    while kodemon.health()["healthy"] == true {
        for _ in 0..20 {
            kodemon.send(message.to_string());
        }
    }
    let stored = kodemon.health()["stores"]["sqlite"]["stored"].as_u64().unwrap();
    assert_eq!(kodemon.json(KEYS)["keys"][0]["count"], stored);
    assert!(stored > 100, "{stored}");
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
    let reported = fs::read_to_string(log.path()).unwrap();
    assert!(reported.starts_with("kodemon: sqlite: can't store: "), "{reported}");
    assert!(reported.contains("messages lost"), "{reported}");
    let again = Kodemon::start(directory.path());
    assert_eq!(again.json(KEYS)["keys"][0]["count"], stored);
}

/// The same command with a small file system for a directory, nearly filled by a file; `None` if
/// that isn't possible: the test is skipped.
fn on_tmpfs(command: &Command, directory: &Path, filler: &Path) -> Option<Command> {
    let unshare = || {
        let mut unshare = Command::new("unshare");
        if !geteuid().is_root() {
            // Without root, a user namespace gives it.
            unshare.args(["--user", "--map-root-user"]);
        }
        let script = "mount -t tmpfs -o size=8m tmpfs \"$0\" && head -c 6M /dev/zero >\"$1\" \
                      && shift && exec \"$@\"";
        unshare.args(["--mount", "--", "sh", "-c", script]).arg(directory).arg(filler);
        unshare
    };
    succeeds(unshare().arg("true")).then(|| within(unshare(), command))
}
