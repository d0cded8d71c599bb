//! Programs that count on after a poll and end in order before the next.

use mmstats_testing::counting::{AT_FIRST, AT_LAST, Programs, play_program};
use tempfile::TempDir;

use super::lifecycle::next_poll;
use super::{mmash_with, samples};

const PROGRAMS: usize = 200;

#[test]
#[ignore = "a program's part"]
fn program() {
    play_program();
}

/// All that programs have done, if they did anything.
fn done(text: &str) -> u64 {
    let of_programs = |line: &&str| line.starts_with("jobs_done_total{");
    let values = samples(text).into_iter().filter(of_programs).map(|line| {
        let value = line.rsplit(' ').next().unwrap();
        value.parse::<f64>().unwrap() as u64
    });
    values.sum()
}

#[test]
fn totals_have_all_that_was_counted() {
    const ALL: u64 = PROGRAMS as u64;
    let directory = TempDir::new().unwrap();
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let role = "metrics::ended_programs::program";
    let programs = Programs::start(role, directory.path(), PROGRAMS);
    assert_eq!(done(&next_poll(&server)), ALL * AT_FIRST, "all are seen");
    server.while_stopped(|| programs.count_and_end());
    assert_eq!(done(&next_poll(&server)), ALL * (AT_FIRST + AT_LAST));
}
