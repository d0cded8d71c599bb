//! How many processes there are, and what they do.

use std::collections::BTreeMap;

use crate::process::Table;

/// The states that are always reported: waiting for a disk, running, sleeping, stopped, ended but not
/// yet waited for.
const ALWAYS: [char; 5] = ['D', 'R', 'S', 'T', 'Z'];

/// Processes that this process can see, from the third word of `/proc/PID/stat`. Threads don't count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessCounts {
    /// All.
    pub total: u64,
    /// By state: `D`, `R`, `S`, `T` and `Z` always, others, such as `I` and `t`, if there are any.
    pub states: BTreeMap<char, u64>,
}

impl ProcessCounts {
    /// Counts the processes of a table.
    pub fn of(table: &Table) -> Self {
        let mut states: BTreeMap<_, _> = ALWAYS.map(|state| (state, 0)).into();
        for process in table.processes() {
            *states.entry(process.state).or_default() += 1;
        }
        Self { total: table.processes().len() as u64, states }
    }
}
