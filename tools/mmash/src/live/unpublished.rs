//! Programs some of whose threads publish nothing, as their files say.

use std::collections::BTreeMap;

use mmstats::Verdict;
use mmstats_tools::common::unpublished::unpublished_threads;
use serde::Serialize;

use crate::polling::Snapshot;

/// A process some of whose threads publish nothing.
#[derive(Debug, Serialize)]
pub struct Unpublished {
    /// Null where its files don't name it.
    command: Option<String>,
    pid: Option<u32>,
    threads: u64,
}

impl Unpublished {
    /// The processes of the files that aren't proven dead. Each file of a process has the number
    /// of all of its threads.
    pub fn of(snapshot: &Snapshot) -> Vec<Self> {
        let mut found = BTreeMap::new();
        for seen in snapshot.files.iter().filter(|seen| seen.life.verdict != Verdict::Dead) {
            let threads = unpublished_threads(&seen.file);
            if threads > 0 {
                let command = seen.file.identity().map(|identity| identity.command.clone());
                let key = (command, seen.file.pid(), seen.file.process());
                let most = found.entry(key).or_insert(0);
                *most = threads.max(*most);
            }
        }
        let of = |((command, pid, _), threads)| Self { command, pid, threads };
        found.into_iter().map(of).collect()
    }
}
