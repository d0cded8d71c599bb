//! The stats that a recording has, whether files still have them or not.

use std::collections::HashMap;

use mmstats::Verdict;
use mmstats_recording::{Recording, RecordingError, WriterLife};
use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;

use super::sums::seconds;

/// Maximum number of stats, and of bytes of their labels and texts.
const MAX_STATS: usize = 20_000;
const MAX_TEXT: usize = 16 << 20;

/// What a recording says about the stats of all time.
#[derive(Debug, Default)]
pub struct KnownStats {
    totals: Totals,
    /// When a poll found each last, by label.
    last: HashMap<String, f64>,
    text: usize,
}

impl KnownStats {
    /// Those of a recording, and what of it is damaged.
    ///
    /// # Errors
    ///
    /// Returns why it can't be read.
    pub fn of(recording: &Recording) -> Result<(Self, Vec<RecordingError>), RecordingError> {
        let mut known = Self::default();
        let errors = recording.visit_lives(.., |life| known.add(life))?;
        Ok((known, errors))
    }

    fn add(&mut self, life: &WriterLife<'_>) {
        let last = seconds(life.last);
        let Self { totals, last: lasts, text } = self;
        let mut sum = totals.file(life.file, Verdict::Dead, last);
        for stat in life.file.stats() {
            let label = stat.label();
            if let Some(known) = lasts.get_mut(&*label) {
                *known = known.max(last);
                continue;
            }
            let size = label.len() + stat.unit().len() + stat.help().len();
            if lasts.len() >= MAX_STATS || *text + size > MAX_TEXT {
                return;
            }
            *text += size;
            lasts.insert(label.into_owned(), last);
            sum.add(&stat);
        }
    }

    /// Each with when a poll found it last, as Unix time in seconds.
    pub fn iter(&self) -> impl Iterator<Item = (&Total, f64)> {
        self.totals.iter().filter_map(|total| Some((total, *self.last.get(&total.label)?)))
    }
}
