//! How long the recorder keeps its caller waiting, and its memory over ten minutes.
//!
//! The recording is on a disk, and pauses are by the clock: they have all that the caller waits for.
//! Those in which the kernel gave the processor to another program don't count.

use std::error::Error;
use std::time::Duration;

use super::worst::disk;
use super::{Text, grouped};
use crate::cases::Bench;
use crate::recording::{FILES, Load, Played, Programs, Took};
use crate::table::{figure, markdown};

/// A span, in which everything is new.
const FIRST: usize = 60;
const POLLS: usize = 660;
const LONGEST: Duration = Duration::from_millis(30);
/// Beside the values and what changed in a span.
const MEMORY: usize = 16 << 20;

const HEADER: [&str; 9] = [
    "1,000 files of which",
    "a poll, on average",
    "recorded in",
    "longest pause",
    "asked",
    "not counted",
    "heap after 1, 2, 5, 11 minutes",
    "most",
    "asked",
];

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let disk = tempfile::Builder::new().prefix("bench-").tempdir_in(disk()?)?;
    let (mut rows, mut holds) = (Vec::new(), true);
    for (load, name, changes) in
        [(Load::Scalars, "6 scalars change", 6), (Load::Timers, "42 numbers change", 42)]
    {
        let programs = Programs::create(bench.directory, load, FILES)?;
        let allowed = 2 * programs.size() + 4 * changes * FILES * 60 + MEMORY;
        let mut played = Played::start(programs, &disk.path().join(load.name()))?;
        let (mut all, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..POLLS {
            bench.harness.check()?;
            all.push(played.poll()?);
            memory.push(played.heap.max(0) as usize);
        }
        played.finish()?;
        let most = memory.iter().copied().max().unwrap_or_default();
        let all = &all[FIRST..];
        let average = |time: fn(&Took) -> Duration| {
            figure(all.iter().map(time).sum::<Duration>().as_secs_f64() * 1e9 / all.len() as f64)
        };
        let pauses = || all.iter().filter_map(|took| took.pause);
        let pause = pauses().max().unwrap_or_default();
        holds &= pause <= LONGEST && most <= allowed;
        let memory = [60, 120, 300, 659].map(|poll| grouped(memory[poll]));
        rows.push([
            name.into(),
            average(|took| took.poll),
            average(|took| took.record),
            figure(pause.as_secs_f64() * 1e9),
            format!("≤ {}", figure(LONGEST.as_secs_f64() * 1e9)),
            grouped(all.len() - pauses().count()),
            memory.join(", "),
            grouped(most),
            format!("≤ {}", grouped(allowed)),
        ]);
    }
    Ok(Text { text: markdown(HEADER, &rows), holds })
}
