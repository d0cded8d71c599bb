//! The counts as stats, in a program of its own.

use std::path::Path;
use std::thread;

use apmon::{ApMon, Counts, RateLimit, params};
use mmstats::StatsFile;
use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::stats_dir::files;

use crate::receiver::Receiver;

/// The counts and their labels.
fn labelled(counts: &Counts) -> [(&'static str, u64); 15] {
    [
        ("sent", counts.sent),
        ("waiting", counts.waiting),
        ("dropped.rate", counts.rate_limited),
        ("dropped.queue", counts.queue_full),
        ("dropped.no_address", counts.no_address),
        ("dropped.refused", counts.refused),
        ("dropped.would_block", counts.would_block),
        ("dropped.too_large", counts.too_large),
        ("dropped.unreachable", counts.unreachable),
        ("dropped.failed", counts.failed),
        ("dropped.abandoned", counts.abandoned),
        ("returned", counts.returned),
        ("left_out.no_name", counts.parameters_without_name),
        ("left_out.not_finite", counts.parameters_not_finite),
        ("left_out.too_large", counts.parameters_too_large),
    ]
}

/// The sum over all threads.
fn published(directory: &Path, label: &str) -> i64 {
    let value = |path| {
        let file = StatsFile::read(path).unwrap();
        file.get(&format!("apmon.send.{label}")).unwrap().value().as_i64().unwrap()
    };
    files(directory).iter().map(value).sum()
}

/// Sends from two threads, so that some wait, and some are dropped.
#[test]
#[ignore = "a program that a test starts"]
fn program() {
    play(|publish| {
        let (receiver, closed) = (Receiver::start(), Receiver::apart());
        let mut builder = ApMon::builder().max_rate(10).rate_limit(RateLimit::Queue(3));
        for destination in [&receiver.destination(), &closed.destination(), "nobody..invalid"] {
            builder = builder.destination(destination).unwrap();
        }
        drop(closed);
        let apmon = builder.stats(publish == "yes").start().unwrap();
        let large = "x".repeat(8_192);
        let parameters = params!["n" => 1, "" => 1, "nan" => f64::NAN, "large" => &large];
        let send = || (0..40).for_each(|_| drop(apmon.send(parameters)));
        send();
        thread::scope(|scope| scope.spawn(send).join().unwrap());
        while apmon.counts().waiting > 3 {
            apmon.flush(TIMEOUT / 600);
        }
        let counts = labelled(&apmon.counts()).map(|(label, count)| format!("{label}={count}"));
        // The files of a program that has ended are gone.
        std::mem::forget(apmon);
        counts.join(" ")
    });
}

#[test]
fn the_stats_are_the_counts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    let mut program = Actor::start_with("published::program", &[("MMSTATS_PATH", path)]);
    let counts = program.ask("yes");
    for count in counts.split(' ') {
        let (label, count) = count.split_once('=').unwrap();
        assert_eq!(published(directory.path(), label), count.parse::<i64>().unwrap(), "{counts}");
        let is_reached = ["sent", "waiting", "dropped.queue", "dropped.no_address", "returned"]
            .contains(&label)
            || label.starts_with("left_out");
        assert!(!is_reached || count != "0", "{counts}");
    }
}

#[test]
fn nothing_is_published_unless_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_str().unwrap();
    Actor::start_with("published::program", &[("MMSTATS_PATH", path)]).ask("no");
    assert_eq!(files(directory.path()).len(), 0);
}
