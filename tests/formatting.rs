//! Text for people: 1 is singular, ids have no thousands separators, names are in natural order.

use std::path::Path;
use std::process::Command;

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published};
use mmstats_testing::command::{run, tool};
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;

/// No process has this id: the kernel's largest is 4,194,304.
const GONE: u32 = 5_011_490;

fn slurpstats() -> Command {
    tool(env!("CARGO_BIN_EXE_slurpstats"))
}

fn pollstats() -> Command {
    tool(env!("CARGO_BIN_EXE_pollstats"))
}

/// The lines of a command's output, with single spaces.
fn lines(command: &mut Command) -> Vec<String> {
    let run = run(command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[track_caller]
fn assert_has(lines: &[String], expected: &[&str]) {
    for line in expected {
        assert!(lines.iter().any(|found| found == line), "{line:?} isn't in {lines:#?}");
    }
}

/// One of each.
fn ones(directory: &Path) -> Published<()> {
    let options = Options::dynamic("Ones").path(directory).default_fields(false);
    let stats = options.capacity(64 << 10).create().unwrap();
    let pages: Counter = stats.add(Counter::named("pages").unit("pages")).unwrap();
    pages.incr();
    let entries: Gauge<i32> = stats.add(Gauge::<i32>::named("entries").unit("entries")).unwrap();
    entries.set(1);
    let sizes: Histogram = stats.add(Histogram::named("sizes").unit("bytes")).unwrap();
    sizes.record(1);
    let job: Gauge<u32> = stats.add(Gauge::<u32>::named("job_id")).unwrap();
    job.set(11_490);
    stats
}

#[test]
fn one_is_singular() {
    let directory = tempfile::tempdir().unwrap();
    let _ones = ones(directory.path());
    let histogram = "sizes 1 value (p50 1, p90 1, p99 1, max 1 byte)";
    let expected = ["pages 1 page", "entries 1 entry", histogram, "job_id 11490"];
    assert_has(&lines(slurpstats().arg(directory.path())), &expected);
    let sum = lines(slurpstats().arg("--sum").arg(directory.path()));
    assert_has(&sum, &["==> sum of 1 file"]);
    assert_has(&sum, &expected);
    let nothing = run(slurpstats().args(["-l", "missing"]).arg(directory.path()));
    assert!(nothing.stderr.contains("read 1 file; "), "{}", nothing.stderr);
}

/// A file of the original, whose ids have no kind; one is buffered as counters are.
fn with_ids() -> Vec<u8> {
    let buffered = [11_490_u64.to_ne_bytes(), 11_490_u64.to_ne_bytes()].concat();
    content(&[
        field("sys.pid", "I", 0xff, &GONE.to_ne_bytes()),
        field("sys.tid", "q", 0xff, &i64::from(GONE).to_ne_bytes()),
        field("sys.uid", "Q", 0xff, &11_490_u64.to_ne_bytes()),
        field("worker_id", "Q", 1, &buffered),
    ])
}

#[test]
fn ids_have_no_thousands_separators() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "ids.mmstats", &with_ids());
    let expected = ["sys.pid 5011490", "sys.tid 5011490", "sys.uid 11490", "worker_id 11490"];
    assert_has(&lines(slurpstats().arg(directory.path())), &expected);
    // A dead program counts only on request.
    let sum = lines(slurpstats().args(["--sum", "--dead"]).arg(directory.path()));
    assert_has(&sum, &expected);
    let living = tempfile::tempdir().unwrap();
    let _ones = ones(living.path());
    let polled = lines(pollstats().args(["-d", "0.01", "-c", "1", "job_id"]).arg(living.path()));
    assert_has(&polled, &["11490"]);
}

#[test]
fn names_are_in_natural_order() {
    let directory = tempfile::tempdir().unwrap();
    let counter = |label| field(label, "Q", 1, &[0; 16]);
    let pid = field("sys.pid", "I", 0xff, &GONE.to_ne_bytes());
    let file = content(&[pid, counter("c10"), counter("c2"), counter("c1")]);
    for name in ["c10.mmstats", "c2.mmstats", "c1.mmstats"] {
        write(directory.path(), name, &file);
    }
    let with_names = |lines: Vec<String>, start: &str| -> Vec<String> {
        let names = lines.iter().filter(|line| line.starts_with(start));
        names.map(|line| line.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let files = ["c1.mmstats", "c2.mmstats", "c10.mmstats"];
    let shown = with_names(lines(slurpstats().arg(directory.path())), "==>");
    let shown: Vec<_> = shown.iter().filter_map(|name| name.split(' ').next()).collect();
    assert_eq!(shown, files);
    let list = lines(pollstats().args(["--list", "c*"]).arg(directory.path()));
    let labels: Vec<_> = list.iter().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(labels, ["c1", "c2", "c10"]);
    let polled = lines(pollstats().args(["-d", "0.01", "-c", "1", "c*"]).arg(directory.path()));
    assert!(polled.iter().any(|line| line == "c1 c2 c10"), "{polled:#?}");
    let mut cleanstats = tool(env!("CARGO_BIN_EXE_cleanstats"));
    let cleaned = with_names(lines(cleanstats.args(["-n"]).arg(directory.path())), "PID");
    assert_eq!(cleaned, files);
}
