//! Files of foreign writers: whatever they contain, a scrape is in time and has everything valid
//! from the other files.

use std::time::{Duration, Instant};

use mmstats::Identity;
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::http;
use mmstats_testing::stats_dir::write;
use nix::sys::signal::Signal;
use tempfile::TempDir;

use super::{mmash_with, samples, worker};
use crate::prometheus::assert_well_formed;

/// Stats that no format allows, in one program's file.
fn poison(directory: &TempDir) {
    let set = |label: &str| Foreign { aggregate: 1, ..Foreign::float(label, 7, 0.0) };
    let bucket = |label: &str, counts: &[u64]| Foreign {
        parameters: [0, 2],
        ..Foreign::new(label, 5, "QQQ", counts)
    };
    let fields = [
        Foreign::float("counter.nan", 1, f64::NAN),
        Foreign::float("counter.negative", 1, -0.5),
        Foreign::float("counter.infinite", 1, f64::INFINITY),
        Foreign::new("counter.signed", 1, "q", &[(-3_i64).cast_unsigned()]),
        Foreign::timer("timer.nan", 3, f64::NAN),
        Foreign::timer("timer.negative", 3, -1.0),
        Foreign::timer("timer.infinite", 3, f64::INFINITY),
        Foreign::float("unset", 7, 0.0),
        set("unset.latest"),
        bucket("histogram.overflown", &[u64::MAX, 5, 0]),
        // Allowed.
        Foreign::float("gauge.nan", 2, f64::NAN),
        Foreign::float("gauge.negative", 2, -1.0),
        Foreign::timer("timer.zero", 3, -0.0),
        bucket("histogram.full", &[u64::MAX - 1, 1, 0]),
        // Both map to the same text.
        Foreign::new(&b"invalid.\xff"[..], 2, "Q", &[1]),
        Foreign::new(&b"invalid.\xfe"[..], 2, "Q", &[2]),
        // So do these, but for their keys.
        bucket("series{a=\"\x1b\"}", &[1, 1, 0]),
        bucket(r#"series{a="\\x1b"}"#, &[1, 1, 0]),
        bucket(r#"series{a="\\x1b",cmd="1",exported_cmd="\n"}"#, &[1, 1, 0]),
        bucket(r#"series{cmd="\n",le="+Inf"}"#, &[1, 1, 0]),
        bucket(r#"series{exported_cmd="\n",le="+Inf"}"#, &[1, 1, 0]),
        bucket(r#"series{"a-b"="1",quantile="1"}"#, &[1, 1, 0]),
        bucket(r#"series{U__a_2d_b="1",quantile="1"}"#, &[1, 1, 0]),
        bucket(&format!("series{{__x=\"{}\"}}", "x".repeat(60 << 10)), &[1, 1, 0]),
        Foreign {
            unit: "\"\\\n\x1b%".into(),
            help: "\"\\\n\x1b".into(),
            ..Foreign::float("odd", 2, 1.0)
        },
    ];
    let writer = writer_like(&Identity::default(), |it| {
        it.command = "x\"\\\n\u{202e}".into();
        it.pid = 1;
    });
    write(directory.path(), "poison.mmstats", &foreign(&writer, &fields));
}

#[test]
fn only_what_the_formats_forbid_is_left_out() {
    let directory = TempDir::new().unwrap();
    let _worker = worker(directory.path(), 1);
    poison(&directory);
    for by in ["pid", "tid", "cmd"] {
        let server = mmash_with(directory.path(), &["--by", by]);
        let text = server.get("/metrics").body;
        for prefix in ["counter_", "unset", "timer_nan", "timer_neg", "timer_inf", "histogram_over"]
        {
            assert!(!text.contains(&format!("\n{prefix}")), "{by}, {prefix}: {text}");
        }
        let found =
            |start: &str| samples(&text).iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(found("timer_zero_seconds_count{"), 1, "{by}: {text}");
        assert_eq!(found("histogram_full_count{"), 1, "{by}: {text}");
        assert_eq!(found("web_hits_requests_total{"), 1, "{by}: {text}");
        assert_eq!(found("series_count{"), 7, "{by}: {text}");
        if by != "cmd" {
            assert_eq!(found("gauge_nan{"), 1, "{by}: {text}");
            assert_eq!(found("invalid__{"), 1, "{by}: {text}");
        }
        assert_well_formed(&server);
    }
}

#[test]
fn a_bad_value_in_one_file_does_not_spoil_the_sum_of_its_process() {
    let directory = TempDir::new().unwrap();
    let writer = |tid| {
        writer_like(&Identity::default(), |it| {
            it.command = "web".into();
            it.pid = 1;
            it.tid = tid;
        })
    };
    let fields = |timer: f64, time: f64| {
        let last = Foreign { aggregate: 2, ..Foreign::float("last", 7, time) };
        let count = Foreign::float("count", 1, timer);
        [Foreign::timer("work", 3, timer), last, count]
    };
    write(directory.path(), "a.mmstats", &foreign(&writer(1), &fields(f64::NAN, 0.0)));
    write(directory.path(), "b.mmstats", &foreign(&writer(2), &fields(1.5, 1e9)));
    let text = mmash_with(directory.path(), &[]).get("/metrics").body;
    for line in [
        "work_seconds_sum{cmd=\"web\",pid=\"1\"} 1.5",
        "work_seconds_count{cmd=\"web\",pid=\"1\"} 3",
        "last_seconds{cmd=\"web\",pid=\"1\"} 1000000000.0",
        "count_total{cmd=\"web\",pid=\"1\"} 1.5",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

/// This many metrics with the same name.
fn one_name(metrics: u64) -> Vec<u8> {
    let gauge =
        |number| Foreign { unit: format!("µ{number}"), ..Foreign::new("a", 2, "Q", &[number]) };
    let fields: Vec<Foreign> = (0..metrics).map(gauge).collect();
    foreign(
        &writer_like(&Identity::default(), |it| {
            it.command = "x".into();
            it.pid = 1;
        }),
        &fields,
    )
}

/// A first poll used to take minutes, as each name was tried from the first number on.
#[test]
fn clashing_names_take_no_quadratic_time() {
    const METRICS: u64 = 40_000;
    let directory = TempDir::new().unwrap();
    write(directory.path(), "names.mmstats", &one_name(METRICS));
    let server = mmash_with(directory.path(), &["--interval", "3600"]);
    let text = server.get("/metrics").body;
    let names = samples(&text).into_iter().filter(|line| line.starts_with("U__a"));
    assert_eq!(names.count() as u64, METRICS - 1);
}

#[test]
fn encoding_blocks_neither_other_requests_nor_shutdown() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "names.mmstats", &one_name(150_000));
    let server = mmash_with(directory.path(), &["--interval", "3600"]);
    let mut scrapes = [(); 4].map(|()| http::connect(server.address));
    for scrape in &mut scrapes {
        http::ask(scrape, server.address, "/metrics");
    }
    // It is served while they are encoded, which takes seconds here.
    assert_eq!(server.get("/api/v1/files").status, 200);
    assert!(scrapes.iter().all(|scrape| !http::has_answer(scrape)), "they take longer");
    let began = Instant::now();
    assert_eq!(server.end(Signal::SIGTERM), Some(0));
    // It takes 0.2 s, or 2 s if the watchdog forces it; the rest is a margin.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
