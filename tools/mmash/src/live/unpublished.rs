//! Processes with threads that publish nothing, as their files say.

use std::collections::BTreeMap;

use mmstats::Verdict;
use mmstats_tools::common::unpublished::unpublished_threads;
use serde::Serialize;

use crate::polling::Snapshot;

/// A process with threads that publish nothing.
#[derive(Debug, Serialize)]
pub struct Unpublished {
    /// Null if its files don't name it.
    command: Option<String>,
    pid: Option<u32>,
    threads: u64,
}

impl Unpublished {
    /// Those processes of a snapshot that aren't proven dead. Each file of a process has the number
    /// for all of its threads.
    pub fn of(snapshot: &Snapshot) -> Vec<Self> {
        let mut found = BTreeMap::new();
        for entry in snapshot.files.iter().filter(|entry| entry.life().verdict != Verdict::Dead) {
            let threads = unpublished_threads(entry.file());
            if threads > 0 {
                let command = entry.file().identity().map(|identity| identity.command.clone());
                let key = (command, entry.file().pid(), entry.file().process());
                let most = found.entry(key).or_insert(0);
                *most = threads.max(*most);
            }
        }
        let of = |((command, pid, _), threads)| Self { command, pid, threads };
        found.into_iter().map(of).collect()
    }
}
