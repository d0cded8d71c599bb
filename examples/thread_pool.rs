//! Counters of a thread pool: every thread has its own file, readers add them up.
//!
//! ```text
//! cargo run --release --bin thread_pool
//! ```
//!
//! On a terminal the files stay until Ctrl-C, so that another one can show them.

mod hold;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use mmstats::{Counter, Histogram, MmStats, StatsFile, Timer, UpDownCounter};

#[derive(MmStats)]
#[mmstats(prefix = "pool.")]
struct PoolStats {
    /// Finished jobs.
    #[mmstats(unit = "jobs")]
    done: Counter,
    /// Waiting jobs: one thread raises the number, those of the pool lower it.
    #[mmstats(unit = "jobs")]
    waiting: UpDownCounter,
    /// Time to do a job.
    job: Timer,
    /// Steps that a job took.
    #[mmstats(unit = "steps", max = 1_000, error = 0.01)]
    steps: Histogram,
}

mmstats::per_thread! {
    static STATS: PoolStats = PoolStats::options();
}

const JOBS: u64 = 100_000;
const THREADS: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let (sender, receiver) = mpsc::channel();
    let jobs = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| work(&jobs));
        }
        (1..=JOBS).try_for_each(|job| {
            STATS.with(|stats| stats.waiting.incr());
            sender.send(job)
        })?;
        drop(sender);
        Ok::<(), Box<dyn Error>>(())
    })?;
    report()?;
    hold::until_interrupted("--sum --label 'pool.*'")?;
    Ok(())
}

/// Does jobs until the channel is closed. The lock is for the channel; counting takes none.
fn work(jobs: &Mutex<Receiver<u64>>) {
    let next = || jobs.lock().ok()?.recv().ok();
    while let Some(job) = next() {
        STATS.with(|stats| stats.waiting.decr());
        let steps = STATS.time(|stats| &stats.job, || collatz(job));
        STATS.with(|stats| {
            stats.done.incr();
            stats.steps.record(steps);
        });
    }
}

/// The number of steps to 1 by the rule of Collatz.
fn collatz(mut number: u64) -> u64 {
    let mut steps = 0;
    while number > 1 {
        number = if number.is_multiple_of(2) { number / 2 } else { 3 * number + 1 };
        steps += 1;
    }
    steps
}

/// Reads the files back, as any other process could.
fn report() -> Result<(), Box<dyn Error>> {
    let mut done = BTreeMap::new();
    for path in mmstats::find::<&str>([]).paths() {
        let file = StatsFile::read(path)?;
        if file.pid() == Some(std::process::id())
            && let Some(stat) = file.get("pool.done")
            // The thread that sends the jobs does none.
            && stat.value().as_u64() != Some(0)
        {
            println!("{} did {} jobs", path.display(), stat.value());
            done.insert(path.clone(), stat.value().as_f64().unwrap_or(0.0));
        }
    }
    println!("{} files, {} jobs", done.len(), done.values().sum::<f64>());
    Ok(())
}
