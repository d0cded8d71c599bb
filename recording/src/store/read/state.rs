//! The files at a poll, as the polls up to it have made them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::mem;
use std::os::unix::ffi::OsStringExt;

use mmstats::{Life, ReadError, Update, UpdateParts, Verdict, WatchedFile};

use crate::poll::{Change, decode_poll};
use crate::row::row_parts;
use crate::store::event::{ErrorEntry, ErrorTexts, Event, Listed};
use crate::store::read::blocks::PollChanges;
use crate::store::read::budget::Budget;
use crate::store::read::loaded::LoadedSpan;
use crate::store::read::writers::size;
use crate::store::times::Times;

/// A file that is present.
#[derive(Debug)]
struct Present {
    watched: WatchedFile,
    words: u32,
    is_added: bool,
}

impl Present {
    fn change(&mut self, changes: impl Iterator<Item = Change>) -> Result<(), String> {
        let words = changes.map(|Change { word, value }| (word, value));
        self.watched.file_mut().change_words(words).map_err(|error| error.reason())
    }
}

/// All that an update has but its times.
#[derive(Debug, Default)]
pub struct State {
    files: BTreeMap<i64, Present>,
    /// Damaged ones, whose values are skipped.
    skipped: HashSet<i64>,
    removed: Vec<WatchedFile>,
    /// With whether each is new.
    errors: Vec<(ReadError, bool)>,
    locations: Vec<String>,
    pub budget: Budget,
}

impl State {
    /// Applies a poll of a span. What is wrong with it, if it fails; then the state is of no use.
    pub fn apply(&mut self, span: &LoadedSpan, poll: usize) -> Result<(), String> {
        self.removed.clear();
        self.files.values_mut().for_each(|file| file.is_added = false);
        self.errors.iter_mut().for_each(|(_, is_new)| *is_new = false);
        if poll == 0 {
            self.lose(span);
        }
        for event in &span.events[poll] {
            self.begin(event, span)?;
        }
        self.change_blocks(&span.blocks.polls[poll])?;
        self.change(&span.changes[poll], &span.blocks.writers)?;
        for event in &span.events[poll] {
            self.end(event)?;
        }
        Ok(())
    }

    /// How many words each file has that is present.
    pub fn word_counts(&self) -> HashMap<i64, usize> {
        self.files.iter().map(|(writer, file)| (*writer, file.words as usize)).collect()
    }

    /// Skips writers from here on of which it isn't known what changed.
    fn lose(&mut self, span: &LoadedSpan) {
        for range in span.blocks.lost.ranges() {
            while let Some((&writer, _)) = self.files.range(range.clone()).next() {
                if let Some(file) = self.files.remove(&writer) {
                    self.budget.give_back(size(file.watched.file()));
                }
                self.skipped.insert(writer);
            }
        }
    }

    /// Applies what is so from this poll on.
    fn begin(&mut self, event: &Event, span: &LoadedSpan) -> Result<(), String> {
        match event {
            Event::Present { writer, is_added } => self.appear(*writer, *is_added, span),
            Event::Life { writer, life } => {
                let change = |file: &mut Present| file.watched.set_life(life.clone());
                self.with(*writer, change)
            }
            Event::Unstable { writer, stats } => self.with(*writer, |file| {
                let file = file.watched.file_mut();
                // Nothing: a clone, which has what was stable before, keeps its memory.
                file.change_words([]).expect("words that are there");
                file.set_unstable(stats);
            }),
            Event::Errors(entries) => self.list(entries),
            Event::Locations(locations) => {
                self.locations.clone_from(locations);
                Ok(())
            }
            Event::Absent { .. } | Event::Removed { .. } => Ok(()),
        }
    }

    fn appear(&mut self, writer: i64, is_added: bool, span: &LoadedSpan) -> Result<(), String> {
        if self.files.contains_key(&writer) {
            return Err("a file appears twice".to_owned());
        }
        let file = span.writers.get(&writer).filter(|_| !span.blocks.lost.contains(writer));
        let Some(Some(file)) = file else {
            self.skipped.insert(writer);
            return Ok(());
        };
        self.skipped.remove(&writer);
        let fits = self.budget.take(size(file));
        fits.map_err(|error| error.to_string())?;
        let watched = WatchedFile::new(file.clone(), Life::new(Verdict::Undecided, ""));
        let words = file.word_count() as u32;
        self.files.insert(writer, Present { watched, words, is_added });
        Ok(())
    }

    /// Changes a file, unless it is skipped.
    fn with(&mut self, writer: i64, change: impl FnOnce(&mut Present)) -> Result<(), String> {
        match self.files.get_mut(&writer) {
            Some(file) => change(file),
            None if self.skipped.contains(&writer) => {}
            None => return Err("an event of a file that isn't present".to_owned()),
        }
        Ok(())
    }

    fn list(&mut self, entries: &[ErrorEntry]) -> Result<(), String> {
        let mut before: Vec<_> =
            mem::take(&mut self.errors).into_iter().map(|(error, _)| Some(error)).collect();
        for ErrorEntry { is_new, error } in entries {
            let error = match error {
                Listed::Before(number) => before.get_mut(*number).and_then(Option::take),
                Listed::Another(texts) => Some(recorded(texts)),
            };
            self.errors.push((error.ok_or("an error that wasn't there before")?, *is_new));
        }
        Ok(())
    }

    /// Applies the changes of words that blocks have.
    fn change_blocks(&mut self, blocks: &PollChanges) -> Result<(), String> {
        for (writer, changes) in blocks.iter() {
            if let Some(file) = self.files.get_mut(&writer.into()) {
                file.change(changes.iter().copied())?;
            }
        }
        Ok(())
    }

    /// Applies those of a row, without the writers that are in blocks.
    fn change(&mut self, row: &[u8], blocks: &HashSet<u32>) -> Result<(), String> {
        for part in row_parts(row) {
            let part = part.map_err(|error| error.to_string())?;
            if blocks.contains(&part.writer) {
                continue;
            }
            let Some(file) = self.files.get_mut(&part.writer.into()) else {
                self.with(part.writer.into(), |_| {})?;
                continue;
            };
            let mut error = None;
            let changes = decode_poll(part.bytes, file.words);
            file.change(changes.map_while(|it| it.map_err(|it| error = Some(it)).ok()))?;
            if let Some(error) = error {
                return Err(error.shifted(part.offset).to_string());
            }
        }
        Ok(())
    }

    /// Applies what is so at the end of this poll.
    fn end(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Absent { writer } => self.leave(*writer).map(drop),
            Event::Removed { writer } => {
                let file = self.leave(*writer)?;
                self.removed.extend(file);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes a file from those that are present; `None` if it is skipped.
    fn leave(&mut self, writer: i64) -> Result<Option<WatchedFile>, String> {
        match self.files.remove(&writer) {
            Some(file) => {
                self.budget.give_back(size(file.watched.file()));
                Ok(Some(file.watched))
            }
            None if self.skipped.remove(&writer) => Ok(None),
            None => Err("a file ends that isn't present".to_owned()),
        }
    }

    /// The files, sorted by path.
    pub fn into_files(self) -> (Vec<WatchedFile>, Vec<ReadError>) {
        let mut files: Vec<_> = self.files.into_values().map(|file| file.watched).collect();
        files.sort_by(|one, other| {
            one.file().path().as_os_str().cmp(other.file().path().as_os_str())
        });
        (files, self.errors.into_iter().map(|(error, _)| error).collect())
    }

    /// What the poll found.
    pub fn update(&self, times: Times, after_gap: bool) -> Update<'_> {
        let mut parts = UpdateParts::new(times.monotonic, times.wall);
        parts.files = self.files.values().map(|file| &file.watched).collect();
        let added = self.files.values().filter(|file| file.is_added);
        parts.added = added.map(|file| &file.watched).collect();
        parts.removed = &self.removed;
        let new = self.errors.iter().filter(|(_, is_new)| *is_new);
        parts.errors = new.map(|(error, _)| error).collect();
        parts.all_errors = self.errors.iter().map(|(error, _)| error).collect();
        parts.locations = &self.locations;
        parts.after_gap = after_gap;
        parts.into()
    }
}

fn recorded(texts: &ErrorTexts) -> ReadError {
    let ErrorTexts { path, summary, reason, is_not_found } = texts;
    let path = OsString::from_vec(path.clone());
    ReadError::recorded(path, summary, reason, *is_not_found)
}
