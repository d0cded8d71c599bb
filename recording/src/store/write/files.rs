//! The files of the last poll, and what the next one finds of them.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;

use mmstats::{Update, WatchedFile};

use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key::MAX_ID;
use crate::store::kinds::kinds;
use crate::store::write::former::FormerWriters;
use crate::store::write::known::{Known, NextSpan};
use crate::store::write::open_span::WriterSpan;
use crate::store::write::output::Output;
use crate::store::write::rows::{Rows, WriterRow};
use crate::store::write::structures::Structures;
use crate::summary::WordKind;

/// Follows files, and gives each as long as it has one structure a row of `writers`.
#[derive(Debug)]
pub struct KnownFiles {
    files: HashMap<PathBuf, Known>,
    /// Those from before the gap, until the first poll is over.
    former: Option<FormerWriters>,
    structures: Structures,
    /// The highest number of a writer.
    highest: i64,
    scratch: Vec<u64>,
    /// The kinds of the words of the last structure.
    kinds: (i64, Arc<[WordKind]>),
    /// What writers did in this span that are gone.
    over: Vec<WriterSpan>,
}

impl KnownFiles {
    /// Continues what is in the store.
    pub fn load(rows: Rows<'_>) -> Result<Self, RecordingError> {
        Ok(Self {
            files: HashMap::new(),
            former: Some(FormerWriters::load(rows)?),
            structures: Structures::new(rows.highest("key >> 8", "structures")?),
            highest: rows.highest("id", "writers")?,
            scratch: Vec::new(),
            kinds: (0, Arc::default()),
            over: Vec::new(),
        })
    }

    /// Ends a span: what its writers did. If the next one says everything, all that is known is
    /// written again.
    pub fn begin_span(&mut self, next: NextSpan) -> Vec<WriterSpan> {
        let mut over = mem::take(&mut self.over);
        for known in self.files.values_mut() {
            over.extend(known.take_span());
            known.begin_span(next);
        }
        over
    }

    /// Rows of structures may be gone that no file has.
    pub fn forget_structures(&mut self) {
        self.structures.forget();
    }

    /// Writes what is new since the last poll.
    pub fn follow(
        &mut self,
        update: &Update<'_>,
        output: &mut Output<'_>,
    ) -> Result<(), RecordingError> {
        for removed in update.removed() {
            self.follow_file(removed, false, output)?;
            if let Some(mut known) = self.files.remove(removed.file().path()) {
                self.over.extend(known.take_span());
                output.event(&Event::Removed { writer: known.id })?;
                output.rows.end_writer(known.id, output.poll)?;
            }
        }
        let mut added = update.added().map(|file| file.file().path()).peekable();
        for watched in update.files() {
            // Both are sorted.
            let is_added = added.next_if_eq(&watched.file().path()).is_some();
            self.follow_file(watched, is_added, output)?;
        }
        self.miss(update, output)?;
        self.former.take().map_or(Ok(()), |mut former| former.end(output.rows, output.poll))
    }

    fn follow_file(
        &mut self,
        watched: &WatchedFile,
        is_added: bool,
        output: &mut Output<'_>,
    ) -> Result<(), RecordingError> {
        let path = watched.file().path();
        let is_first = self.former.is_some();
        let known = match self.files.get_mut(path) {
            Some(known) if known.is(watched) && (!is_added || is_first) => known,
            _ => {
                let known = self.replace(watched, is_added, output)?;
                self.files.entry(path.to_owned()).insert_entry(known).into_mut()
            }
        };
        known.follow(watched, is_added, &mut self.scratch, output)
    }

    /// What is known from now on about a file that is another one, or has another structure.
    fn replace(
        &mut self,
        watched: &WatchedFile,
        is_added: bool,
        output: &mut Output<'_>,
    ) -> Result<Known, RecordingError> {
        let file = watched.file();
        let structure = self.structures.find(file.structure(), output.rows)?;
        let before = self.files.remove(file.path());
        let same = before.as_ref().filter(|known| !is_added && known.is_same_file(watched));
        let continues = same.map(|known| known.id);
        match before {
            Some(mut known) if continues.is_some() && known.structure == structure => {
                known.structure_id = file.structure_id();
                return Ok(known);
            }
            Some(mut known) => {
                self.over.extend(known.take_span());
                end(&known, output)?;
            }
            None => {}
        }
        let former = self.former.as_mut();
        let id = if let Some(id) = former.and_then(|former| former.take(file, structure)) {
            id
        } else {
            self.highest += 1;
            let (id, born) = (self.highest, output.poll);
            if id > MAX_ID {
                return Err(RecordingError::OutOfRange("the number of writers"));
            }
            output.rows.writer(&WriterRow { id, structure, file, continues, born })?;
            id
        };
        if self.kinds.0 != structure {
            self.kinds = (structure, kinds(file).into());
        }
        Ok(Known::new(id, structure, Arc::clone(&self.kinds.1), watched))
    }

    /// Files that this poll didn't find: they may be readable again, as long as there is an error.
    fn miss(&mut self, update: &Update<'_>, output: &mut Output<'_>) -> Result<(), RecordingError> {
        if self.files.len() == update.files().len() {
            return Ok(());
        }
        let unread: HashSet<_> = update.all_errors().map(mmstats::ReadError::path).collect();
        let poll = output.poll;
        let missed = self
            .files
            .extract_if(|path, known| known.seen != poll && !unread.contains(path.as_path()));
        for (_, mut known) in missed {
            self.over.extend(known.take_span());
            end(&known, output)?;
        }
        for known in self.files.values_mut().filter(|known| known.seen != poll) {
            if known.is_present {
                known.is_present = false;
                output.event(&Event::Absent { writer: known.id })?;
            }
        }
        Ok(())
    }
}

/// Ends a file that nobody called removed.
fn end(known: &Known, output: &mut Output<'_>) -> Result<(), RecordingError> {
    if known.is_present {
        output.event(&Event::Absent { writer: known.id })?;
    }
    output.rows.end_writer(known.id, output.poll)
}
