//! `--list`: the files of a part of a recording.

use std::collections::HashMap;

use mmstats::{StatsFile, Verdict};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::shutdown::Shutdown;
use mmstats_tools::common::updates::Updates;
use mmstats_tools::pollstats::Arguments;

/// Each file once, with the stats that it had last; with `--alive`, those whose program was alive at
/// any poll.
pub fn listed_files(
    arguments: &Arguments,
    updates: &mut dyn Updates,
    shutdown: &Shutdown,
    diagnostics: &mut Diagnostics,
) -> Vec<StatsFile> {
    let mut files = HashMap::new();
    let mut has_more = true;
    while std::mem::take(&mut has_more) {
        updates.next(shutdown, diagnostics, &mut |update, _| {
            has_more = true;
            for watched in update.files() {
                let file = watched.file();
                if arguments.alive && watched.life().verdict != Verdict::Alive {
                    continue;
                }
                let key = (file.path().to_owned(), file.device_and_inode());
                let known = files.entry(key).or_insert_with(|| file.clone());
                if known.structure_id() != file.structure_id() {
                    *known = file.clone();
                }
            }
        });
    }
    if let Some(explanation) = updates.explain_no_files() {
        diagnostics.note(&explanation);
    }
    files.into_values().collect()
}
