//! A file as the last poll found it.

use std::mem;
use std::sync::Arc;

use mmstats::{Life, StructureId, WatchedFile};

use crate::poll::Change;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key;
use crate::store::write::open_span::{OpenSpan, WriterSpan};
use crate::store::write::output::Output;
use crate::summary::WordKind;

/// What has been written about a file.
#[derive(Debug)]
pub struct Known {
    pub id: i64,
    pub structure: i64,
    pub structure_id: StructureId,
    pub identity: Vec<u8>,
    pub inode: Option<(u64, u64)>,
    pub owner: Option<u32>,
    /// The poll that found it last.
    pub seen: i64,
    /// Whether it is among the files; otherwise it can't be read.
    pub is_present: bool,
    /// `None` before it is written for the first time.
    life: Option<Life>,
    unstable: Vec<u32>,
    words: Vec<u64>,
    kinds: Arc<[WordKind]>,
    /// `None` if it wasn't there in this span.
    open: Option<OpenSpan>,
}

impl Known {
    /// A file of which nothing has been written.
    pub fn new(id: i64, structure: i64, kinds: Arc<[WordKind]>, watched: &WatchedFile) -> Self {
        let file = watched.file();
        Self {
            id,
            structure,
            structure_id: file.structure_id(),
            identity: file.identity_bytes().to_vec(),
            inode: file.device_and_inode(),
            owner: file.owner(),
            seen: 0,
            is_present: false,
            life: None,
            unstable: Vec::new(),
            words: Vec::new(),
            kinds,
            open: None,
        }
    }

    /// Whether it is this file with the same structure, as far as that can be said at once.
    pub fn is(&self, watched: &WatchedFile) -> bool {
        self.structure_id == watched.file().structure_id() && self.has_inode_of(watched)
    }

    /// Whether it is this file, perhaps with another structure.
    pub fn is_same_file(&self, watched: &WatchedFile) -> bool {
        self.has_inode_of(watched) && self.identity == watched.file().identity_bytes()
    }

    fn has_inode_of(&self, watched: &WatchedFile) -> bool {
        let file = watched.file();
        self.inode == file.device_and_inode() && self.owner == file.owner()
    }

    /// Writes what is new. `scratch` is of any content.
    pub fn follow(
        &mut self,
        watched: &WatchedFile,
        is_added: bool,
        scratch: &mut Vec<u64>,
        output: &mut Output<'_>,
    ) -> Result<(), RecordingError> {
        let (file, writer) = (watched.file(), self.id);
        self.seen = output.poll;
        scratch.clear();
        file.append_words(scratch);
        let poll = key::number(output.poll);
        match &mut self.open {
            Some(open) => open.push(poll, changed(&self.words, scratch)),
            None => self.open = Some(OpenSpan::appearing(scratch, poll)),
        }
        if !mem::replace(&mut self.is_present, true) {
            output.event(&Event::Present { writer, is_added })?;
            self.words.clear();
            self.words.resize(scratch.len(), 0);
            self.life = None;
            self.unstable.clear();
        }
        if self.life.as_ref() != Some(watched.life()) {
            let life = watched.life().clone();
            self.life = Some(life.clone());
            output.event(&Event::Life { writer, life })?;
        }
        if self.unstable != file.unstable() {
            self.unstable = file.unstable().to_vec();
            output.event(&Event::Unstable { writer, stats: self.unstable.clone() })?;
        }
        output.changes(writer as u32, changed(&self.words, scratch));
        mem::swap(&mut self.words, scratch);
        Ok(())
    }

    /// Its part of the span, which is over for it.
    pub fn take_span(&mut self) -> Option<WriterSpan> {
        WriterSpan::new(self.id, &self.kinds, self.open.take()?)
    }

    /// Begins another span. If that says everything, all is written again.
    pub fn begin_span(&mut self, next: NextSpan) {
        let follows = self.is_present && next != NextSpan::AfterGap;
        let is_complete = next != NextSpan::Follows;
        self.open = follows.then(|| OpenSpan::following(&self.words, is_complete));
        self.is_present &= !is_complete;
    }
}

/// What kind of span begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextSpan {
    Follows,
    /// Reading can begin there.
    SaysEverything,
    /// The same, and nothing is known to be new.
    AfterGap,
}

/// Which words are others now.
fn changed(before: &[u64], now: &[u64]) -> impl Iterator<Item = Change> {
    let pairs = before.iter().zip(now).enumerate().filter(|(_, (before, now))| before != now);
    pairs.map(|(word, (_, value))| Change { word: word as u32, value: *value })
}
