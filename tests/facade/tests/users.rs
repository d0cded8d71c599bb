//! The macros in programs that don't have the libraries under their own names.

#![forbid(unsafe_code)]
#![deny(warnings, unused_qualifications, clippy::pedantic)]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use facade::mmstats::StatsFile;
use tempfile::TempDir;

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fn directory(name: &str) -> PathBuf {
    let path = DIRECTORY.path().join(name);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A stat's value in the only file of a directory.
fn value(directory: &Path, label: &str) -> String {
    let path = directory.read_dir().unwrap().next().unwrap().unwrap().path();
    StatsFile::read(path).unwrap().get(label).unwrap().value().to_string()
}

/// Renamed in Cargo.toml.
mod renamed {
    use stats::{Counter, DimensionValue, Dimensions, Family, Gauge, MmStats, Text};

    #[derive(DimensionValue)]
    #[mmstats(crate = "stats")]
    pub enum Kind {
        Small,
        Large,
    }

    #[derive(Dimensions)]
    #[mmstats(crate = "stats")]
    pub struct Job<'a> {
        pub kind: Kind,
        pub of: &'a str,
    }

    #[derive(MmStats)]
    #[mmstats(crate = "stats", prefix = "renamed.")]
    pub struct Stats {
        /// With everything that the macro can generate.
        #[mmstats(aggregate = "max", unit = "jobs", initial = 2)]
        pub most: Gauge<u8>,
        #[mmstats(size = 8)]
        pub state: Text,
        #[mmstats(skip)]
        pub own: u8,
        #[mmstats(max = 5)]
        pub jobs: Family<Counter, Job<'static>>,
        #[mmstats(dimensions(fixed = 1))]
        pub fixed: Counter,
    }

    stats::per_thread! {
        pub static STATS: Stats = Stats::options().path(super::directory("renamed"));
    }

    #[kd::kodemon(crate = "kd", token = "t", n = number)]
    pub fn timed(number: u32) -> u32 {
        let _timing = kd::timing!("part", crate = "::kd", "crate" = 1);
        number + 1
    }

    #[kd::kodemon(stats, udp = false, crate = "kd")]
    pub fn counted() {}
}

/// Used through a crate that depends on them.
mod behind_a_facade {
    use facade::{Counter, MmStats};

    #[derive(MmStats)]
    #[mmstats(crate = "facade::mmstats")]
    pub struct Stats {
        pub hits: Counter,
    }

    facade::per_thread! {
        pub static STATS: Stats = Stats::options().path(super::directory("facade"));
    }

    facade::counters!(Jobs: done failed);

    facade::results!(Results by Outcome: Good Bad);

    facade::per_thread! {
        pub static RESULTS: Results = Results::options().path(super::directory("results"));
    }

    pub fn end(is_good: bool) {
        let result = if is_good { Outcome::Good } else { Outcome::Bad };
        RESULTS.with(|results| results.jobs.get(&ByResult { result }).incr());
    }

    facade::per_thread! {
        pub static JOBS: Jobs = Jobs::options().path(super::directory("jobs"));
    }

    pub fn done() {
        JOBS.with(|jobs| jobs.done.incr());
        JOBS.with(|jobs| jobs.failed.add(2));
    }

    #[facade::timed(crate = "facade::kodemon", token = "t")]
    pub fn timed() -> &'static str {
        let _timing = facade::time_rest!("rest");
        "done"
    }
}

#[test]
fn a_program_may_rename_the_crates() {
    renamed::STATS.with(|stats| {
        stats.most.incr();
        stats.state.set("fine");
        assert_eq!(stats.own, 0);
        stats.jobs.get(&renamed::Job { kind: renamed::Kind::Large, of: "me" }).incr();
        stats.jobs.get(&renamed::Job { kind: renamed::Kind::Small, of: "me" }).add(4);
    });
    let directory = directory("renamed");
    assert_eq!(value(&directory, "renamed.most"), "3");
    assert_eq!(value(&directory, "renamed.state"), "fine");
    assert_eq!(value(&directory, r#"renamed.jobs{kind="Large",of="me"}"#), "1");
    assert_eq!(value(&directory, r#"renamed.jobs{kind="Small",of="me"}"#), "4");
    assert_eq!(value(&directory, r#"renamed.fixed{fixed="1"}"#), "0");
    assert_eq!(renamed::timed(1), 2);
    renamed::counted();
}

#[test]
fn a_crate_may_re_export_them() {
    behind_a_facade::STATS.with(|stats| stats.hits.incr());
    behind_a_facade::done();
    assert_eq!(value(&directory("facade"), "hits"), "1");
    assert_eq!(value(&directory("jobs"), "done"), "1");
    assert_eq!(value(&directory("jobs"), "failed"), "2");
    assert_eq!(behind_a_facade::timed(), "done");
    behind_a_facade::end(true);
    assert_eq!(value(&directory("results"), r#"jobs{result="Good"}"#), "1");
    assert_eq!(value(&directory("results"), r#"jobs{result="Bad"}"#), "0");
}
