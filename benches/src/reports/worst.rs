//! The longest that a single write takes while another thread writes and syncs on the same disk.
//!
//! Between two clock readings is one `Counter::incr`, so each of these gaps is a write and a
//! reading. One in which the kernel gave the processor to another program doesn't count: that would
//! happen to any loop. One that waited for the kernel does.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Options, Published};
use nix::sys::resource::UsageWho;
use nix::sys::statfs::{TMPFS_MAGIC, statfs};

use super::{Text, grouped};
use crate::cases::Bench;
use crate::harness::preemptions;
use crate::table::{figure, markdown};

/// Each of the media takes turns of this length.
const TURN: Duration = Duration::from_millis(100);
const TURNS: u32 = 100;

/// What is written again and again, and synced in parts.
const WRITTEN: u64 = 128 << 20;
const SYNCED: u64 = 16 << 20;

/// A gap of this length is worth asking the kernel about.
const LONG: Duration = Duration::from_micros(5);

const HEADER: [&str; 7] = [
    "a counter in",
    "writes",
    "each, with the clock",
    "the worst",
    "over 10 µs",
    "over 1 ms",
    "not counted",
];

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let disk = tempfile::Builder::new().prefix("bench-").tempdir_in(disk()?)?;
    let mut media = [
        Medium::new("private memory", &bench.directory.join("none"))?,
        Medium::new("`/dev/shm`", bench.directory)?,
        Medium::new("a file on the disk", disk.path())?,
    ];
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let path = disk.path().join("filler");
    let filled = thread::scope(|scope| {
        let filler = scope.spawn(|| fill(&path, &stop, &written));
        let result = (0..TURNS).try_for_each(|_| {
            media.iter_mut().for_each(Medium::turn);
            bench.harness.check()
        });
        stop.store(true, Ordering::Relaxed);
        result.map(|()| filler.join())
    })?;
    filled.map_err(|_| "the filler panicked")??;
    let rows = media.each_ref().map(Medium::cells);
    let megabytes = grouped((written.into_inner() >> 20) as usize);
    let seconds = (TURN * TURNS).as_secs();
    let text = format!(
        "{seconds} s each, while {megabytes} MiB were written and synced to that disk.\n\n{}",
        markdown(HEADER, &rows)
    );
    Ok(Text { text, holds: true })
}

/// The first of the usual directories that isn't in memory.
pub(super) fn disk() -> Result<PathBuf, Box<dyn Error>> {
    let is_disk =
        |path: &PathBuf| statfs(path).is_ok_and(|system| system.filesystem_type() != TMPFS_MAGIC);
    let directories = [env::temp_dir(), "/var/tmp".into()];
    directories.into_iter().find(is_disk).ok_or_else(|| "no temporary directory on a disk".into())
}

/// Writes a large file again and again, and waits for the disk each time.
fn fill(path: &Path, stop: &AtomicBool, written: &AtomicU64) -> io::Result<()> {
    let block = vec![0xa5; 1 << 20];
    while !stop.load(Ordering::Relaxed) {
        let mut file = File::create(path)?;
        let mut done = 0;
        while done < WRITTEN && !stop.load(Ordering::Relaxed) {
            file.write_all(&block)?;
            done += block.len() as u64;
            if done.is_multiple_of(SYNCED) {
                file.sync_all()?;
                written.fetch_add(SYNCED, Ordering::Relaxed);
            }
        }
    }
    Ok(())
}

/// Where a counter is, and how long its writes took.
struct Medium {
    name: &'static str,
    counter: Counter,
    _stats: Published<()>,
    writes: u64,
    time: Duration,
    worst: Duration,
    over_10_us: usize,
    over_1_ms: usize,
    preempted: usize,
}

impl Medium {
    /// A counter in a file there; in private memory if there is no such directory.
    fn new(name: &'static str, directory: &Path) -> Result<Self, Box<dyn Error>> {
        let options = Options::dynamic("Worst").path(directory).or_private_memory();
        let stats = options.capacity(1_000).create()?;
        assert_eq!(stats.path().is_some(), directory.is_dir(), "a file where one can be");
        let counter = stats.add(Counter::named("writes"))?;
        Ok(Self {
            name,
            counter,
            _stats: stats,
            writes: 0,
            time: Duration::ZERO,
            worst: Duration::ZERO,
            over_10_us: 0,
            over_1_ms: 0,
            preempted: 0,
        })
    }

    fn turn(&mut self) {
        let mut preempted = preemptions(UsageWho::RUSAGE_THREAD);
        let start = Instant::now();
        let mut last = start;
        while last - start < TURN {
            self.counter.incr();
            let now = Instant::now();
            self.writes += 1;
            let took = now - last;
            last = now;
            if took > LONG {
                let before =
                    std::mem::replace(&mut preempted, preemptions(UsageWho::RUSAGE_THREAD));
                self.long(took, preempted != before);
                // The system call isn't part of the next gap.
                last = Instant::now();
            }
        }
        self.time += last - start;
    }

    fn long(&mut self, took: Duration, was_preempted: bool) {
        if was_preempted {
            self.preempted += 1;
            return;
        }
        self.worst = self.worst.max(took);
        self.over_10_us += usize::from(took > Duration::from_micros(10));
        self.over_1_ms += usize::from(took > Duration::from_millis(1));
    }

    fn cells(&self) -> [String; HEADER.len()] {
        [
            self.name.into(),
            grouped(self.writes as usize),
            figure(self.time.as_secs_f64() * 1e9 / self.writes as f64),
            figure(self.worst.as_secs_f64() * 1e9),
            grouped(self.over_10_us),
            grouped(self.over_1_ms),
            grouped(self.preempted),
        ]
    }
}
