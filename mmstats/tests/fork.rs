//! Forks: a child's stores never reach its parent's file, and it holds up nothing of it.

use std::io::{Read, Write, pipe};
use std::mem;

use mmstats::{Counter, Field, Options, Processes, Published, StatsFile, Text, Timer, Verdict};
use tempfile::TempDir;

mod support;
use support::{counter, files, in_child};

fn stats(directory: &TempDir) -> (Published<()>, Counter) {
    let stats = Options::dynamic("Fork").path(directory.path()).keep(true).create().unwrap();
    let hits = stats.add(Counter::named("hits")).unwrap();
    (stats, hits)
}

#[test]
fn a_child_writes_into_memory_of_its_own() {
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
        // What it inherited it goes on from.
        hits.get() == 1_005 && text.get() == "child's" && stats.flush().is_ok()
    });
    assert_eq!(code, 0);
    assert!(std::fs::read(path).unwrap() == before, "not a byte has changed");
    assert_eq!(hits.get(), 5);
    hits.incr();
    assert_eq!(counter(path, "hits"), 6);
}

#[test]
fn a_child_removes_nothing_of_its_parent_s() {
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
fn a_child_does_not_keep_its_parent_s_file_alive() {
    let directory = tempfile::tempdir().unwrap();
    let (mut end, kept_open) = pipe().unwrap();
    let (mut ready, mut begun) = pipe().unwrap();
    let code = in_child(|| {
        let (stats, hits) = stats(&directory);
        // A grandchild that lives until the test lets go of it.
        let grandchild = support::fork_detached(move || {
            hits.incr();
            begun.write_all(&[1]).unwrap();
            drop(kept_open);
            let _ = end.read(&mut [0]);
        });
        mem::forget(stats);
        grandchild && ready.read_exact(&mut [0]).is_ok()
    });
    assert_eq!(code, 0);
    let path = &files(directory.path())[0];
    let life = StatsFile::read(path).unwrap().life(&mut Processes::new());
    assert_eq!(life.verdict, Verdict::Dead, "{}", life.reason);
    assert_eq!(counter(path, "hits"), 0);
}

#[test]
fn a_child_publishes_files_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (parent, _hits) = stats(&directory);
    let code = in_child(|| {
        let (own, hits) = stats(&directory);
        hits.incr();
        own.path() != parent.path() && counter(own.path().unwrap(), "hits") == 1
    });
    assert_eq!(code, 0);
}
