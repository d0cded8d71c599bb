//! Threads that publish into no file, as the other files of their process say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mmstats::{ProcessKey, StatsFile};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;

/// The stat that counts such threads; a program's prefix may precede it.
const LABEL: &[u8] = b"sys.unpublished";

/// The number of threads of a file's process that publish nothing, as the file says.
pub fn unpublished_threads(file: &StatsFile) -> u64 {
    let stats = file.stats().filter(|stat| stat.label_bytes().ends_with(LABEL));
    stats.filter_map(|stat| stat.value().as_u64()).max().unwrap_or(0)
}

/// Warns of each process once, and again when more of its threads publish nothing.
#[derive(Debug, Default)]
pub struct Unpublished {
    /// In this poll: the first file of each process that says so, and the largest number.
    found: BTreeMap<ProcessKey, (PathBuf, u64)>,
    /// What was reported in the last poll.
    reported: BTreeMap<ProcessKey, u64>,
}

impl Unpublished {
    /// Records what a file says, of a dead program too: what it has counted isn't all.
    pub fn record(&mut self, file: &StatsFile) {
        let threads = unpublished_threads(file);
        if let Some(process) = file.process().filter(|_| threads > 0) {
            let (_, most) =
                self.found.entry(process).or_insert_with(|| (file.path().to_owned(), threads));
            *most = threads.max(*most);
        }
    }

    /// Ends a poll: warns of what is new in it.
    pub fn report(&mut self, diagnostics: &Diagnostics) {
        let before = std::mem::take(&mut self.reported);
        for (process, (path, threads)) in std::mem::take(&mut self.found) {
            if before.get(&process).is_none_or(|&reported| reported < threads) {
                let path = escape_path(&path);
                let what = match threads {
                    1 => "thread of this process publishes",
                    _ => "threads of this process publish",
                };
                diagnostics.note(&format_args!("{path}: {threads} {what} nothing"));
            }
            self.reported.insert(process, threads);
        }
    }
}
