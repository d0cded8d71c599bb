//! Threads in private memory: the program can query their number, and its files contain it.

use std::cell::Cell;
use std::panic::{self, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use mmstats::{
    Aggregate, Counter, CreateError, Field, Kind, Layout, MmStats, Options, PerThread, Processes,
    StatsFile, Timer, Verdict,
};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::{counter, files};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tempfile::TempDir;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    took: Timer,
}

static DIRECTORY: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
/// Whether files can't be created at present.
static FULL: AtomicBool = AtomicBool::new(false);

const MISSING: &str = "/does/not/exist";

fn directory() -> PathBuf {
    if FULL.load(Ordering::SeqCst) { MISSING.into() } else { DIRECTORY.path().into() }
}

mmstats::per_thread! {
    static STATS: Jobs = Jobs::options().path(directory()).prefix("web.").or_private_memory();
    static FORKED: Jobs = Jobs::options().path(directory()).or_private_memory();
    static MIXED: Jobs = Jobs::options().path(directory()).or_private_memory();
    static STRICT: Jobs = Jobs::options().path(MISSING);
    static RESUMED: Jobs = Jobs::options().path(directory()).prefix("resumed.").capacity(4096)
        .or_private_memory();
    static LATE: Jobs = Jobs::options().path(directory()).prefix("late.").capacity(4096)
        .or_private_memory();
}

/// The tests count the threads of one process, so they take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // Initialized before any fork: a child forked in the middle would wait for it forever.
    LazyLock::force(&DIRECTORY);
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that counts and stays alive until it is stopped.
struct Worker {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn start(stats: &'static PerThread<Jobs>) -> Self {
        let (end, ended): (_, Receiver<()>) = channel();
        let (counted, has_counted) = channel();
        let thread = thread::spawn(move || {
            stats.with(|stats| stats.done.incr());
            counted.send(()).unwrap();
            let _ = ended.recv();
        });
        has_counted.recv().unwrap();
        Self { end, thread }
    }

    fn end(self) {
        drop(self.end);
        self.thread.join().unwrap();
    }
}

fn plain(directory: &Path) -> Options {
    Options::dynamic("Plain").path(directory).filename("plain.mmstats").or_private_memory()
}

/// The number in each file of the process.
fn numbers() -> Vec<u64> {
    files(DIRECTORY.path()).iter().map(|path| counter_of(path)).collect()
}

fn counter_of(path: &Path) -> u64 {
    let file = StatsFile::read(path).unwrap();
    let mut stats = file.stats();
    let label = stats.find(|stat| stat.label().ends_with("sys.unpublished")).unwrap().label();
    counter(path, &label)
}

fn threads(stats: &'static PerThread<Jobs>) -> usize {
    stats.problem().map_or(0, |problem| problem.threads)
}

#[test]
fn threads_without_a_file_are_counted_as_long_as_they_are_there() {
    let _turn = turn();
    let published = Worker::start(&STATS);
    assert_eq!((numbers(), STATS.problem()), (vec![0], None));

    FULL.store(true, Ordering::SeqCst);
    let (first, second) = (Worker::start(&STATS), Worker::start(&STATS));
    let problem = STATS.problem().unwrap();
    assert_eq!((numbers(), problem.threads), (vec![2], 2));
    let text = problem.to_string();
    assert!(
        text.starts_with("2 threads don't publish any stats: can't create a file in"),
        "{text}"
    );
    assert!(text.contains(MISSING) && text.contains("No such file"), "{text}");

    // A file created later has the number too, and so has one of other stats.
    let later = plain(DIRECTORY.path()).create().unwrap();
    assert_eq!(numbers(), [2, 2]);
    let private = plain(Path::new(MISSING)).create().unwrap();
    assert!(matches!(private.problem(), Some(CreateError::Io { .. })) && later.problem().is_none());
    assert_eq!((numbers(), threads(&STATS)), (vec![3, 3], 2), "these stats are no thread's");
    drop(private);
    assert_eq!(numbers(), [2, 2]);

    first.end();
    assert_eq!((numbers(), threads(&STATS)), (vec![1, 1], 1));
    second.end();
    assert_eq!((numbers(), threads(&STATS), STATS.problem()), (vec![0, 0], 0, None));
    let third = Worker::start(&STATS);
    assert_eq!((numbers(), threads(&STATS)), (vec![1, 1], 1), "whatever memory it has");
    drop(later);
    third.end();
    assert_eq!(numbers(), [0]);
    FULL.store(false, Ordering::SeqCst);
    published.end();
    STATS.remove();
}

/// The files of these stats, by what they counted.
fn resumed() -> Vec<(u64, PathBuf)> {
    let files = files(DIRECTORY.path()).into_iter();
    let counted = |path: PathBuf| {
        let file = StatsFile::read(&path).unwrap();
        let done = file.get("resumed.done")?.value().to_string().parse().unwrap();
        Some((done, path))
    };
    let mut found: Vec<_> = files.filter_map(counted).collect();
    found.sort();
    found
}

#[test]
fn a_thread_that_takes_over_unpublished_stats_publishes_them() {
    let _turn = turn();
    FULL.store(true, Ordering::SeqCst);
    let (first, second) = (Worker::start(&RESUMED), Worker::start(&RESUMED));
    let third = Worker::start(&RESUMED);
    first.end();
    second.end();
    Worker::start(&RESUMED).end();
    assert_eq!((resumed(), threads(&RESUMED)), (vec![], 1));

    FULL.store(false, Ordering::SeqCst);
    let other = plain(DIRECTORY.path()).create().unwrap();
    assert_eq!(counter_of(other.path().unwrap()), 1);
    // What was counted before is there.
    let fourth = Worker::start(&RESUMED);
    let [(3, path)] = &resumed()[..] else { panic!("{:?}", resumed()) };
    assert_eq!((counter_of(path), threads(&RESUMED)), (1, 1));
    let file = StatsFile::read(path).unwrap();
    assert!(file.problem().is_none(), "{:?}", file.problem());
    assert_eq!(file.pid(), Some(std::process::id()));
    assert!(path.to_str().unwrap().contains(&format!("-{}.mmstats", file.tid().unwrap())));
    let life = file.life(&mut Processes::new());
    assert_eq!((life.verdict, &*life.reason), (Verdict::Alive, "locked by its writer"));
    let fifth = Worker::start(&RESUMED);
    assert_eq!(resumed().iter().map(|(done, _)| *done).collect::<Vec<_>>(), [2, 3]);

    // The remaining one begins and ends without a file; the next one continues in a file.
    third.end();
    assert_eq!((counter_of(path), RESUMED.problem()), (0, None));
    let sixth = Worker::start(&RESUMED);
    assert_eq!(resumed().len(), 3);
    [fourth, fifth, sixth].into_iter().for_each(Worker::end);
    let before = resumed();
    RESUMED.remove();
    assert_eq!((before.len(), resumed()), (3, vec![]));
}

#[test]
fn late_publication_equals_publication_at_once() {
    let _turn = turn();
    FULL.store(true, Ordering::SeqCst);
    Worker::start(&LATE).end();
    FULL.store(false, Ordering::SeqCst);
    let work = || {
        LATE.try_with_published(|stats| {
            let path = stats.path().unwrap();
            assert!(stats.problem().is_none() && path.starts_with(DIRECTORY.path()));
            let added: Counter = stats.add(Counter::named("added")).unwrap();
            added.add(5);
            stats.took.record_secs(0.5);
            stats.done.incr();
            stats.flush().unwrap();
            assert_eq!((counter(path, "late.added"), counter(path, "late.done")), (5, 2));
            let inherited = in_child(|| {
                stats.done.add(100);
                stats.done.get() == 102 && stats.path().is_none() && counter(path, "late.done") == 2
            });
            assert_eq!((inherited, counter(path, "late.done")), (0, 2));
        })
        .unwrap();
    };
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let code = in_child(|| {
        // The child's own instance.
        FULL.store(true, Ordering::SeqCst);
        Worker::start(&LATE).end();
        FULL.store(false, Ordering::SeqCst);
        let before = descriptors();
        let thread = thread::spawn(work);
        thread.join().is_ok() && descriptors() == before + 1
    });
    assert_eq!(code, 0);
    thread::spawn(work).join().unwrap();
    LATE.remove();
    assert!(files(DIRECTORY.path()).is_empty());
}

#[test]
fn the_reason_is_that_of_the_last_attempt_and_a_file_is_used_before_private_memory() {
    let _turn = turn();
    let published = Worker::start(&MIXED);
    FULL.store(true, Ordering::SeqCst);
    let private = Worker::start(&MIXED);
    let reason = || MIXED.problem().map(|problem| problem.reason);
    assert!(reason().unwrap().contains("No such file"));
    published.end();
    private.end();
    // A new thread gets the file, though private memory was available too.
    let published = Worker::start(&MIXED);
    assert_eq!(MIXED.problem(), None);
    let limit = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, 1, limit.1).unwrap();
    FULL.store(false, Ordering::SeqCst);
    let private = Worker::start(&MIXED);
    setrlimit(Resource::RLIMIT_FSIZE, limit.0, limit.1).unwrap();
    assert!(reason().unwrap().contains("RLIMIT_FSIZE"), "{:?}", reason());
    published.end();
    private.end();
    MIXED.remove();
}

#[test]
fn the_number_is_a_gauge_of_aligned_files() {
    let _turn = turn();
    let stats = plain(DIRECTORY.path()).prefix("a.").create().unwrap();
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    let stat = file.get("a.sys.unpublished").unwrap();
    assert_eq!((stat.kind(), &*stat.signature()), (Some(Kind::Gauge), "Q"));
    assert_eq!((stat.aggregate(), stat.unit()), (Some(Aggregate::Max), "threads"));
    drop(stats);
    for options in [
        plain(DIRECTORY.path()).layout(Layout::Packed),
        plain(DIRECTORY.path()).default_fields(false),
    ] {
        let stats = options.create().unwrap();
        let file = StatsFile::read(stats.path().unwrap()).unwrap();
        assert!(file.stats().all(|stat| !stat.label().ends_with("sys.unpublished")));
    }
}

#[test]
fn a_child_has_a_number_of_its_own() {
    let _turn = turn();
    let published = plain(DIRECTORY.path()).create().unwrap();
    let inherited = Cell::new(Some(plain(Path::new(MISSING)).create().unwrap()));
    FULL.store(true, Ordering::SeqCst);
    let worker = Worker::start(&FORKED);
    assert_eq!((numbers(), threads(&FORKED)), (vec![2], 1));
    let path = published.path().unwrap();
    let code = in_child(|| {
        let well = threads(&FORKED) == 0 && counter_of(path) == 2;
        FULL.store(false, Ordering::SeqCst);
        FORKED.with(|stats| stats.done.incr());
        let own = || -> Vec<u64> {
            let files = files(DIRECTORY.path());
            files.iter().filter(|file| *file != path).map(|path| counter_of(path)).collect()
        };
        let begins_at_none = own() == [0];
        let private = plain(Path::new(MISSING)).create().unwrap();
        let counts_its_own = own() == [1] && counter_of(path) == 2;
        drop(inherited.take());
        let parents_do_not_count = own() == [1] && counter_of(path) == 2;
        drop(private);
        well && begins_at_none && counts_its_own && parents_do_not_count && own() == [0]
    });
    assert_eq!((code, numbers()), (0, vec![2]));
    FULL.store(false, Ordering::SeqCst);
    worker.end();
    assert_eq!(numbers(), [1], "the stats that the child dropped are still the parent's");
}

#[test]
fn a_panic_names_the_line_that_used_the_stats() {
    let _turn = turn();
    let location = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&location);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let location = info.location().unwrap();
        *seen.lock().unwrap() = Some((location.file().to_owned(), location.line()));
    }));
    #[rustfmt::skip]
    let calls: [(u32, fn()); 2] = [
        (line!(), || STRICT.with(|stats| stats.done.incr())),
        (line!(), || STRICT.time(|stats| &stats.took, || ())),
    ];
    let ends =
        calls.map(|(line, call)| (line, catch_unwind(call), location.lock().unwrap().take()));
    panic::set_hook(before);
    for (line, result, location) in ends {
        assert!(result.is_err());
        assert_eq!(location.unwrap(), (file!().to_owned(), line));
    }
}
