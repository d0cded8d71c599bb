//! Recording a thousand files, against the polls that find what is recorded.

use std::error::Error;
use std::time::Duration;

use super::{Against, Bench, Comparison};
use crate::harness::Measurement;
use crate::recording::{FILES, Load, Played, Programs};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "recording 1,000 files of which 6 scalars change",
        against: Against::Other(POLL),
        asked: Some(1.5),
        measure: |bench| against_poll(bench, Load::Scalars),
    },
    Comparison {
        operation: "recording 1,000 files of which 42 numbers change",
        against: Against::Other(POLL),
        asked: Some(3.0),
        measure: |bench| against_poll(bench, Load::Timers),
    },
];

const POLL: &str = "the poll of `Watch` that finds them";

/// Polls of a span, at the end of which it is packed.
const SPAN: u32 = 60;
/// All words of all files are recorded again after ten of them.
const SPANS: usize = 11;

/// Each pair is a span, in processor time of this thread.
fn against_poll(bench: &Bench, load: Load) -> Result<Measurement, Box<dyn Error>> {
    let programs = Programs::create(bench.directory, load, FILES)?;
    let mut played = Played::start(programs, &bench.directory.join("recording"))?;
    let mut span = || -> Result<(f64, f64), Box<dyn Error>> {
        let (mut poll, mut record) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..SPAN {
            bench.harness.check()?;
            let took = played.poll()?;
            poll += took.poll;
            record += took.record;
        }
        let each = |time: Duration| (time / SPAN).as_secs_f64() * 1e9;
        Ok((each(record), each(poll)))
    };
    // In the first one, everything is new.
    span()?;
    let pairs = (0..SPANS).map(|_| span()).collect::<Result<Vec<_>, _>>()?;
    played.finish()?;
    Ok(Measurement::of_pairs(&pairs))
}
