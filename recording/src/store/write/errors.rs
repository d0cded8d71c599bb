//! The errors of a poll, as the difference from those of the poll before.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;

use mmstats::{ReadError, Update};

use crate::store::event::{ErrorEntry, ErrorTexts, Event, Listed};

/// The errors of the last poll.
#[derive(Debug, Default)]
pub struct ErrorList(Vec<ErrorTexts>);

impl ErrorList {
    /// What is to be said about the errors of an update, if anything.
    pub fn follow(&mut self, update: &Update<'_>) -> Option<Event> {
        if update.all_errors().len() == 0 && self.0.is_empty() {
            return None;
        }
        let all: Vec<_> = update.all_errors().map(texts).collect();
        let new: HashSet<_> = update.errors().map(texts).collect();
        if all == self.0 && new.is_empty() {
            return None;
        }
        let mut before: HashMap<_, Vec<_>> = HashMap::new();
        for (number, error) in self.0.iter().enumerate() {
            before.entry(error).or_default().push(number);
        }
        let entries = all.iter().map(|error| {
            let known = before.get_mut(error).and_then(Vec::pop);
            let listed = known.map_or_else(|| Listed::Another(error.clone()), Listed::Before);
            ErrorEntry { is_new: new.contains(error), error: listed }
        });
        let event = Event::Errors(entries.collect());
        self.0 = all;
        Some(event)
    }
}

fn texts(error: &ReadError) -> ErrorTexts {
    ErrorTexts {
        path: error.path().as_os_str().as_bytes().to_vec(),
        summary: error.summary(),
        reason: error.reason(),
        is_not_found: error.is_not_found(),
    }
}
