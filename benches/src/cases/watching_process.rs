//! mmash, the process, beside one of another version: the processor time of their polls.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use super::files::Files;
use super::process::tool;
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Skipped};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`mmash`, the process, a second with 5,000 files (watch)",
    against: Against::Other("the `mmash` of `$MMASH_BEFORE`, at the same time"),
    asked: Some(0.5),
    measure,
}];

/// Both poll once a second; a window has two polls of each.
const WINDOW: Duration = Duration::from_secs(2);
const WINDOWS: usize = 10;
/// Values change as often as that.
const STEP: Duration = Duration::from_millis(250);

fn measure(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let before = env::var_os("MMASH_BEFORE")
        .ok_or(Skipped("set MMASH_BEFORE to the path of a mmash to compare with"))?;
    let files = Files::create(&bench.directory.join("mmash"), 5_000, Twenty::fill)?;
    let own = |name: &str| -> Result<_, Box<dyn Error>> {
        let directory = bench.directory.join(name);
        fs::create_dir(&directory)?;
        Ok(directory)
    };
    let ours = Server::start(&tool("MMASH")?, &files.directory, &own("mmash-now")?)?;
    let other = Server::start(Path::new(&before), &files.directory, &own("mmash-before")?)?;
    let wait = || -> Result<(), Box<dyn Error>> {
        for _ in 0..WINDOW.as_millis() / STEP.as_millis() {
            bench.harness.check()?;
            files.writers.iter().for_each(|stats| stats.count_request());
            thread::sleep(STEP);
        }
        Ok(())
    };
    // The first poll does more than the others.
    wait()?;
    let mut pairs = Vec::new();
    for _ in 0..WINDOWS {
        let (own, others) = (ours.processor_time()?, other.processor_time()?);
        wait()?;
        let polls = WINDOW.as_secs_f64();
        let took = |server: &Server, before: Duration| -> Result<f64, Box<dyn Error>> {
            Ok(server.processor_time()?.saturating_sub(before).as_secs_f64() * 1e9 / polls)
        };
        pairs.push((took(&ours, own)?, took(&other, others)?));
    }
    Ok(Measurement::of_pairs(&pairs))
}

/// A running mmash, killed when dropped.
struct Server(Child);

impl Server {
    /// Starts one that reads `files` and has all that is its own in `directory`.
    fn start(program: &Path, files: &Path, directory: &Path) -> Result<Self, Box<dyn Error>> {
        let mut listen = std::ffi::OsString::from("unix:");
        listen.push(directory.join("socket"));
        let child = Command::new(program)
            .args(["--interval", "1", "--glob"])
            .arg(files)
            .arg("--listen")
            .arg(listen)
            .env("MMSTATS_PATH", directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    /// What all of its threads have used.
    fn processor_time(&self) -> Result<Duration, Box<dyn Error>> {
        let clock: ClockId = clock_getcpuclockid(Pid::from_raw(self.0.id().cast_signed()))?;
        Ok(clock.now()?.into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
