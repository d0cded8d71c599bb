//! What expires, and when.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use kodemon_server::internals::{ExecutionsQuery, KeysQuery, Store, Summary, SummaryQuery};
use mmstats_testing::TIMEOUT;
use mmstats_testing::kodemon::{Kodemon, command, now, store};
use rusqlite::Connection;

use crate::oracle::{Call, KEEP, Stores};

/// A full hour.
const BEGIN: f64 = 1_795_258_800.0;
const DAY: f64 = 86_400.0;

fn call(key: &str, timestamp: f64) -> Call {
    let (key, token, extra) = (key.to_owned(), "web".to_owned(), None);
    Call { key, token, timestamp, execution_time: 0.25, extra }
}

/// Expires everything that is due. Returns the number of steps.
fn expire(stores: &Stores, now: f64) -> usize {
    let mut times = 1;
    while stores.sqlite.expire(now).unwrap() {
        times += 1;
    }
    times
}

fn count(stores: &Stores, key: &str) -> usize {
    let query = ExecutionsQuery {
        from: None,
        to: None,
        token: None,
        limit: 100_000,
        cursor: None,
        descending: false,
    };
    stores.sqlite.executions(key, &query).unwrap().executions.len()
}

fn summary(stores: &Stores, from: f64, to: f64) -> Summary {
    let query = SummaryQuery { from, to, token: None, buckets: 100 };
    stores.sqlite.summary("a.rs-f", &query).unwrap()
}

#[test]
fn executions_expire_and_hours_stay_longer() {
    let mut stores = Stores::new();
    stores.write((0..4 * 3600).map(|second| call("a.rs-f", BEGIN + f64::from(second))));
    stores = stores.reopen();
    stores.write([call("a.rs-f", BEGIN + 5.0 * 3600.0)]);
    let keep = KEEP.as_secs_f64();
    expire(&stores, BEGIN + keep);
    assert_eq!(count(&stores, "a.rs-f"), 4 * 3600 + 1);

    expire(&stores, BEGIN + keep + 2.0 * 3600.0);
    assert_eq!(count(&stores, "a.rs-f"), 2 * 3600 + 1);
    let all = stores.sqlite.keys(&KeysQuery::default()).unwrap();
    assert_eq!((all[0].count, all[0].first_seen), (4 * 3600 + 1, BEGIN));

    // Expired executions remain as hours, which can't be cut.
    let reported = summary(&stores, BEGIN + 1800.0, BEGIN + 2.5 * 3600.0);
    assert_eq!((reported.from, reported.to, reported.step), (BEGIN, BEGIN + 2.5 * 3600.0, 3600.0));
    let counts: Vec<_> = reported.buckets.iter().map(|bucket| bucket.distribution.count).collect();
    assert_eq!(counts, [3600, 3600, 1800]);
    expire(&stores, BEGIN + keep + 2.25 * 3600.0);
    let reported = summary(&stores, BEGIN + 1800.0, BEGIN + 2.5 * 3600.0);
    assert_eq!((reported.to, reported.total.count), (BEGIN + 3.0 * 3600.0, 3 * 3600));

    expire(&stores, BEGIN + 12.0 * keep + 3600.0);
    let reported = summary(&stores, BEGIN, BEGIN + DAY);
    assert_eq!(
        (reported.total.count, reported.buckets[1].distribution.count),
        (3 * 3600 + 1, 3600)
    );
}

#[test]
fn expiry_works_in_small_steps() {
    let mut stores = Stores::new();
    let calls = (0..2_500).map(|minute| call("a.rs-f", BEGIN + f64::from(minute) * 60.0));
    stores.write(calls);
    stores = stores.reopen();
    assert!(expire(&stores, BEGIN + KEEP.as_secs_f64() + 3.0 * DAY) > 10);
    assert_eq!(count(&stores, "a.rs-f"), 0);
}

#[test]
fn many_new_executions_are_soon_compacted() {
    let mut stores = Stores::new();
    stores.write((0..10_000).map(|number| call("a.rs-f", BEGIN + f64::from(number) / 100.0)));
    let database = Connection::open(store(stores.directory.path())).unwrap();
    let waiting = || -> u64 {
        database.query_row("SELECT count(*) FROM arrivals", (), |row| row.get(0)).unwrap()
    };
    assert_eq!(waiting(), 1);
    let began = Instant::now();
    while waiting() > 0 {
        assert!(began.elapsed() < TIMEOUT / 2, "never");
        thread::sleep(Duration::from_millis(10));
        stores.sqlite.compact().unwrap();
    }
    assert_eq!(count(&stores, "a.rs-f"), 10_000);
}

#[test]
fn a_server_expires_everything_old_in_one_go() {
    let mut stores = Stores::new();
    let begin = now() - KEEP.as_secs_f64() - 3.0 * DAY;
    stores.write((0..2_500).map(|minute| call("a.rs-f", begin + f64::from(minute) * 60.0)));
    let Stores { directory, sqlite, .. } = stores;
    drop(sqlite);
    let kodemon = Kodemon::of(command(directory.path()).arg("--trust-clock"));
    // A step a minute would take half an hour.
    kodemon.until(|_| {
        let page = kodemon.json("/api/keys/a.rs-f/executions?limit=1");
        page["executions"].as_array().unwrap().is_empty()
    });
}

/// A clock counts as wrong if it is further ahead of what is stored than that spans.
#[test]
fn a_clock_far_ahead_of_what_is_stored_expires_nothing() {
    let mut stores = Stores::new();
    let begin = now() - KEEP.as_secs_f64() - 10.0 * DAY;
    stores.write((0..100).map(|minute| call("a.rs-f", begin + f64::from(minute) * 60.0)));
    let Stores { directory, sqlite, .. } = stores;
    drop(sqlite);
    let log = tempfile::NamedTempFile::new().unwrap();
    let kodemon = Kodemon::of(command(directory.path()).stderr(log.reopen().unwrap()));
    // Messages with the same clock don't make it right.
    kodemon.call("a.rs-f", 0.25, 0.0);
    kodemon.until_stored(1);
    let report = || fs::read_to_string(log.path()).unwrap();
    mmstats_testing::kodemon::until(
        || report().into(),
        |report| report.as_str().unwrap().ends_with('\n'),
    );
    let executions = kodemon.json("/api/keys/a.rs-f/executions")["executions"].clone();
    assert_eq!(executions.as_array().unwrap().len(), 101);
    // A wrong clock rejects nothing that fits what is stored.
    let message = mmstats_testing::kodemon::message("a.rs-f", 0.25, begin + 101.0 * 60.0);
    kodemon.send(message.to_string());
    kodemon.until_stored(2);
    assert_eq!(kodemon.server.end(nix::sys::signal::Signal::SIGTERM), Some(0));
    let report = report();
    assert_eq!(report.lines().count(), 1, "{report}");
    assert!(report.contains("40 days ahead") && report.contains("--trust-clock"), "{report}");
}

#[test]
fn unused_names_are_removed_at_startup() {
    let mut stores = Stores::new();
    let late = 13.0 * KEEP.as_secs_f64();
    let old = Call { token: "worker".to_owned(), ..call("old.rs-f", BEGIN) };
    stores.write([old, call("new.rs-f", BEGIN)]);
    stores = stores.reopen();
    stores.write([call("new.rs-f", BEGIN + late)]);
    expire(&stores, BEGIN + late);
    let names = |stores: &Stores| {
        let keys = stores.sqlite.keys(&KeysQuery::default()).unwrap();
        keys.into_iter().map(|record| (record.key, record.count)).collect::<Vec<_>>()
    };
    let (old, new) = (("old.rs-f".to_owned(), 1), ("new.rs-f".to_owned(), 2));
    assert_eq!(names(&stores), [new.clone(), old]);
    stores = stores.reopen();
    assert_eq!(names(&stores), std::slice::from_ref(&new));
    assert_eq!(stores.known(), (1, 1));
    // Its number may belong to another one now.
    stores.write([call("other.rs-f", BEGIN + late), call("new.rs-f", BEGIN + late)]);
    let other = ("other.rs-f".to_owned(), 1);
    assert_eq!(names(&stores.reopen()), [("new.rs-f".to_owned(), 3), other]);
}

#[test]
fn a_file_at_its_full_size_stops_growing() {
    let mut stores = Stores::new();
    let size = |stores: &Stores| fs::metadata(store(stores.directory.path())).unwrap();
    let mut sizes = Vec::new();
    for round in 0..8 {
        let begin = BEGIN + f64::from(round) * 2.0 * KEEP.as_secs_f64();
        stores.write((0..20_000).map(|number| call("a.rs-f", begin + f64::from(number) / 10.0)));
        stores = stores.reopen();
        expire(&stores, begin + 1.5 * KEEP.as_secs_f64());
        sizes.push(size(&stores).len());
    }
    assert!(sizes[7] <= sizes[1], "{sizes:?}");
}
