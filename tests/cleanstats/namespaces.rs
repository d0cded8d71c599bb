//! Meaningless and reused pids: several pid namespaces share a directory, and a pid is reused. Live
//! files stay and dead ones are removed, whoever cleans up.

use std::path::{Path, PathBuf};
use std::thread;

use mmstats::{Processes, StatsFile, Verdict};
use mmstats_testing::namespace::Proc;
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;
use serde_json::Value;
use tempfile::TempDir;

use crate::participant::Participant;

/// The paths that were removed, sorted. Nothing else may be wrong with the run.
fn removed(report: &Value) -> Vec<PathBuf> {
    assert_eq!(report["undecided"].as_array().map(Vec::len), Some(0), "{report}");
    assert_eq!(report["errors"].as_array().map(Vec::len), Some(0), "{report}");
    let removed = report["removed"].as_array().unwrap().iter();
    let mut paths: Vec<_> = removed.map(|it| it["path"].as_str().unwrap().into()).collect();
    paths.sort();
    paths
}

/// The creator of a namespace ends a moment before its first process.
fn await_end_of_writer(path: &Path) {
    let verdict = || StatsFile::read(path).unwrap().life(&mut Processes::new()).verdict;
    while verdict() == Verdict::Alive {
        thread::yield_now();
    }
}

/// The host, two namespaces that see their own processes, and one that sees the host's under pids
/// that aren't valid in it.
fn sides() -> Option<[Participant; 4]> {
    let own = || Participant::in_namespace(Proc::Own);
    Some([Participant::here(), own()?, own()?, Participant::in_namespace(Proc::Outside)?])
}

#[test]
fn cleaning_from_any_namespace_keeps_live_files_and_removes_dead_ones() {
    let directory = tempfile::tempdir().unwrap();
    let path =
        |name: &str, number: usize| directory.path().join(format!("{name}-{number}.mmstats"));
    let Some(mut sides) = sides() else {
        return;
    };
    for (number, side) in sides.iter_mut().enumerate() {
        side.publish(&path("living", number));
    }
    for cleaner in 0..sides.len() {
        let mut dead: Vec<_> = (0..=sides.len()).map(|number| path("dead", number)).collect();
        for (side, path) in sides.iter_mut().zip(&dead) {
            side.leave_dead(path);
        }
        // And the first process of a namespace that is gone: the others have a live one with that
        // pid.
        let mut ended = Participant::in_namespace(Proc::Own).unwrap();
        ended.publish(&dead[4]);
        ended.kill();
        await_end_of_writer(&dead[4]);

        dead.sort();
        let report = sides[cleaner].clean(directory.path());
        assert_eq!(removed(&report), dead, "participant {cleaner}: {report}");
        assert_eq!(report["alive"], 4, "participant {cleaner}: {report}");
        for number in 0..sides.len() {
            assert!(path("living", number).exists(), "participant {cleaner} took that of {number}");
        }
    }
}

/// A namespace, the files of a killed writer in it, ours and the original's, and the writer's pid,
/// which the next process will get.
fn pid_to_be_given_out_again(directory: &TempDir) -> Option<(Participant, [PathBuf; 2], u32)> {
    let mut side = Participant::in_namespace(Proc::Own)?;
    let dead = directory.path().join("dead.mmstats");
    let pid = side.leave_dead(&dead);
    let of_original = write(directory.path(), "original.mmstats", &original(pid));
    side.give_out_next(pid).then_some((side, [dead, of_original], pid))
}

#[test]
fn a_program_that_has_the_pid_of_a_dead_writer_does_not_keep_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let Some((mut side, dead, pid)) = pid_to_be_given_out_again(&directory) else {
        return;
    };
    assert_eq!(side.start_idler(), pid);
    let report = side.clean(directory.path());
    assert_eq!(removed(&report), dead);
    let reason = report["removed"][1]["reason"].as_str().unwrap();
    assert_eq!(reason, format!("pid {pid} doesn't map the file"), "it is there: {report}");
}

#[test]
fn a_writer_with_the_pid_of_a_dead_one_keeps_its_file_and_the_dead_one_s_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let Some((mut side, dead, pid)) = pid_to_be_given_out_again(&directory) else {
        return;
    };
    let living = directory.path().join("living.mmstats");
    assert_eq!(side.start_writer(&living), pid);
    let report = side.clean(directory.path());
    assert_eq!((removed(&report), &report["alive"]), (dead.to_vec(), &1.into()));
    let again = side.clean(directory.path());
    assert_eq!((removed(&again), &again["alive"]), (vec![], &1.into()));
    assert!(living.exists());
}
