//! A program whose global allocator counts with stats, whatever the library is doing.
//!
//! Each part runs in a process that is killed if it deadlocks.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use mmstats::{Counter, Field, MmStats, Options, Text, Timer, WindowedAverage};
use mmstats_testing::os::allocator::Watched;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{counter, files};

#[global_allocator]
static ALLOCATOR: Watched = Watched(count);

/// Where the files go. Initialized before anything is counted: waiting for it allocates.
static DIRECTORY: OnceLock<tempfile::TempDir> = OnceLock::new();
static COUNTS: AtomicBool = AtomicBool::new(false);
static COUNTED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The allocator's own allocations aren't counted.
    static BUSY: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread's allocations take every lock of the library, not only those of a
    /// count.
    static THOROUGH: Cell<bool> = const { Cell::new(false) };
}

#[derive(MmStats)]
struct Allocator {
    calls: Counter,
    took: Timer,
}

/// Stats of the program proper.
#[derive(MmStats)]
struct Program {
    jobs: Counter,
    state: Text,
    mean: WindowedAverage,
    #[mmstats(skip)]
    added: RefCell<Vec<Counter>>,
}

mmstats::per_thread! {
    static CALLS: Allocator = Allocator::options().path(directory()).filename("calls.mmstats");
    static UNSEEN: Allocator = Allocator::options().path(missing()).or_private_memory();
    static PROGRAM: Program = Program::options().path(directory()).capacity(1 << 16);
    static PRIVATE: Program = Program::options().path(missing()).or_private_memory();
}

fn directory() -> &'static Path {
    DIRECTORY.get().unwrap().path()
}

fn missing() -> &'static Path {
    Path::new("/does/not/exist")
}

fn count(_size: usize) {
    if !COUNTS.load(Ordering::Relaxed) || BUSY.replace(true) {
        return;
    }
    count_call();
    if THOROUGH.get() {
        ask_for_every_lock();
    }
    BUSY.set(false);
}

fn count_call() {
    if CALLS.try_with(|stats| stats.took.time(|| stats.calls.incr())).is_ok() {
        COUNTED.fetch_add(1, Ordering::Relaxed);
    }
}

fn ask_for_every_lock() {
    let _ = UNSEEN.try_with(|stats| stats.calls.incr());
    let _ = PROGRAM.try_with_published(|stats| stats.add(Counter::named("asked")));
    black_box((CALLS.problem(), UNSEEN.problem(), PROGRAM.problem(), PRIVATE.problem()));
    for directory in [directory(), missing()] {
        let stats = Options::dynamic("Lock").path(directory).filename("lock.mmstats");
        let stats = stats.or_private_memory().create().unwrap();
        stats.add(Counter::named("asked")).unwrap().incr();
    }
}

/// What all threads counted, according to the files.
fn sum() -> u64 {
    let files = files(directory()).into_iter();
    let calls = files.filter(|path| path.to_string_lossy().contains("calls"));
    calls.map(|path| counter(&path, "calls")).sum()
}

fn work(size: usize) {
    drop(black_box(vec![0_u8; size]));
    PROGRAM.with(|stats| {
        stats.jobs.incr();
        stats.mean.add(1.0);
        stats.state.set(&"x".repeat(size));
    });
    PRIVATE.with(|stats| stats.jobs.incr());
}

fn threads_begin_and_end() {
    let together: Vec<_> = (0..8).map(|_| thread::spawn(|| work(1000))).collect();
    for thread in together {
        thread.join().unwrap();
    }
    for size in 1..50 {
        thread::spawn(move || work(size)).join().unwrap();
    }
}

/// The first use of the library, and of stats in a thread, isn't the allocator's: it counts for
/// the first time during that use.
fn the_first_use_is_the_program_s_own() {
    THOROUGH.set(true);
    count_call();
    for _ in 0..3 {
        COUNTS.store(false, Ordering::Relaxed);
        let thread = thread::spawn(|| {
            THOROUGH.set(true);
            COUNTS.store(true, Ordering::Relaxed);
            PROGRAM.with(|stats| stats.jobs.incr());
            count_call();
            work(10);
        });
        thread.join().unwrap();
    }
}

fn stats_are_made_and_dropped() {
    THOROUGH.set(true);
    let create = |number: usize, keep| {
        let directory = if number.is_multiple_of(3) { missing() } else { directory() };
        Options::dynamic("Made")
            .path(directory)
            // All with the same name, so that they have to be numbered.
            .filename(format!("{}.mmstats", "made".repeat(30)))
            .or_private_memory()
            .keep(keep)
            .create()
            .unwrap()
    };
    let made: Vec<_> = (0..9).map(|number| create(number, number.is_multiple_of(2))).collect();
    made[1].remove();
    drop(made);
}

fn stats_are_added() {
    THOROUGH.set(true);
    for number in 0..10 {
        let added = PROGRAM.try_with_published(|stats| {
            let counter: Counter = stats.add(Counter::named(format!("added.{number}"))).unwrap();
            counter.incr();
            stats.added.borrow_mut().push(counter);
        });
        added.unwrap();
    }
    PROGRAM.remove();
}

fn a_child_is_forked() {
    THOROUGH.set(true);
    work(10);
    let before = sum();
    assert_eq!(
        in_child(|| Box::new(PROGRAM.with(|stats| stats.jobs.get() == 0)) == true.into()),
        0
    );
    assert!(sum() >= before);
}

fn a_destructor_of_the_thread_allocates() {
    struct AtTheVeryEnd;
    impl Drop for AtTheVeryEnd {
        fn drop(&mut self) {
            work(10);
        }
    }
    thread_local! {
        static EARLY: AtTheVeryEnd = const { AtTheVeryEnd };
        static LATE: AtTheVeryEnd = const { AtTheVeryEnd };
    }
    let thread = thread::spawn(|| {
        THOROUGH.set(true);
        EARLY.with(|_| ());
        work(10);
        LATE.with(|_| ());
    });
    thread.join().unwrap();
}

/// One test, as a child of a process whose other threads allocate may hang for other reasons.
#[test]
fn no_allocation_deadlocks_and_all_are_counted() {
    DIRECTORY.set(tempfile::tempdir().unwrap()).unwrap();
    let parts: [(&str, fn()); _] = [
        ("threads begin and end", threads_begin_and_end),
        ("the first use is the program's own", the_first_use_is_the_program_s_own),
        ("stats are made and dropped", stats_are_made_and_dropped),
        ("stats are added", stats_are_added),
        ("a child is forked", a_child_is_forked),
        ("a destructor of the thread allocates", a_destructor_of_the_thread_allocates),
    ];
    for (name, part) in parts {
        println!("{name}");
        let code = in_child(|| {
            COUNTS.store(true, Ordering::Relaxed);
            part();
            COUNTS.store(false, Ordering::Relaxed);
            let (sum, counted) = (sum(), COUNTED.load(Ordering::Relaxed));
            // The process ends with counts, too.
            COUNTS.store(true, Ordering::Relaxed);
            assert_eq!(sum, counted, "what all threads counted");
            counted > 100
        });
        assert_eq!(code, 0, "{name}");
        let left: Vec<_> = files(directory());
        let kept = |path: &std::path::PathBuf| path.to_string_lossy().contains("made");
        assert!(left.iter().all(kept), "{name}: {left:?}");
        for path in left {
            std::fs::remove_file(path).unwrap();
        }
    }
}
