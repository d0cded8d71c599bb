//! Whether reading ten times as much takes ten times as long.
//!
//! Each size takes turns with the one before, so the step between them is a ratio as in the table.

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use mmstats::{Counter, Field, Options, Published, StatsFile};

use super::{Text, grouped};
use crate::cases::Bench;
use crate::cases::files::Files;
use crate::harness::{Harness, Interrupted, Pair, Turn, repeated};
use crate::stats::Twenty;
use crate::table::{figure, markdown};

/// What ten times as much may take at most: fifteen times as long.
const ASKED: f64 = 15.0;

const HEADER: [&str; 6] = ["read", "takes", "each", "", "times the one before", "holds"];

/// One size.
struct Step {
    name: String,
    count: usize,
    nanoseconds: f64,
    times_before: Option<f64>,
}

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let directory = bench.directory.join("growth");
    let files = Files::create(&directory, 10_000, Twenty::fill)?;
    let counts = [1, 10, 100, 1_000, 10_000];
    let many_files = steps(bench.harness, "file", &counts, |count| {
        let paths = &files.paths[..count];
        repeated(|| read_all(paths))
    })?;
    drop(files);

    let counts = [10, 100, 1_000, 10_000];
    std::fs::create_dir(&directory)?;
    let files = counts.map(|count| file_of(&directory, count));
    let files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
    let many_fields = steps(bench.harness, "field", &counts, |count| {
        let position = counts.iter().position(|other| *other == count).unwrap_or_default();
        let path = files[position].path().into_iter().map(PathBuf::from).collect::<Vec<_>>();
        repeated(move || read_all(&path))
    })?;
    let text = format!("{}\n{}", table(&many_files), table(&many_fields));
    let holds = many_files.iter().chain(&many_fields).all(|step| step.holds() != Some(false));
    Ok(Text { text, holds })
}

/// Reads and keeps them all, as a tool does that adds them up.
fn read_all(paths: &[PathBuf]) -> Vec<StatsFile> {
    let read = |path| StatsFile::read(path).expect("a good file");
    let files: Vec<_> = paths.iter().map(read).collect();
    for stat in files.iter().flat_map(StatsFile::stats) {
        black_box((stat.label(), stat.value()));
    }
    files
}

/// A file with a number of counters and nothing else.
fn file_of(directory: &Path, count: usize) -> Result<Published<()>, Box<dyn Error>> {
    let stats = Options::dynamic("Growth")
        .path(directory)
        .filename(format!("{count}.mmstats"))
        .default_fields(false)
        .capacity(100 * count)
        .create()?;
    for number in 0..count {
        let _: Counter = stats.add(Counter::named(format!("jobs.{number}")))?;
    }
    Ok(stats)
}

fn steps<'a>(
    harness: &Harness,
    name: &str,
    counts: &[usize],
    mut turn: impl FnMut(usize) -> Turn<'a>,
) -> Result<Vec<Step>, Interrupted> {
    let mut steps: Vec<Step> = Vec::new();
    for (&before, &count) in counts.iter().zip(&counts[1..]) {
        let pair = Pair { ours: turn(count), other: turn(before), besides: None };
        let measurement = harness.compare(pair)?;
        if steps.is_empty() {
            steps.push(Step::new(name, before, measurement.other, None));
        }
        steps.push(Step::new(name, count, measurement.ours, Some(measurement.ratio.median)));
    }
    Ok(steps)
}

impl Step {
    fn new(name: &str, count: usize, nanoseconds: f64, times_before: Option<f64>) -> Self {
        let plural = if count == 1 { "" } else { "s" };
        let name = format!("{} {name}{plural}", grouped(count));
        Self { name, count, nanoseconds, times_before }
    }

    fn holds(&self) -> Option<bool> {
        self.times_before.map(|times| times <= ASKED)
    }

    fn each(&self) -> f64 {
        self.nanoseconds / self.count as f64
    }
}

fn table(steps: &[Step]) -> String {
    let most = steps.iter().map(Step::each).fold(0.0, f64::max);
    let rows: Vec<_> = steps
        .iter()
        .map(|step| {
            [
                step.name.clone(),
                figure(step.nanoseconds),
                figure(step.each()),
                "▇".repeat((24.0 * step.each() / most).round().max(1.0) as usize),
                step.times_before.map_or_else(|| "-".into(), |times| format!("{times:.1}")),
                step.holds().map_or("-", |holds| if holds { "yes" } else { "**no**" }).into(),
            ]
        })
        .collect();
    markdown(HEADER, &rows)
}
