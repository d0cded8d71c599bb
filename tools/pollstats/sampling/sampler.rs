//! Compares each poll with the one before.
//!
//! The first poll is the baseline. From then on each file is compared with itself: a file that
//! disappears takes its total with it without making anything negative, one that appears counts from
//! zero because it was created in between, and another writer's file under a known name counts as a
//! new file.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::changes::{Changes, FileChanges, FileEvent};
use super::measurement::Measurement;
use super::snapshot::{FileSnapshot, Snapshot, WriterIdentity};
use crate::common::natural;

/// How much older than the last poll a file may say it is and still have been created after it: a
/// writer takes the time first and links the file last.
const CREATION_SLACK: Duration = Duration::from_secs(5);

/// Compares each poll with the one before.
#[derive(Debug)]
pub struct Sampler {
    at: Instant,
    time: f64,
    /// Each file as it was last read.
    files: HashMap<PathBuf, FileSnapshot>,
    /// Every file that existed, read or not.
    listed: HashSet<PathBuf>,
}

impl Sampler {
    /// Begins at a baseline.
    pub fn new(baseline: Snapshot) -> Self {
        Self {
            at: baseline.at,
            time: baseline.time,
            listed: listed(&baseline),
            files: by_path(baseline.files),
        }
    }

    /// What changed since the last poll. `now` becomes the last poll.
    pub fn advance(&mut self, now: Snapshot) -> Changes {
        let mut events = Vec::new();
        let mut files: Vec<_> =
            now.files.iter().map(|file| self.changes_of(file, &mut events)).collect();
        files.sort_by(|a, b| natural::compare_paths(&a.path, &b.path));
        let changes = Changes {
            time: now.time,
            interval: now.at.saturating_duration_since(self.at),
            files,
            events,
        };
        self.replace(now, changes)
    }

    fn replace(&mut self, now: Snapshot, mut changes: Changes) -> Changes {
        let listed = listed(&now);
        let gone = self.listed.difference(&listed).cloned().map(FileEvent::Disappeared);
        changes.events.extend(gone);
        // What couldn't be read this time is compared with its last state when it can be again.
        self.files.retain(|path, _| listed.contains(path));
        self.files.extend(by_path(now.files));
        (self.at, self.time, self.listed) = (now.at, now.time, listed);
        changes
    }

    fn changes_of(&self, file: &FileSnapshot, events: &mut Vec<FileEvent>) -> FileChanges {
        let known = self.files.get(&file.path);
        let before = known.filter(|before| before.writer == file.writer);
        if before.is_none() {
            events.push(match known {
                Some(_) => FileEvent::Replaced(file.path.clone()),
                None => FileEvent::Appeared(file.path.clone()),
            });
        }
        let is_new = known.is_some() || !self.listed.contains(&file.path);
        let is_created = before.is_none() && is_new && self.was_created_since(&file.writer);
        let change = |label: &String, now: &Measurement| match before {
            None if is_created => now.clone(),
            None => now.unchanged(),
            Some(before) => match before.measurements.get(label) {
                Some(before) => now.since(before),
                // A stat that was added to a known file.
                None if before.is_complete => now.clone(),
                None => now.unchanged(),
            },
        };
        let measurements = file
            .measurements
            .iter()
            .map(|(label, now)| (label.clone(), change(label, now)))
            .collect();
        FileChanges { path: file.path.clone(), life: file.life, measurements }
    }

    /// Whether a new file was created since the last poll, rather than moved here.
    fn was_created_since(&self, writer: &WriterIdentity) -> bool {
        writer.created.is_none_or(|created| created >= self.time - CREATION_SLACK.as_secs_f64())
    }
}

fn listed(snapshot: &Snapshot) -> HashSet<PathBuf> {
    let read = snapshot.files.iter().map(|file| &file.path);
    read.chain(&snapshot.unread).cloned().collect()
}

fn by_path(files: Vec<FileSnapshot>) -> HashMap<PathBuf, FileSnapshot> {
    files.into_iter().map(|file| (file.path.clone(), file)).collect()
}

#[cfg(test)]
mod tests;
