//! The write path makes no system calls: counted by strace, where it is installed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use mmstats_testing::required::succeeds;

/// Writes of `examples/writes` per number: fifteen, through a struct and a static.
const WRITES_A_ROUND: u64 = 2 * 15;

/// Calls of each kind.
type Calls = BTreeMap<String, u64>;

#[test]
fn ten_million_writes_make_the_system_calls_of_a_thousand() {
    if !succeeds(Command::new("strace").args(["-c", "-o", "/dev/null", "true"])) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let few = calls_of(1_000, directory.path());
    let many = calls_of(10_000_000, directory.path());
    assert!(few.values().sum::<u64>() > 20 && few.contains_key("mmap"), "strace counts: {few:?}");
    assert_eq!(few, many);
}

/// The system calls of a program that makes at least this many writes, from start to exit.
fn calls_of(writes: u64, directory: &Path) -> Calls {
    let report = directory.join("calls");
    let status = Command::new("strace")
        .args(["-f", "-c", "-o"])
        .arg(&report)
        .arg(env!("CARGO_BIN_EXE_writes"))
        .arg(writes.div_ceil(WRITES_A_ROUND).to_string())
        .env("MMSTATS_PATH", directory)
        .env_remove("MMSTATS_FILES")
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    fs::read_to_string(report).unwrap().lines().filter_map(line).collect()
}

/// A line of strace's table: share, seconds, microseconds a call, calls, errors if any, name.
fn line(line: &str) -> Option<(String, u64)> {
    let columns: Vec<_> = line.split_whitespace().collect();
    Some(((*columns.last()?).to_owned(), columns.get(3)?.parse().ok()?))
}
