//! Forks: a child's stores never reach its parent's file, and it keeps none of it alive.

use std::io::{Read, Write, pipe};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use mmstats::{
    AddError, Counter, Field, Options, Processes, Published, Removal, StatsFile, Text, Timer,
};
use mmstats_testing::os::fork::{in_child, start_child};
use mmstats_testing::required::requires;
use mmstats_testing::stats_dir::{counter, files};
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use tempfile::TempDir;

fn stats(directory: &TempDir) -> (Published<()>, Counter) {
    let stats = Options::dynamic("Fork").path(directory.path()).keep(true).create().unwrap();
    let hits = stats.add(Counter::named("hits")).unwrap();
    (stats, hits)
}

#[test]
fn a_child_writes_to_its_own_memory() {
    let directory = tempfile::tempdir().unwrap();
    let (stats, hits) = stats(&directory);
    let timer: Timer = stats.add(Timer::named("timer")).unwrap();
    let text: Text = stats.add(Text::named("text").initial("parent's")).unwrap();
    hits.add(5);
    timer.record_secs(1.0);
    let path = stats.path().unwrap();
    let before = std::fs::read(path).unwrap();
    let code = in_child(|| {
        (0..1_000).for_each(|_| hits.incr());
        timer.record_secs(2.0);
        text.set("child's");
        // It continues from what it inherited.
        hits.get() == 1_005 && text.get() == "child's" && stats.flush().is_ok()
    });
    assert_eq!(code, 0);
    assert!(std::fs::read(path).unwrap() == before, "not a byte has changed");
    assert_eq!(hits.get(), 5);
    hits.incr();
    assert_eq!(counter(path, "hits"), 6);
}

#[test]
fn a_child_removes_none_of_its_parent_s_files() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("Fork").path(directory.path()).create().unwrap();
    let code = in_child(|| {
        stats.remove();
        drop(stats);
        files(directory.path()).len() == 1
    });
    assert_eq!((code, files(directory.path()).len()), (0, 0), "the parent's own drop removes it");
}

#[test]
fn a_child_does_not_keep_the_file_of_its_killed_parent_alive() {
    let directory = tempfile::tempdir().unwrap();
    let (mut ready, mut begun) = pipe().unwrap();
    let parent = start_child(|| {
        let (_stats, hits) = stats(&directory);
        hits.incr();
        // It lives until the test is over.
        let child = start_child(|| {
            (0..1_000).for_each(|_| hits.incr());
            let (_own, own_hits) = stats(&directory);
            own_hits.add(7);
            begun.write_all(&[1]).unwrap();
            nix::unistd::pause();
        });
        assert!(child.is_ok());
        nix::unistd::pause();
    });
    let parent = parent.unwrap();
    ready.read_exact(&mut [0]).unwrap();
    kill(parent, Signal::SIGKILL).unwrap();
    waitpid(parent, None).unwrap();

    let pid =
        |path: &Path| Pid::from_raw(StatsFile::read(path).unwrap().pid().unwrap().cast_signed());
    let (dead, alive): (Vec<_>, Vec<_>) =
        files(directory.path()).into_iter().partition(|path| pid(path) == parent);
    let ([dead], [alive]) = (&dead[..], &alive[..]) else { panic!("{dead:?} {alive:?}") };
    assert_eq!((counter(dead, "hits"), counter(alive, "hits")), (1, 7));
    let removal = |path| mmstats::remove_if_dead(path, &mut Processes::new()).unwrap();
    assert!(matches!(removal(dead), Removal::Removed { .. }));
    assert!(matches!(removal(alive), Removal::Alive { .. }));
    assert_eq!(files(directory.path()), std::slice::from_ref(alive));
    kill(pid(alive), Signal::SIGKILL).unwrap();
}

#[test]
fn a_child_publishes_its_own_files() {
    let directory = tempfile::tempdir().unwrap();
    let (parent, _hits) = stats(&directory);
    let code = in_child(|| {
        let (own, hits) = stats(&directory);
        hits.incr();
        own.path() != parent.path() && counter(own.path().unwrap(), "hits") == 1
    });
    assert_eq!(code, 0);
}

#[test]
fn inherited_stats_have_no_file_in_a_child() {
    let directory = tempfile::tempdir().unwrap();
    let (stats, _hits) = stats(&directory);
    let code = in_child(|| {
        let too_long: AddError = stats.add(Text::named("text").size(1 << 24)).unwrap_err();
        let names_no_file = matches!(too_long, AddError::NoFreeSpace { path: None, .. });
        let own = Options::dynamic("Fork").path(directory.path()).create().unwrap();
        names_no_file
            && stats.path().is_none()
            && stats.problem().is_none()
            && format!("{stats:?}").contains("path: None")
            && own.path().is_some()
            && in_child(|| stats.path().is_none() && own.path().is_none()) == 0
    });
    assert_eq!((code, stats.path().is_some()), (0, true));
}

/// As the first process of a pid namespace within a pid namespace: both are number 1 there.
#[test]
fn a_child_with_its_parent_s_pid_is_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let first_in_namespace = |action: &dyn Fn() -> bool| {
        in_child(|| match unshare(CloneFlags::CLONE_NEWPID) {
            Ok(()) => in_child(|| std::process::id() == 1 && action()) == 0,
            Err(error) => !requires(false, format_args!("no pid namespaces: {error}")),
        })
    };
    let code = first_in_namespace(&|| {
        let (stats, _hits) = stats(&directory);
        let other = Options::dynamic("Other").path(directory.path()).create().unwrap();
        let code = first_in_namespace(&|| {
            let own = Options::dynamic("Own").path(directory.path()).create().unwrap();
            stats.remove();
            let file = StatsFile::read(own.path().unwrap()).unwrap();
            let namespace = std::fs::metadata("/proc/thread-self/ns/pid").unwrap().ino();
            assert_eq!(file.identity().unwrap().pid_namespace, namespace);
            other.path().is_none()
        });
        code == 0 && stats.path().unwrap().exists() && other.path().unwrap().exists()
    });
    assert_eq!(code, 0);
}
