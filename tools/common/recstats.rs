//! Recordings are read by `recstats`: the small tools don't build SQLite, so they replace themselves
//! by it.

use std::env;
use std::io::{Error, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape_path;
use mmstats_cli::exit::Outcome;

const PROGRAM: &str = "recstats";

/// Replaces this process by `recstats TOOL ARGUMENTS…`, with the arguments that it was called with.
///
/// `recstats` is taken from the folder of this program, else from `$PATH`. Returns only if it can't be
/// run, which is reported.
pub fn replace_by_recstats(tool: &'static str) -> Outcome {
    let beside = beside();
    let program = beside.as_deref().unwrap_or(Path::new(PROGRAM));
    let error = Command::new(program).arg(tool).args(env::args_os().skip(1)).exec();
    Diagnostics::new(tool).error(&explain(program, &error));
    Outcome::Failed
}

fn beside() -> Option<PathBuf> {
    let path = env::current_exe().ok()?.with_file_name(PROGRAM);
    path.is_file().then_some(path)
}

fn explain(program: &Path, error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!(
            "recordings are read by {PROGRAM}, which is neither beside this program nor on PATH; \
             `cargo install --path tools/recstats` installs it"
        ),
        _ => format!("can't run {}: {error}", escape_path(program)),
    }
}
