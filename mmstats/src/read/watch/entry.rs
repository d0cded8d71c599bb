//! A file that is followed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use nix::errno::Errno;

use super::reading::Reading;
use crate::file::{Life, MAX_SIZE, OpenFile, ReadError};
use crate::read::{StatsFile, WatchedFile};

/// A file that is followed.
#[derive(Debug)]
pub(super) struct Entry {
    watched: WatchedFile,
    /// Kept open, so that its values can be read when its name is gone.
    handle: Option<OpenFile>,
    /// The inode number that the search found, in the last poll in which this was the path's file.
    listed_inode: u64,
    /// What the search found in the present poll.
    found_inode: Option<u64>,
    /// The index of the file that the search found behind this one, if it is still so.
    pub next: usize,
    added_in: u64,
    /// Why it couldn't be read in the last poll. The values are those of an earlier one.
    error: Option<ReadError>,
}

/// Whether the path still has the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Same,
    /// The path has another file.
    Replaced,
    Gone,
}

impl Entry {
    /// Begins to follow a file.
    pub(super) fn add(
        path: &Arc<Path>,
        inode: u64,
        reading: &mut Reading<'_>,
    ) -> Result<Self, ReadError> {
        let open = reading.owners.open(path, MAX_SIZE)?;
        let Reading { budget, fields, .. } = reading;
        let file = StatsFile::read_from(Arc::clone(path), &open, budget, fields)?;
        let life = file.life_through(&open, &mut reading.processes);
        Ok(Self {
            watched: WatchedFile { file, life },
            handle: reading.descriptors.keep(open),
            listed_inode: inode,
            found_inode: None,
            next: 0,
            added_in: reading.poll,
            error: None,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.watched.file.path()
    }

    /// The path for another file that has it now.
    pub(super) fn shared_path(&self) -> Arc<Path> {
        self.watched.file.shared_path()
    }

    /// The inode number that the search found, until the file is polled.
    pub(super) fn found_inode(&self) -> Option<u64> {
        self.found_inode
    }

    /// Notes that the search found the path.
    pub(super) fn found(&mut self, inode: u64) {
        self.found_inode = Some(inode);
    }

    /// Reads the file again if the path still has it. `is_listed` is false where the directory can't
    /// be listed.
    pub(super) fn poll(&mut self, is_listed: bool, reading: &mut Reading<'_>) -> Presence {
        let presence = match self.found_inode.take() {
            Some(inode) if inode == self.listed_inode => Presence::Same,
            // The search found another number, which may be of another kind.
            Some(inode) => {
                let presence = self.compare_inode();
                if presence == Presence::Same {
                    self.listed_inode = inode;
                }
                presence
            }
            None if is_listed => Presence::Gone,
            None => self.compare_inode(),
        };
        if presence == Presence::Same { self.read(reading) } else { presence }
    }

    /// Compares the file with the one that the path has now.
    fn compare_inode(&self) -> Presence {
        match fs::metadata(self.watched.file.path()) {
            Ok(now) if Some((now.dev(), now.ino())) == self.watched.file.device_and_inode() => {
                Presence::Same
            }
            Ok(_) => Presence::Replaced,
            Err(error) => match error.raw_os_error().map(Errno::from_raw) {
                Some(Errno::ENOENT | Errno::ENOTDIR) => Presence::Gone,
                Some(Errno::ELOOP) => Presence::Replaced,
                // Another file that can't be reached, or the same one.
                _ => Presence::Same,
            },
        }
    }

    fn read(&mut self, reading: &mut Reading<'_>) -> Presence {
        let (mut open, is_kept) = match self.handle.take() {
            Some(open) => (open, true),
            None => match reading.owners.open(self.watched.file.path(), MAX_SIZE) {
                Ok(open) => (open, false),
                Err(error) if error.is_not_found() => return Presence::Gone,
                // Something else has the path, and perhaps even the inode number.
                Err(ReadError::OtherOwner { .. } | ReadError::NotRegular { .. }) => {
                    return Presence::Replaced;
                }
                Err(error) => {
                    self.error = Some(error);
                    return Presence::Same;
                }
            },
        };
        if !is_kept
            && open.id().ok().map(|id| (id.device, id.inode))
                != self.watched.file.device_and_inode()
        {
            return Presence::Replaced;
        }
        self.error = self.watched.refresh(&mut open, reading).err();
        self.handle = if is_kept { Some(open) } else { reading.descriptors.keep(open) };
        Presence::Same
    }

    /// Ends: reads the file a last time, whose name is gone.
    pub(super) fn finish(mut self, reading: &mut Reading<'_>) -> WatchedFile {
        match self.handle.take() {
            Some(mut open) => {
                reading.descriptors.open -= 1;
                // What was read before stays if this fails.
                let _ = self.watched.refresh(&mut open, reading);
            }
            None => self.watched.life = Life::undecided("its name is gone"),
        }
        self.watched.file.release(reading.budget);
        self.watched
    }

    /// The file, unless it couldn't be read in the last poll.
    pub(super) fn readable(&self) -> Option<&WatchedFile> {
        self.error.is_none().then_some(&self.watched)
    }

    pub(super) fn was_added_in(&self, poll: u64) -> bool {
        self.added_in == poll
    }

    /// Why it couldn't be read in the last poll, or not to its end.
    pub(super) fn error(&self) -> Option<&ReadError> {
        self.error.as_ref().or_else(|| self.watched.file.problem())
    }
}

impl WatchedFile {
    fn refresh(&mut self, open: &mut OpenFile, reading: &mut Reading<'_>) -> Result<(), ReadError> {
        let Reading { scratch, budget, processes, .. } = reading;
        let read = self.file.refresh(open, scratch, budget);
        self.life = self.file.life_through(open, processes);
        read
    }
}
