//! `/metrics` from poll to poll, as programs end and files come and go.

use std::fs;
use std::thread;
use std::time::{Duration, SystemTime};

use mmstats::{Counter, Field, Histogram, Options, Timer};
use mmstats_testing::original::{content, field};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use super::{mmash_with, samples, without_age, worker};

/// Waits for a poll that begins after now and returns its metrics, or those of a later one.
pub fn next_poll(server: &Server) -> String {
    let mut time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    // Files can be asked for before what is new in them is added up, but not those of the poll
    // after it.
    for _ in 0..2 {
        let before = time;
        while time <= before {
            thread::yield_now();
            time = server.get("/api/v1/files").json()["time"].as_f64().unwrap();
        }
    }
    server.get("/metrics").body
}

/// The values of samples of these names, with or without labels.
fn values<const N: usize>(text: &str, names: [&str; N]) -> [f64; N] {
    names.map(|name| {
        let line = samples(text)
            .into_iter()
            .find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])));
        let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    })
}

#[test]
fn counts_of_a_program_stay_when_its_files_go() {
    const NAMES: [&str; 6] = [
        "busy",
        "web_hits_requests_total",
        "render_seconds_count",
        "render_seconds_sum",
        "sizes_bytes_count",
        "sizes_bytes_sum",
    ];
    let directory = TempDir::new().unwrap();
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let first = worker(directory.path(), 1);
    let second = worker(directory.path(), 2);
    let values = |text: &str| values(text, NAMES);
    assert_eq!(values(&next_poll(&server)), [30.0, 3.0, 2.0, 0.75, 3.0, 12.0]);
    drop(second);
    assert_eq!(values(&next_poll(&server)), [10.0, 3.0, 2.0, 0.75, 3.0, 12.0]);
    // Another one with the same name is new and continues the count.
    let second = worker(directory.path(), 2);
    assert_eq!(values(&next_poll(&server)), [30.0, 5.0, 3.0, 1.25, 5.0, 20.0]);
    // A different name doesn't make it a different file.
    let path = first.path().unwrap();
    fs::rename(path, directory.path().join("renamed.mmstats")).unwrap();
    assert_eq!(values(&next_poll(&server)), [30.0, 5.0, 3.0, 1.25, 5.0, 20.0]);
    drop((first, second));
    fs::remove_file(directory.path().join("renamed.mmstats")).unwrap();
    let text = next_poll(&server);
    assert!(!text.contains("busy"), "{text}");
    let [hits, sizes] = self::values(&text, ["web_hits_requests_total", "sizes_bytes_bucket"]);
    assert_eq!((hits, sizes), (5.0, 0.0));
    assert!(text.contains("# HELP web_hits_requests_total A \"hit\""), "{text}");
}

#[test]
fn what_programs_count_right_before_their_end_is_counted() {
    const PROGRAMS: u64 = 20;
    let directory = TempDir::new().unwrap();
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.3"]);
    let program = |number| {
        let options = Options::dynamic("Job").path(directory.path()).default_fields(false);
        let stats = options.filename(format!("job-{number}.mmstats")).create().unwrap();
        let [done, idle] = ["done", "idle"].map(|label| stats.add(Counter::named(label)).unwrap());
        let (run, sizes): (Timer, Histogram) = (
            stats.add(Timer::named("run")).unwrap(),
            stats.add(Histogram::named("sizes")).unwrap(),
        );
        let count = move |times: u64| {
            done.add(times);
            run.record_secs(0.5);
            sizes.record(4);
        };
        count(number + 1);
        (count, stats, idle)
    };
    let programs: Vec<_> = (0..PROGRAMS).map(program).collect();
    let values = |text: &str| {
        let names = ["done_total", "run_seconds_count", "run_seconds_sum", "sizes_count"];
        values(text, names)
    };
    let runs = PROGRAMS as f64;
    assert_eq!(values(&next_poll(&server)), [210.0, runs, 0.5 * runs, runs]);
    for (count, ..) in &programs {
        count(500);
    }
    drop(programs);
    let ended = next_poll(&server);
    assert_eq!(values(&ended), [210.0 + 500.0 * runs, 2.0 * runs, runs, 2.0 * runs], "{ended}");
    assert_eq!(self::values(&ended, ["idle_total"]), [0.0]);
}

#[test]
fn a_file_that_cannot_be_read_for_a_while_counts_once() {
    let directory = TempDir::new().unwrap();
    let bytes = fs::read(worker(directory.path(), 2).path().unwrap()).unwrap();
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let path = write(directory.path(), "copy.mmstats", &bytes);
    let hits = |text: &str| values(text, ["web_hits_requests_total"]);
    assert_eq!(hits(&next_poll(&server)), [2.0]);
    for broken in [&b"no stats"[..], &bytes[..200], b""] {
        fs::write(&path, broken).unwrap();
        assert_eq!(hits(&next_poll(&server)), [2.0]);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(hits(&next_poll(&server)), [2.0]);
    }
}

#[test]
fn a_file_rewritten_by_another_writer_counts_again() {
    let directory = TempDir::new().unwrap();
    // Each is of a different thread.
    let bytes = [1, 1].map(|number| {
        let made = || fs::read(worker(directory.path(), number).path().unwrap()).unwrap();
        thread::scope(|scope| scope.spawn(made).join().unwrap())
    });
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let path = write(directory.path(), "copy.mmstats", &bytes[0]);
    let hits = |text: &str| values(text, ["web_hits_requests_total"]);
    assert_eq!(hits(&next_poll(&server)), [1.0]);
    fs::write(&path, &bytes[1]).unwrap();
    assert_eq!(hits(&next_poll(&server)), [2.0]);
}

#[test]
fn a_metric_keeps_its_name_when_another_wants_it() {
    let directory = TempDir::new().unwrap();
    let file = |name: &str, label: &str| {
        let fields = [field(label, "I", 0xff, &7_u32.to_ne_bytes())];
        write(directory.path(), name, &content(&fields));
    };
    file("mmstats-1", "a_b");
    let server = mmash_with(directory.path(), &["--interval", "0.01"]);
    assert!(next_poll(&server).contains("# HELP a_b a_b\n"));
    file("mmstats-2", "a.b");
    let text = next_poll(&server);
    assert!(text.contains("# HELP a_b a_b\n"), "{text}");
    let reported = "# HELP U__a_2e_b a.b. The name is a.b, whose usual spelling is another's.\n";
    assert!(text.contains(reported), "{text}");
}

#[test]
fn what_was_counted_before_mmash_began_is_not_counted_again() {
    let directory = TempDir::new().unwrap();
    let first = worker(directory.path(), 1);
    let bytes = fs::read(worker(directory.path(), 2).path().unwrap()).unwrap();
    let broken = write(directory.path(), "broken.mmstats", b"no stats");
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let names = ["web_hits_requests_total", "render_seconds_sum", "sizes_bytes_count"];
    assert_eq!(values(&next_poll(&server), names), [0.0; 3]);
    // It existed too, but couldn't be read.
    fs::write(&broken, &bytes).unwrap();
    assert_eq!(values(&next_poll(&server), names), [0.0; 3]);
    let _second = worker(directory.path(), 2);
    assert_eq!(values(&next_poll(&server), names), [2.0, 0.5, 2.0]);
    drop(first);
    assert_eq!(values(&next_poll(&server), names), [2.0, 0.5, 2.0]);
}

#[test]
fn the_age_of_the_values_is_current() {
    let directory = TempDir::new().unwrap();
    let _worker = worker(directory.path(), 1);
    let server = mmash_with(directory.path(), &["--interval", "3600"]);
    let [first, second] = [(); 2].map(|()| {
        thread::sleep(Duration::from_millis(10));
        server.get("/metrics").body
    });
    let (first, second) = (without_age(&first), without_age(&second));
    assert_eq!(first.0, second.0);
    assert!(first.1 >= 0.01 && second.1 >= first.1 + 0.01, "{first:?}, {second:?}");
}
