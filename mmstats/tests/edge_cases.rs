//! Unusual moments and extreme options: nothing aborts, deadlocks or is left behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{
    Attachments, Counter, Declarations, DeclareError, Field, Gauge, Histogram, MmStats,
    MovingAverage, Options, Text, Timer, WindowedAverage,
};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;
use tempfile::TempDir;

fn dynamic(directory: &TempDir) -> Options {
    Options::dynamic("Odd").path(directory.path())
}

/// Attaches a different kind than it declares.
struct Confused(Gauge<u64>);

impl MmStats for Confused {
    const NAME: &'static str = "Confused";

    fn declare(fields: &mut Declarations) {
        fields.add(Counter::named("hits"));
    }

    fn attach(fields: &mut Attachments) -> Self {
        Self(fields.next())
    }

    fn retire(&self) {
        Field::retire(&self.0);
    }
}

#[test]
fn a_panic_while_the_struct_is_built_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let options = Confused::options().path(directory.path());
    let outcome = catch_unwind(AssertUnwindSafe(|| options.create().map(drop)));
    assert!(outcome.is_err());
    assert!(files(directory.path()).is_empty());
}

#[test]
fn windows_and_texts_beyond_memory_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    for window in [usize::MAX, usize::MAX / 8, (1 << 24) + 1] {
        let is_window = |text: String| text.contains("window");
        let moving = stats.add(MovingAverage::named("moving").window(window));
        assert!(is_window(format!("{:#}", moving.unwrap_err())), "{window}");
        let timer = stats.add(Timer::named("timer").window(window));
        assert!(is_window(format!("{:#}", timer.unwrap_err())), "{window}");
    }
    for size in [usize::MAX, u32::MAX as usize, (1 << 24) + 1] {
        let error = stats.add(Text::named("text").size(size)).unwrap_err();
        let mmstats::AddError::Declaration { source, .. } = error else { panic!("{error}") };
        assert_eq!(source, DeclareError::Size { found: size });
    }
    // A rejected field occupies no label.
    let _text: Text = stats.add(Text::named("text")).unwrap();
    let _moving: MovingAverage = stats.add(MovingAverage::named("moving").window(8)).unwrap();
}

/// A message that names only what was found leaves the reader guessing.
#[test]
fn an_out_of_range_error_names_the_range() {
    let directory = tempfile::tempdir().unwrap();
    let stats = dynamic(&directory).create().unwrap();
    let too_long = "x".repeat(65_536);
    let found = [
        stats.add(MovingAverage::named("m").window((1 << 24) + 1)).map(drop),
        stats.add(Timer::named("t").window(0)).map(drop),
        stats.add(WindowedAverage::named("w").window(-1)).map(drop),
        stats.add(Text::named("s").size(0)).map(drop),
        stats.add(Histogram::named("h").error(0.9)).map(drop),
        stats.add(Counter::named("")).map(drop),
        stats.add(Counter::named(too_long)).map(drop),
    ];
    let found = found.map(|result| format!("{:#}", result.unwrap_err()));
    for (message, facts) in found.iter().zip([
        ["'m'", " 16777217 values", "expected 1 to 16777216"],
        ["'t'", " 0 values", "expected 1 to 16777216"],
        ["'w'", " -1 seconds", "expected 0.00000006 to 1.8e19"],
        ["'s'", " 0 bytes", "expected 1 to 16777216"],
        ["'h'", " 0.9", "expected 0.0000077 to 0.5"],
        ["''", " empty", "expected 1 to 65535 bytes"],
        ["x…'", " 65536 bytes", "expected 1 to 65535"],
    ]) {
        assert!(facts.iter().all(|fact| message.contains(fact)), "{message}: {facts:?}");
        assert!(message.len() < 200, "{message}");
    }
    let name = dynamic(&directory).filename("a/b").create().unwrap_err();
    let name = name.to_string();
    assert!(name.contains("'a/b'") && name.contains("contain '/' or NUL"), "{name}");
}

#[test]
fn a_failed_creation_leaves_no_file_and_no_descriptor_and_blocks_no_fork() {
    const FORKS: usize = 200;
    let directory = tempfile::tempdir().unwrap();
    let fail = || {
        let long = dynamic(&directory).filename(format!("x.{}", "x".repeat(300))).create();
        assert!(long.unwrap_err().to_string().contains("name"));
    };
    let code = in_child(|| {
        let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        fail();
        let before = descriptors();
        (0..100).for_each(|_| fail());
        descriptors() == before
    });
    assert_eq!(code, 0);
    assert!(files(directory.path()).is_empty());

    let done = AtomicBool::new(false);
    let slow = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fail();
            }
        });
        let fork_is_slow = |_: &usize| {
            let begun = Instant::now();
            assert_eq!(in_child(|| true), 0);
            begun.elapsed() >= Duration::from_secs(1)
        };
        let slow = (0..FORKS).filter(fork_is_slow).count();
        done.store(true, Ordering::Relaxed);
        slow
    });
    // If forks waited, several in a hundred would; on a busy machine one may be slow.
    assert!(slow <= 1, "{slow} of {FORKS} waited for a creation that waited for them");
}
