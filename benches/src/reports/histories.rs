//! How long it takes to read a stat over time, and all files at one time; and a recording's size.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use mmstats_recording::{HistoryQuery, Recording};
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use super::Text;
use super::worst::disk;
use crate::cases::Bench;
use crate::recording::{Load, day, hour};
use crate::table::{figure, markdown};

const FILES: usize = 100;
const TURNS: usize = 21;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// How much longer a day may take than an hour.
const RATIO: f64 = 5.0;
/// How much larger a file may be than the blocks in it.
const SIZE: f64 = 1.3;

const HEADER: [&str; 4] = ["what", "median", "asked", "holds"];

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let disk = tempfile::Builder::new().prefix("bench-").tempdir_in(disk()?)?;
    let path = day(bench, FILES, disk.path())?;
    let recording = Recording::open(&path)?;
    let (mut hours, mut days) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        bench.harness.check()?;
        hours.push(read(&recording, HOUR, 3_600)?);
        days.push(read(&recording, DAY, 1_200)?);
    }
    let (hour_took, day_took) = (median(hours), median(days));
    let mut cold = Vec::new();
    for _ in 0..TURNS {
        forget(&path)?;
        cold.push(read(&Recording::open(&path)?, DAY, 1_200)?);
    }
    let large = hour(bench, Load::Timers)?;
    let (at, info) = (at(&large)?, Recording::open(&large)?.info()?);
    let times = [
        ("one stat of a file, an hour, each poll", hour_took, 5),
        ("24 hours, 1,200 points", day_took, 10),
        ("the same, page cache dropped", median(cold), 50),
        ("1,000 files with 42 changed numbers, at a time", at, 500),
    ];
    let mut rows: Vec<_> = times
        .map(|(what, took, asked)| {
            let asked = Duration::from_millis(asked);
            let time = |time: Duration| figure(time.as_secs_f64() * 1e9);
            row(what, time(took), time(asked), took <= asked)
        })
        .into();
    let ratio = day_took.as_secs_f64() / hour_took.as_secs_f64();
    let size = info.sizes.file as f64 / info.sizes.blocks as f64;
    let ratios =
        [("24 hours against one", ratio, RATIO), ("the file against its blocks", size, SIZE)];
    rows.extend(ratios.map(|(what, ratio, asked)| {
        row(what, format!("{ratio:.2}"), format!("{asked:.2}"), ratio <= asked)
    }));
    let holds = rows.iter().all(|row| row[3] == "yes");
    Ok(Text { text: markdown(HEADER, &rows), holds })
}

fn row(what: &str, found: String, asked: String, holds: bool) -> [String; 4] {
    [what.into(), found, format!("≤ {asked}"), if holds { "yes" } else { "**no**" }.into()]
}

/// Reads a counter of one file over the last part of the recording.
fn read(recording: &Recording, range: Duration, points: usize) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let (_, last) = recording.bounds()?.ok_or("no polls")?;
    let query = HistoryQuery::of(|stat| stat.label() == "requests.0")
        .files(|path| path.ends_with("shop-0050.mmstats"))
        .range(last - range..)
        .points(points);
    let mut found = 0;
    recording.visit_histories(&query, |_| found += 1)?;
    let took = start.elapsed();
    assert!((points - 2..=points + 2).contains(&found), "{found} points, and not {points}");
    Ok(took)
}

/// All files at a time, the longest of ten: each tenth span says everything, and from there others are
/// read.
fn at(path: &Path) -> Result<Duration, Box<dyn Error>> {
    let recording = Recording::open(path)?;
    let (first, _) = recording.bounds()?.ok_or("no polls")?;
    let times = (0..10).map(|span| {
        let wall: SystemTime = first + Duration::from_secs(1_205 + 60 * span);
        let start = Instant::now();
        let found = recording.at(wall)?.ok_or("nothing at that time")?;
        assert_eq!(found.files.len(), crate::recording::FILES, "every file");
        Ok(start.elapsed())
    });
    let times: Vec<_> = times.collect::<Result<_, Box<dyn Error>>>()?;
    Ok(times.into_iter().max().unwrap_or_default())
}

/// Drops a file from the page cache.
fn forget(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
