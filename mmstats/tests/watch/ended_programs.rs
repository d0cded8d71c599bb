//! Programs that are in one poll, count on, and end in order before the next.

use mmstats::{Update, Watch, WatchedFile};
use mmstats_testing::counting::{AT_FIRST, AT_LAST, LABEL, Programs, play_program};

const PROGRAMS: usize = 200;

#[test]
#[ignore = "a program's part"]
fn program() {
    play_program();
}

/// What the files say that were removed.
fn final_sum(update: &Update<'_>) -> u64 {
    let files = update.removed().iter().map(WatchedFile::file);
    files.map(|file| file.get(LABEL).unwrap().value().as_u64().unwrap()).sum()
}

#[test]
fn nothing_that_they_counted_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let mut watch = Watch::new([directory.path()]);
    assert_eq!(watch.poll().files().len(), 0);
    let programs = Programs::start("ended_programs::program", directory.path(), PROGRAMS);
    let update = watch.poll();
    assert_eq!((update.added().len(), update.removed().len()), (PROGRAMS, 0));
    programs.count_and_end();
    let update = watch.poll();
    assert_eq!((update.files().len(), update.removed().len()), (0, PROGRAMS));
    assert_eq!(final_sum(&update), PROGRAMS as u64 * (AT_FIRST + AT_LAST));
    assert_eq!(watch.poll().removed().len(), 0, "each is removed once");
}
