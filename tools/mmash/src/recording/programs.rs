//! When programs started, ended or died, from a recording.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::SystemTime;

use mmstats::{ProcessKey, StatsFile};
use mmstats_recording::WriterLife;

use super::sums::seconds;
use crate::history::{Mark, Of, What};

/// Maximum number of marks in an answer: the last ones.
const MAX_MARKS: usize = 1_000;

/// What tells programs apart; a file that doesn't say counts as a program of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Process(ProcessKey),
    File(PathBuf),
}

/// A program, over all its files.
#[derive(Debug)]
struct Program {
    command: Option<String>,
    pid: Option<u32>,
    /// `None` if one of its files was there before.
    started: Option<SystemTime>,
    died: Option<SystemTime>,
    /// `None` if one of its files is still there.
    ended: Option<SystemTime>,
    /// Whether it has one of the stats that are asked for.
    is_wanted: bool,
}

/// The programs of a time.
#[derive(Debug, Default)]
pub struct Programs(HashMap<Key, Program>);

impl Programs {
    /// Adds a file.
    pub fn add(&mut self, life: &WriterLife<'_>, of: &[Of]) {
        let WriterLife { file, born, died, ended, .. } = *life;
        let identity = file.identity();
        let key = match (identity, file.process()) {
            (Some(_), Some(process)) => Key::Process(process),
            // Its values, among them the process id, aren't known.
            _ => Key::File(file.path().to_owned()),
        };
        let is_wanted = of.is_empty() || has_one(file, of);
        let Some(known) = self.0.get_mut(&key) else {
            let command = identity.map(|identity| identity.command.clone());
            let pid = identity.map(|identity| identity.pid);
            let program = Program { command, pid, started: born, died, ended, is_wanted };
            self.0.insert(key, program);
            return;
        };
        known.started = known.started.zip(born).map(|(one, other)| one.min(other));
        known.ended = known.ended.zip(ended).map(|(one, other)| one.max(other));
        known.died = match (known.died, died) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        known.is_wanted |= is_wanted;
    }

    /// What became of those with the stats, within this time.
    pub fn marks(self, from: f64, to: f64) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        for program in self.0.into_values().filter(|program| program.is_wanted) {
            let Program { command, pid, started, died, ended, .. } = program;
            // One that was dead when it was found first hasn't started.
            let started = started.filter(|started| died.is_none_or(|died| *started < died));
            let ended = ended.filter(|_| died.is_none());
            let found = [(What::Started, started), (What::Ended, ended), (What::Died, died)];
            for (what, time) in found {
                let time = time.map(seconds).filter(|time| (from..to).contains(time));
                let mark = |time| Mark::recorded(time, what, command.clone(), pid);
                marks.extend(time.map(mark));
            }
        }
        marks.sort_by(|one, other| one.time.total_cmp(&other.time));
        marks.drain(..marks.len().saturating_sub(MAX_MARKS));
        marks
    }
}

fn has_one(file: &StatsFile, of: &[Of]) -> bool {
    file.stats().any(|stat| of.iter().any(|of| of.includes(&stat)))
}
