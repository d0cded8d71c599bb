//! A program whose global allocator counts by size, and so meets series while the program meets some.
//!
//! Each part runs in a process that is killed if it deadlocks.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::thread;

use mmstats::{Counter, DimensionValue, Dimensions, Family, MmStats, StatsFile};
use mmstats_testing::os::allocator::Watched;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;

#[global_allocator]
static ALLOCATOR: Watched = Watched(count);

/// Where the files go. Initialized before anything is counted: waiting for it allocates.
static DIRECTORY: OnceLock<tempfile::TempDir> = OnceLock::new();

/// What the allocator counts in.
static COUNTS_IN: AtomicU8 = AtomicU8::new(NOTHING);
const NOTHING: u8 = 0;
const ITS_OWN: u8 = 1;
const CLASSES: u8 = 2;
const SIZES: u8 = 3;

/// What it counted: sizes one by one, and the larger ones together.
static COUNTED: [AtomicU64; 4096] = [const { AtomicU64::new(0) }; _];
/// How much of it while the program met series of the same stats.
static DURING_MEETING: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The allocator's own allocations aren't counted.
    static BUSY: Cell<bool> = const { Cell::new(false) };
    static MEETS: Cell<bool> = const { Cell::new(false) };
}

#[derive(Clone, Copy, DimensionValue)]
enum Class {
    Small,
    Medium,
    Large,
}

#[derive(Dimensions)]
struct SizeClass {
    class: Class,
}

#[derive(Dimensions)]
struct Size {
    size: usize,
}

#[derive(MmStats)]
#[mmstats(prefix = "own.")]
struct Own {
    sizes: Family<Counter, Size>,
}

#[derive(MmStats)]
#[mmstats(prefix = "program.")]
struct Program {
    jobs: Family<Counter>,
    #[mmstats(all)]
    classes: Family<Counter, SizeClass>,
    sizes: Family<Counter, Size>,
}

mmstats::per_thread! {
    static OWN: Own = Own::options().path(directory());
    static PROGRAM: Program = Program::options().path(directory());
}

fn directory() -> &'static Path {
    DIRECTORY.get().unwrap().path()
}

fn count(size: usize) {
    let counts_in = COUNTS_IN.load(Ordering::Relaxed);
    if counts_in == NOTHING || BUSY.replace(true) {
        return;
    }
    let class = match size {
        0..64 => Class::Small,
        64..1024 => Class::Medium,
        _ => Class::Large,
    };
    let counted = match counts_in {
        ITS_OWN => OWN.try_with(|own| own.sizes.get(&Size { size }).incr()),
        CLASSES => PROGRAM.try_with(|program| program.classes.get(&SizeClass { class }).incr()),
        _ => PROGRAM.try_with(|program| program.sizes.get(&Size { size }).incr()),
    };
    if counted.is_ok() {
        COUNTED[size.min(COUNTED.len() - 1)].fetch_add(1, Ordering::Relaxed);
        DURING_MEETING.fetch_add(MEETS.get().into(), Ordering::Relaxed);
    }
    BUSY.set(false);
}

/// Allocates, and counts jobs, each the first of its name in its thread.
fn work(thread: usize) {
    for number in 0..JOBS {
        // Another order in each thread, as their number is a prime.
        let size = 1 + number * [7, 1_001, 1_999, 2_001][thread] % JOBS;
        drop(black_box(vec![0_u8; size]));
        let name = number.to_string();
        MEETS.set(true);
        PROGRAM.with(|program| {
            program.jobs.get(&[("job", &name)]).incr();
            if COUNTS_IN.load(Ordering::Relaxed) == SIZES {
                // Sizes that nobody allocates.
                program.sizes.get(&Size { size: IMAGINARY + size }).incr();
            }
        });
        MEETS.set(false);
    }
}

const THREADS: usize = 4;
const JOBS: usize = 2_203;
const IMAGINARY: usize = 1 << 40;

/// The sums of all series of a name, by label.
fn sums(name: &str) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for path in files(directory()) {
        let file = StatsFile::read(&path).unwrap();
        for stat in file.stats().filter(|stat| stat.series().name() == name) {
            let value = stat.value().as_u64().unwrap();
            *sums.entry(stat.label().into_owned()).or_default() += value;
        }
    }
    sums
}

fn counted() -> u64 {
    COUNTED.iter().map(|count| count.load(Ordering::Relaxed)).sum()
}

/// Each series has all that was counted, and the overflow has the rest.
fn own_series_are_exact() {
    let mut sums = sums("own.sizes");
    assert_eq!(sums.values().sum::<u64>(), counted());
    assert!(sums.remove(r#"own.sizes{overflow="true"}"#) > Some(0));
    assert_eq!(sums.len(), 2_000);
    for (label, sum) in sums {
        let size = size_of_series(&label).unwrap();
        if size < COUNTED.len() - 1 {
            assert_eq!(sum, COUNTED[size].load(Ordering::Relaxed), "{label}");
        }
    }
}

/// All series are there from the start, so nothing has to be added.
fn series_that_are_there_are_exact() {
    assert_eq!(sums("program.classes").values().sum::<u64>(), counted());
}

/// What the allocator counts while the program adds series to the same stats may be missing, and
/// nothing else. The program's own series are exact.
fn only_what_comes_during_an_addition_may_be_missing() {
    let sums = sums("program.sizes");
    let during_meeting = DURING_MEETING.load(Ordering::Relaxed);
    let all = counted() + (THREADS * JOBS) as u64;
    let range = all - during_meeting..=all;
    let sum = sums.values().sum();
    assert!(range.contains(&sum), "{sum} of {range:?}");
    let imaginary = sums.iter().filter(|(label, _)| size_of_series(label) > Some(IMAGINARY));
    let imaginary: Vec<_> = imaginary.collect();
    assert!(!imaginary.is_empty());
    assert!(imaginary.iter().all(|(_, sum)| **sum == THREADS as u64), "{imaginary:?}");
}

/// The size in a label; `None` in that of the overflow.
fn size_of_series(label: &str) -> Option<usize> {
    label.split('"').nth(1)?.parse().ok()
}

/// One test, as a child of a process whose other threads allocate may hang for other reasons.
#[test]
fn series_of_the_allocator_and_of_the_program_are_added_at_once() {
    DIRECTORY.set(tempfile::tempdir().unwrap()).unwrap();
    let parts: [(u8, fn()); _] = [
        (ITS_OWN, own_series_are_exact),
        (CLASSES, series_that_are_there_are_exact),
        (SIZES, only_what_comes_during_an_addition_may_be_missing),
    ];
    for (counts_in, check) in parts {
        let code = in_child(|| {
            COUNTS_IN.store(counts_in, Ordering::Relaxed);
            let threads: Vec<_> =
                (0..THREADS).map(|number| thread::spawn(move || work(number))).collect();
            for thread in threads {
                thread.join().unwrap();
            }
            COUNTS_IN.store(NOTHING, Ordering::Relaxed);
            check();
            assert_eq!(sums("program.jobs").values().sum::<u64>(), (THREADS * JOBS) as u64);
            // The process ends with counts, too.
            COUNTS_IN.store(counts_in, Ordering::Relaxed);
            counted() > (THREADS * JOBS) as u64
        });
        assert_eq!(code, 0, "part {counts_in}");
        assert!(files(directory()).is_empty(), "part {counts_in}");
    }
}
