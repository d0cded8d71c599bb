//! One instance per thread: adopted, added up, removed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use mmstats::{Attachments, Counter, Declarations, Field, Gauge, MmStats, Published, StatsFile};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{counter, files};
use tempfile::TempDir;

/// Written out, to show what the derive macro writes.
struct PoolStats {
    jobs: Counter,
    busy: Gauge<bool>,
}

impl MmStats for PoolStats {
    const NAME: &'static str = "PoolStats";

    fn declare(fields: &mut Declarations) {
        fields.add(Counter::named("jobs"));
        fields.add(Gauge::<bool>::named("busy"));
    }

    fn attach(fields: &mut Attachments) -> Self {
        Self { jobs: fields.next(), busy: fields.next() }
    }

    fn retire(&self) {
        Field::retire(&self.jobs);
        Field::retire(&self.busy);
    }
}

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

mmstats::per_thread! {
    static STATS: PoolStats = PoolStats::options().path(DIRECTORY.path());
    static LATE: PoolStats = PoolStats::options().path(DIRECTORY.path()).filename("late-{TID}.mmstats");
}

/// The tests count the files of one process, so they take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // Initialized before any fork: a child forked in the middle would wait for it forever.
    LazyLock::force(&DIRECTORY);
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn total() -> u64 {
    files(DIRECTORY.path()).iter().map(|path| counter(path, "jobs")).sum()
}

#[test]
fn a_thousand_short_threads_add_up_and_the_sum_never_steps_back() {
    const THREADS: u64 = 1_000;
    const WAVE: usize = 8;
    const JOBS: u64 = 1_000;
    let _turn = turn();
    let before = (total(), files(DIRECTORY.path()).len());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                let sum = total();
                assert!(sum >= last, "{sum} after {last}");
                last = sum;
            }
        });
        for _ in 0..THREADS as usize / WAVE {
            let wave: Vec<_> = (0..WAVE)
                .map(|_| {
                    thread::spawn(|| {
                        for _ in 0..JOBS {
                            STATS.with(|stats| {
                                stats.jobs.incr();
                                stats.busy.set(true);
                            });
                        }
                    })
                })
                .collect();
            for thread in wave {
                thread.join().unwrap();
            }
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    assert_eq!(total() - before.0, THREADS * JOBS);
    let files = files(DIRECTORY.path());
    assert!(files.len() <= before.1.max(WAVE), "{} files", files.len());
    for path in files {
        let file = StatsFile::read(path).unwrap();
        assert_eq!(file.get("busy").unwrap().value().to_string(), "false", "a retired gauge");
    }
}

#[test]
fn an_adopted_file_has_its_new_thread() {
    let _turn = turn();
    let tid_in_file = || {
        thread::spawn(|| {
            STATS.with(|stats| stats.jobs.incr());
            let tid = i64::from(nix::unistd::gettid().as_raw());
            let files = files(DIRECTORY.path());
            files.iter().any(|path| StatsFile::read(path).unwrap().tid() == Some(tid))
        })
        .join()
        .unwrap()
    };
    assert!(tid_in_file());
    assert!(tid_in_file());
}

#[test]
fn a_thread_adds_stats_to_its_file_at_run_time() {
    let _turn = turn();
    let label = "added.in.a.thread";
    let path = thread::spawn(move || {
        let add = |published: &Published<PoolStats>| {
            published.add(Counter::named(label)).unwrap().add(3);
            published.path().unwrap().to_path_buf()
        };
        STATS.try_with_published(add).unwrap()
    });
    let path = path.join().unwrap();
    assert_eq!(counter(&path, label), 3);
    let others = files(DIRECTORY.path()).into_iter().filter(|other| *other != path);
    for other in others {
        assert!(StatsFile::read(other).unwrap().get(label).is_none());
    }
}

#[test]
fn a_later_thread_local_destructor_still_counts() {
    struct AtTheVeryEnd;
    impl Drop for AtTheVeryEnd {
        fn drop(&mut self) {
            LATE.with(|stats| stats.jobs.incr());
        }
    }
    thread_local! {
        static EARLY: AtTheVeryEnd = const { AtTheVeryEnd };
        static AFTER: AtTheVeryEnd = const { AtTheVeryEnd };
    }
    let _turn = turn();
    thread::spawn(|| {
        // In whichever order destructors run, one of these runs after the library's.
        EARLY.with(|_| ());
        LATE.with(|stats| stats.jobs.incr());
        AFTER.with(|_| ());
    })
    .join()
    .unwrap();
    let late = files(DIRECTORY.path());
    let late = late.iter().filter(|path| path.to_string_lossy().contains("late-"));
    assert_eq!(late.map(|path| counter(path, "jobs")).sum::<u64>(), 3);
    LATE.remove();
}

#[test]
fn a_child_counts_for_itself() {
    let _turn = turn();
    STATS.with(|stats| stats.jobs.incr());
    let before = files(DIRECTORY.path());
    let contents: Vec<_> = before.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let code = in_child(|| {
        for _ in 0..1_000 {
            STATS.with(|stats| stats.jobs.incr());
        }
        let own: Vec<_> =
            files(DIRECTORY.path()).into_iter().filter(|path| !before.contains(path)).collect();
        own.len() == 1 && counter(&own[0], "jobs") == 1_000
    });
    assert_eq!(code, 0);
    assert_eq!(files(DIRECTORY.path()), before, "the child removed its own file, and only that");
    let after: Vec<_> = before.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(contents == after, "the parent's files are as they were");
}

/// Threads begin and end all the time, so forks coincide with creations, adoptions and retirements,
/// and any lock held there stays held in the child. The child starts no threads: the standard
/// library's `spawn` takes a lock that may be held too.
#[test]
fn no_child_of_twenty_threads_hangs() {
    const CHILDREN: usize = 50;
    const CHURNERS: usize = 20;
    let _turn = turn();
    STATS.with(|stats| stats.jobs.incr());
    let (done, churned) = (AtomicBool::new(false), AtomicUsize::new(0));
    let codes: Vec<_> = thread::scope(|scope| {
        for _ in 0..CHURNERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    thread::spawn(|| STATS.with(|stats| stats.jobs.incr())).join().unwrap();
                    churned.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Set also where a child that hangs makes the test panic.
        let _end = SetOnDrop(&done);
        let count_in_child = || {
            STATS.with(|stats| stats.jobs.incr());
            STATS.with(|stats| stats.jobs.get()) == 1
        };
        (0..CHILDREN).map(|_| in_child(count_in_child)).collect()
    });
    assert_eq!(codes, [0; CHILDREN]);
    let churned = churned.into_inner();
    assert!(churned > CHILDREN, "only {churned} threads ended beside the forks");
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
