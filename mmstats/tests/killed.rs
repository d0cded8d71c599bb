//! Writers that are killed at any time: every file that they leave is whole, and accurate to
//! within one update.
//!
//! `MMSTATS_TEST_SEED` repeats the moments of a run, as far as the machine allows.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering, compiler_fence};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Layout, Processes, Removal, Stat, StatsFile, Value, remove_if_dead};
use mmstats_testing::oracle;
use mmstats_testing::os::fork::start_child;
use mmstats_testing::os::shared_memory;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

mod stress;
use stress::{FILE, Judged, KINDS, LAYOUTS, publish};

const KILLS: usize = 500;

/// Updates every field once a round and adds a counter, forever. Reports each round when it is
/// over.
fn write(directory: &Path, layout: Layout, reported: &AtomicU64) {
    let report = |round| {
        // No update of one round is moved to the other side of the report, not even by the
        // compiler: the processor stops between two instructions.
        compiler_fence(Ordering::SeqCst);
        reported.store(round, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
    };
    let (stats, mut updates) = publish(directory, layout, KINDS);
    report(1);
    let mut added: Vec<Counter> = Vec::new();
    for round in 2.. {
        for update in &mut updates {
            update();
        }
        // As long as there is free space.
        added.extend(stats.add(Counter::named(format!("added.{}", added.len()))));
        for counter in &added {
            counter.incr();
        }
        report(round);
    }
}

/// The sequence of moments of one run: xorshift.
struct Moments(u64);

impl Moments {
    fn of_seed() -> (u64, Self) {
        let seed = std::env::var("MMSTATS_TEST_SEED").ok();
        let seed = seed.map(|seed| seed.parse().expect("a number"));
        let seed = seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        (seed, Self(seed | 1))
    }

    /// From 1 µs to 8 ms, and as many below 100 µs as above: creations and additions are short.
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let share = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        Duration::from_secs_f64(1e-6 * 8000_f64.powf(share))
    }
}

/// Waits until a child has reported.
fn wait_for_report(child: Pid, reported: &AtomicU64) {
    while reported.load(Ordering::Relaxed) == 0 {
        assert_eq!(waitpid(child, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive));
        thread::yield_now();
    }
}

/// Spins: a moment is shorter than a thread can sleep.
fn pass(moment: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < moment {
        std::hint::spin_loop();
    }
}

#[test]
fn a_killed_writer_leaves_whole_values_and_its_last_counts() {
    let (seed, mut moments) = Moments::of_seed();
    println!("MMSTATS_TEST_SEED={seed}");
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = directory.path().join(FILE);
    let reported = shared_memory::word();
    let (mut files, mut with_space, mut updates) = (0, 0, 0);
    for number in 0..KILLS {
        let layout = LAYOUTS[number % LAYOUTS.len()];
        reported.store(0, Ordering::Relaxed);
        let child = start_child(|| write(directory.path(), layout, reported)).unwrap();
        // A quarter of them are killed while creating the file, or before.
        let is_published = number % 4 != 0;
        if is_published {
            wait_for_report(child, reported);
        }
        pass(moments.next());
        kill(child, Signal::SIGKILL).unwrap();
        assert_eq!(waitpid(child, None), Ok(WaitStatus::Signaled(child, Signal::SIGKILL, false)));

        let reported = reported.load(Ordering::Relaxed);
        if !is_published && !path.exists() {
            continue;
        }
        let file = StatsFile::read(&path).unwrap();
        assert_whole(&file, layout, reported);
        assert_shown_alike(&file, &fs::read(&path).unwrap());
        if file.identity().is_some() {
            let removal = remove_if_dead(&path, &mut Processes::new());
            assert!(matches!(removal, Ok(Removal::Removed { .. })), "{removal:?}");
        } else {
            assert_eq!(layout, Layout::Packed, "a file of the original's names no writer");
            fs::remove_file(&path).unwrap();
        }
        files += 1;
        let all_added = KINDS.len() + reported as usize;
        with_space += u32::from(file.stats().len() + 1 >= all_added);
        updates += reported;
    }
    println!("{files} files, {with_space} of them with free space, {updates} rounds");
    assert!(files > KILLS / 2 && with_space > 0 && updates > KILLS as u64, "too few writes");
}

/// No value is torn, and counters are within one of what was reported.
fn assert_whole(file: &StatsFile, layout: Layout, reported: u64) {
    assert!(file.problem().is_none(), "{:?}", file.problem());
    assert!(reported == 0 || file.stats().len() >= KINDS.len(), "{} fields", file.stats().len());
    for (stat, kind) in file.stats().zip(KINDS) {
        assert!(stat.label().starts_with(kind.label), "{}", stat.label());
        assert!(stat.is_stable(), "{} {}", stat.label(), stat.value());
        // The one text that is changed in place.
        let may_tear = layout == Layout::Packed && kind.label == "text";
        let is_new = reported == 0 && is_initial(&stat);
        let components: Vec<Value> = stat.components().map(|(_, value)| value).collect();
        let is_torn = (kind.judge)(&components) == Judged::Torn;
        assert!(!is_torn || is_new || may_tear, "{}: {components:?}", stat.label());
    }
    let Some(counter) = file.get("counter") else {
        return;
    };
    // Both halves count.
    assert_within_one(counter.value().as_u64().unwrap() >> 32, reported, "counter");
    for (number, stat) in (0..).zip(file.stats().skip(KINDS.len())) {
        assert_eq!(stat.label(), format!("added.{number}"));
        // Added in round 2 + `number`.
        assert_within_one(stat.value().as_u64().unwrap() + number + 1, reported, &stat.label());
    }
}

fn assert_within_one(counted: u64, reported: u64, label: &str) {
    let within = counted == reported || counted == reported + 1;
    assert!(within, "{label} is {counted}, but {reported} were reported");
}

/// Whether a field is there and was never updated.
fn is_initial(stat: &Stat) -> bool {
    stat.components().all(|(_, value)| match value {
        Value::Text(text) => text.is_empty(),
        value => value.as_f64() == Some(0.0),
    })
}

/// The naive reader shows the same labels and values.
fn assert_shown_alike(file: &StatsFile, bytes: &[u8]) {
    let naive = oracle::fields(bytes);
    assert_eq!(naive.len(), file.stats().len());
    for (stat, field) in file.stats().zip(naive) {
        assert_eq!(stat.label(), field.label);
        let alike = match (stat.value(), &field.value) {
            (Value::Unsigned(value), oracle::Value::Integer(naive)) => i128::from(value) == *naive,
            (Value::Signed(value), oracle::Value::Integer(naive)) => i128::from(value) == *naive,
            (Value::Float(value), oracle::Value::Float(naive)) => value == *naive,
            (Value::Bool(value), oracle::Value::Flag(naive)) => value == *naive,
            (Value::Text(value), oracle::Value::Text(naive)) => value == *naive,
            _ => false,
        };
        assert!(alike, "{}: {:?}, {:?}", field.label, stat.value(), field.value);
    }
}
