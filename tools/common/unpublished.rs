//! Threads whose stats are published in no file, as the other files of their process say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mmstats::{ProcessKey, StatsFile};

use super::diagnostics::Diagnostics;
use super::escape::escape_path;

/// How the label of the stat ends that counts such threads.
const LABEL: &[u8] = b"sys.unpublished";

/// Warns of each process once, and again when more of its threads publish nothing.
#[derive(Debug, Default)]
pub struct Unpublished {
    /// In this look: the first file of the process that says so, and the largest number.
    found: BTreeMap<ProcessKey, (PathBuf, u64)>,
    /// In the look before.
    told: BTreeMap<ProcessKey, u64>,
}

impl Unpublished {
    /// Takes what a file says.
    pub fn look_at(&mut self, file: &StatsFile) {
        let stats = file.stats().filter(|stat| stat.label_bytes().ends_with(LABEL));
        let Some(threads) = stats.filter_map(|stat| stat.value().as_u64()).max() else {
            return;
        };
        if let Some(process) = file.process().filter(|_| threads > 0) {
            let (_, most) =
                self.found.entry(process).or_insert_with(|| (file.path().to_owned(), threads));
            *most = threads.max(*most);
        }
    }

    /// Ends a look: warns of what is new in it.
    pub fn tell(&mut self, diagnostics: &Diagnostics) {
        let before = std::mem::take(&mut self.told);
        for (process, (path, threads)) in std::mem::take(&mut self.found) {
            if before.get(&process).is_none_or(|&told| told < threads) {
                let path = escape_path(&path);
                let what = match threads {
                    1 => "thread of this process publishes",
                    _ => "threads of this process publish",
                };
                diagnostics.say(&format_args!("{path}: {threads} {what} nothing"));
            }
            self.told.insert(process, threads);
        }
    }
}
