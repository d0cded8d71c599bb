//! What was before the first poll of a writer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::StatsFile;

use crate::store::read::history::plan::PlannedSpan;

/// How much older than the poll before a new file may say it is, as for [`mmstats::Changes`].
const CREATION_SLACK: Duration = Duration::from_secs(5);

/// Where a stat of a writer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is a file of its own.
    New,
    /// The file has it since its structure is another one.
    Added,
    /// The file had it before, when it was the writer of this track.
    Continued(usize),
}

/// The words of a stat before its writer's first poll, from which it counts; `None` if nothing is
/// known to be new.
#[derive(Clone, Debug)]
pub enum Base {
    /// Zeros, if the file has been created since the poll before.
    IfCreated,
    Zeros,
    Words(Option<Vec<u64>>),
}

impl Base {
    /// The words before a poll at which the file had the words `all`.
    pub fn before(
        self,
        file: &mut StatsFile,
        words: usize,
        span: &PlannedSpan,
        poll: usize,
        all: &[u64],
    ) -> Option<Vec<u64>> {
        let is_counted = match &self {
            Self::IfCreated => {
                // The first poll, also that behind a gap, says what was there already.
                let (passed, wall) = (span.passed[poll], span.times[poll].wall);
                !passed.is_zero() && file.set_words(all).is_ok() && {
                    let span = passed.saturating_add(CREATION_SLACK);
                    file.created().is_none_or(|created| is_within(created, span, wall))
                }
            }
            Self::Zeros | Self::Words(_) => true,
        };
        match self {
            Self::Words(words) => words,
            _ => is_counted.then(|| vec![0; words]),
        }
    }
}

/// Whether the Unix time `created` is in the `span` before `now`, or later: the clock was set.
fn is_within(created: f64, span: Duration, now: SystemTime) -> bool {
    let now = match now.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(error) => -error.duration().as_secs_f64(),
    };
    now - created <= span.as_secs_f64()
}
