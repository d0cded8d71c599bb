//! Programs some of whose threads publish nothing, as their files say.

use std::collections::BTreeMap;

use mmstats::Verdict;
use serde::Serialize;

use super::snapshot::Snapshot;

/// How the label of the stat ends that counts such threads; a program's prefix may come before.
const LABEL: &str = "sys.unpublished";

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
            let stats =
                seen.file.stats().filter(|stat| stat.label_bytes().ends_with(LABEL.as_bytes()));
            let threads = stats.filter_map(|stat| stat.value().as_u64()).max().unwrap_or(0);
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
