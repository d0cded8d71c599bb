//! Histograms of single processes, as far as somebody asked for them.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use mmstats::HistogramSnapshot;

/// What identifies stats that are added up, and a process's id.
type Key = (String, String);

/// Histograms of processes at this poll and at the previous one. What is new in one is its growth
/// since then.
#[derive(Debug, Default)]
pub struct ProcessHistograms {
    previous: HashMap<Key, HistogramSnapshot>,
    current: Mutex<HashMap<Key, HistogramSnapshot>>,
}

impl ProcessHistograms {
    /// Those of the next poll.
    pub fn next(&self) -> Self {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        Self { previous: mem::take(&mut current), current: Mutex::default() }
    }

    /// The histogram at the previous poll, if somebody asked for it then.
    pub fn previous(&self, key: &Key) -> Option<&HistogramSnapshot> {
        self.previous.get(key)
    }

    /// Keeps a histogram of this poll.
    pub fn keep(&self, key: Key, histogram: HistogramSnapshot) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.insert(key, histogram);
    }
}
