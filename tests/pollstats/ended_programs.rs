//! Programs that count on after a poll and end in order before the next.

use mmstats_testing::counting::{AT_FIRST, AT_LAST, LABEL, Programs, play_program};

use crate::{Running, counter, folder, publish};

const PROGRAMS: usize = 200;

#[test]
#[ignore = "a program's part"]
fn program() {
    play_program();
}

#[test]
fn differences_add_up_to_all_that_was_counted() {
    const ALL: u64 = PROGRAMS as u64;
    let (folder, path) = folder();
    let stats = publish(folder.path());
    counter(&stats, "done").add(5_000);
    let running = Running::start(&["--delta", "-o", "csv", "-d", "0.01", LABEL, &path]);
    assert_eq!(running.line(), format!("time,{LABEL}"));
    let programs = Programs::start("ended_programs::program", folder.path(), PROGRAMS);
    assert_eq!(running.sum_until_now(), ALL * AT_FIRST, "all are seen");
    running.while_stopped(|| programs.count_and_end());
    assert_eq!(running.sum_until_now(), ALL * AT_LAST);
}
