//! `-o openmetrics`: samples with their times, by metric.

mod point;
mod series;
mod spill;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fmt};

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::plural::counted;
use mmstats_exposition::Bounds;
use mmstats_tools::common::exposition::StatTimeline;
use mmstats_tools::common::patterns::LabelPattern;

use self::series::FileSeries;
use self::spill::Spill;
use super::failure::Failure;
use super::polls::Poll;

/// How many bytes of samples are in memory before they are in a temporary file.
const MEMORY: usize = 32 << 20;

/// Gathers the samples of polls.
#[derive(Debug)]
pub struct OpenMetrics<'a> {
    timeline: StatTimeline,
    series: FileSeries<'a>,
    spill: Spill,
    directory: PathBuf,
    /// The time of the last poll that was taken.
    last: Option<i64>,
    /// How many polls were left out, as the clock had been set back.
    left_out: u64,
}

impl<'a> OpenMetrics<'a> {
    /// Of stats whose labels match, for this file or stdout.
    pub fn new(labels: &'a [LabelPattern], file: Option<&Path>) -> Self {
        let directory = temporary_directory(file);
        Self {
            timeline: StatTimeline::new(Bounds::default()),
            series: FileSeries::new(labels),
            spill: Spill::new(directory.clone(), MEMORY),
            directory,
            last: None,
            left_out: 0,
        }
    }

    /// Adds the samples of a poll. The times of a series must rise.
    pub fn poll(&mut self, poll: &Poll<'_>) -> Result<(), Failure> {
        if self.last.is_some_and(|last| poll.time <= last) {
            self.left_out += 1;
            return Ok(());
        }
        self.last = Some(poll.time);
        let Self { timeline, series, spill, directory, .. } = self;
        let result =
            series.poll(poll, timeline, |series, sample| spill.push(series, poll.time, sample));
        result.map_err(|error| failed(directory, &error))
    }

    /// Writes all; returns whether any stat matched.
    pub fn write(self, out: &mut impl Write, diagnostics: &Diagnostics) -> Result<bool, Failure> {
        let Self { timeline, mut spill, directory, left_out, .. } = self;
        if left_out > 0 {
            let polls = counted(left_out, "polls");
            let message = "are left out, as the clock had been set back before them";
            diagnostics.note(&format_args!("warning: {polls} {message}"));
        }
        let has_matched = !spill.is_empty();
        let mut failure = None;
        let written = timeline.write(out, |series, points| {
            let read = spill.read(series.0);
            let samples = read.inspect_err(|error| failure = Some(failed(&directory, error)))?;
            samples.for_each(|time, sample| points.add(time, sample))
        });
        failure.map_or(Ok(()), Err)?;
        written?;
        Ok(has_matched)
    }
}

/// Where much can be stored for a while. /tmp may be memory.
fn temporary_directory(file: Option<&Path>) -> PathBuf {
    let given = env::var_os("TMPDIR").map(PathBuf::from);
    let beside = || {
        let parent = file?.parent()?;
        Some(if parent == Path::new("") { ".".into() } else { parent.to_owned() })
    };
    let usual = || Some(PathBuf::from("/var/tmp")).filter(|path| path.is_dir());
    given.or_else(beside).or_else(usual).unwrap_or_else(env::temp_dir)
}

fn failed(directory: &Path, error: &dyn fmt::Display) -> Failure {
    Failure::Message(format!("a temporary file in {}: {error}", escape_path(directory)))
}
