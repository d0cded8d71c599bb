//! How long an hour takes to be replayed, in processor time.

use std::error::Error;
use std::time::Duration;

use mmstats::Changes;
use mmstats_recording::Recording;

use super::Text;
use crate::cases::Bench;
use crate::recording::{FILES, Load, hour, processor_time};
use crate::table::markdown;

const ASKED: Duration = Duration::from_secs(10);
const POLLS: usize = 3_600;

const HEADER: [&str; 5] =
    ["an hour of 1,000 files", "updates alone", "with `Changes`", "asked", "holds"];

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let (mut rows, mut all) = (Vec::new(), true);
    for (load, name) in [(Load::Scalars, "6 scalars change"), (Load::Timers, "42 numbers change")] {
        let path = hour(bench, load)?;
        let [alone, with] = [false, true].map(|with_changes| replay(bench, &path, with_changes));
        let (alone, with) = (alone?, with?);
        let holds = with <= ASKED;
        all &= holds;
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        rows.push([
            name.into(),
            seconds(alone),
            seconds(with),
            format!("≤ {}", seconds(ASKED)),
            if holds { "yes" } else { "**no**" }.into(),
        ]);
    }
    Ok(Text { text: markdown(HEADER, &rows), holds: all })
}

fn replay(
    bench: &Bench,
    path: &std::path::Path,
    with_changes: bool,
) -> Result<Duration, Box<dyn Error>> {
    let start = processor_time()?;
    let recording = Recording::open(path)?;
    let (mut updates, mut changes, mut polls) = (recording.updates(..)?, Changes::new(), 0);
    while let Some(update) = updates.next() {
        let update = update?;
        if with_changes {
            changes.advance(&update);
        }
        assert_eq!(update.files().len(), FILES, "every file");
        polls += 1;
        bench.harness.check()?;
    }
    assert_eq!(polls, POLLS, "every poll");
    Ok(processor_time()?.saturating_sub(start))
}
