//! What is said once at the start: what is recorded, where, and what of it is kept.

use std::path::Path;

use mmstats::Update;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::plural::counted;
use mmstats_tools::common::keeping::KeepArguments;

use crate::args::RecordArguments;
use crate::units::{bytes, duration};

/// Says it after the first poll.
pub fn announce(
    arguments: &RecordArguments,
    path: &Path,
    update: &Update<'_>,
    diagnostics: &Diagnostics,
) {
    let RecordArguments { interval, keeping, .. } = arguments;
    let KeepArguments { keep, max_size, fine } = keeping;
    let files = counted(update.files().len(), "files");
    let [interval, keep, fine] = [interval, keep, fine].map(|it| duration(*it));
    let max_size = bytes(*max_size);
    diagnostics.note(&format_args!(
        "recording {files} every {interval} to {}; press Ctrl-C to stop\n\
         kept: {keep}, each poll of the last {fine}, at most {max_size}",
        escape_path(path)
    ));
    if update.files().len() == 0 {
        let locations: Vec<_> = update.locations().iter().map(|it| escape(it)).collect();
        let message = format!("waiting for the first program; searched: {}", locations.join(", "));
        diagnostics.note(&message);
    }
}
