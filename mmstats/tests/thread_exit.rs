//! Values after their thread ends: counts and last values remain, values that describe the present
//! are reset.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;

use mmstats::{
    Counter, Gauge, Layout, MmStats, Options, PerThread, StatsFile, Text, Timestamp, UpDownCounter,
};
use tempfile::TempDir;

#[derive(MmStats)]
struct Jobs {
    runs: Counter,
    #[mmstats(aggregate = "max")]
    last_success: Timestamp,
    #[mmstats(size = 40, keep = true)]
    last_error: Text,
    #[mmstats(keep = true, initial = -1)]
    last_code: Gauge<i32>,
    #[mmstats(initial = 1.5)]
    started: Timestamp,
    #[mmstats(initial = "idle", keep = false)]
    state: Text,
    busy: Gauge<bool>,
    in_flight: UpDownCounter,
}

static DIRECTORIES: LazyLock<[TempDir; 4]> =
    LazyLock::new(|| [(); 4].map(|()| tempfile::tempdir().unwrap()));

fn options(number: usize) -> Options<Jobs> {
    Jobs::options().path(DIRECTORIES[number].path()).default_fields(false)
}

mmstats::per_thread! {
    static ENDING: Jobs = options(0);
    static PACKED: Jobs = options(1).layout(Layout::Packed);
    static ADOPTED: Jobs = options(2);
    static LATE: Jobs = options(3);
}

/// Runs this with the instance of a thread that then ends.
fn in_thread(jobs: &'static PerThread<Jobs>, action: fn(&Jobs)) {
    thread::spawn(move || jobs.with(action)).join().unwrap();
}

/// The only file of a directory.
fn file(number: usize) -> PathBuf {
    let directory: &Path = DIRECTORIES[number].path();
    let paths: Vec<_> = directory.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    let [path] = &paths[..] else { panic!("{paths:?}") };
    path.clone()
}

/// What readers see in it.
fn values(number: usize) -> Vec<String> {
    let file = StatsFile::read(file(number)).unwrap();
    file.stats().map(|stat| stat.value().to_string()).collect()
}

fn fail(jobs: &Jobs) {
    jobs.runs.incr();
    jobs.last_success.set(1e9);
    jobs.last_error.set("disk full");
    jobs.last_code.set(7);
    jobs.started.set(9e8);
    jobs.state.set("failing");
    jobs.busy.set(true);
    jobs.in_flight.add(-3);
}

const AFTERWARDS: [&str; 8] = ["1", "1000000000.0", "disk full", "7", "1.5", "idle", "false", "-3"];

#[test]
fn last_values_remain_after_a_thread_ends() {
    in_thread(&ENDING, fail);
    assert_eq!(values(0), AFTERWARDS);
    in_thread(&PACKED, fail);
    assert_eq!(values(1), AFTERWARDS, "packed");
}

/// The thread that takes over reports for both, as two files would.
#[test]
fn the_next_thread_continues_from_there() {
    in_thread(&ADOPTED, fail);
    in_thread(&ADOPTED, |jobs| jobs.runs.incr());
    assert_eq!(values(2)[..4], ["2", "1000000000.0", "disk full", "7"]);
    in_thread(&ADOPTED, |jobs| {
        assert_eq!(jobs.in_flight.get(), -3, "what the thread before left");
        jobs.in_flight.incr();
    });
    assert_eq!(values(2)[7], "-2");
    in_thread(&ADOPTED, |jobs| jobs.last_success.set(999_999_999.0));
    assert_eq!(values(2)[1], "1000000000.0", "the latest of both threads");
    in_thread(&ADOPTED, |jobs| {
        jobs.last_error.set("");
        jobs.last_success.set(1_000_000_001.0);
        // Its own value, so it may reset it.
        jobs.last_success.set(1_000_000_000.5);
        assert_eq!(jobs.last_success.get(), 1_000_000_000.5);
    });
    assert_eq!(values(2)[..3], ["2", "1000000000.5", ""]);
}

/// Each call in a thread-local destructor borrows an instance and returns it.
#[test]
fn last_values_of_a_late_destructor_remain() {
    struct AtTheVeryEnd;
    impl Drop for AtTheVeryEnd {
        fn drop(&mut self) {
            LATE.with(fail);
        }
    }
    thread_local! {
        static EARLY: AtTheVeryEnd = const { AtTheVeryEnd };
    }
    thread::spawn(|| {
        // Destructors run in the reverse order, so the library's has run by then.
        EARLY.with(|_| ());
        LATE.with(|_| ());
    })
    .join()
    .unwrap();
    assert_eq!(values(3), AFTERWARDS);
}
