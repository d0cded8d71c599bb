//! What happened to each file: a line at once, or one JSON object at the end.

use std::io::{self, Write};
use std::path::Path;

use mmstats::Removal;
use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::json;
use serde::Serialize;

use super::args::{Arguments, Format};
use crate::common::json::FileError;

/// Raised when a reader of an older schema would go wrong.
const SCHEMA: u32 = 1;

/// Writes and counts. Text is written a line at a time, so that when Ctrl-C comes every removal has
/// been printed.
pub struct Output {
    print: bool,
    format: Format,
    result: Summary,
    /// The error of the first line that couldn't be written; none follow. Cleaning goes on.
    failed: io::Result<()>,
}

/// The whole run, as `-o json` writes it.
#[derive(Debug, Serialize)]
struct Summary {
    schema: u32,
    dry_run: bool,
    removed: Vec<Removed>,
    alive: usize,
    undecided: Vec<Undecided>,
    too_young: usize,
    errors: Vec<FileError>,
}

#[derive(Debug, Serialize)]
struct Removed {
    path: String,
    pid: Option<u32>,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Undecided {
    path: String,
    reason: String,
}

impl Output {
    pub const fn new(arguments: &Arguments) -> Self {
        Self {
            print: !arguments.quiet,
            format: arguments.output,
            result: Summary {
                schema: SCHEMA,
                dry_run: arguments.dry_run,
                removed: Vec::new(),
                alive: 0,
                undecided: Vec::new(),
                too_young: 0,
                errors: Vec::new(),
            },
            failed: Ok(()),
        }
    }

    /// What happened to a file.
    pub fn outcome(&mut self, path: &Path, removal: Removal) {
        let path_text = || path.to_string_lossy().into_owned();
        match removal {
            Removal::Removed { reason, pid } => {
                let verb = if self.result.dry_run { "Would delete" } else { "Deleting" };
                self.line(&format!("{}. {verb} {}", sentence(&reason), escape_path(path)));
                let reason = reason.into_owned();
                self.result.removed.push(Removed { path: path_text(), pid, reason });
            }
            Removal::Alive { .. } => self.result.alive += 1,
            Removal::Undecided { reason } => {
                self.line(&format!(
                    "Undecided, {}. Keeping {}",
                    escape(&reason),
                    escape_path(path)
                ));
                let reason = reason.into_owned();
                self.result.undecided.push(Undecided { path: path_text(), reason });
            }
            // Another process removed it, or a later version's outcome that removed nothing.
            _ => {}
        }
    }

    /// A file that is kept for its age.
    pub const fn too_young(&mut self) {
        self.result.too_young += 1;
    }

    /// A file that couldn't be checked or removed; it is reported on stderr anyway.
    pub fn error(&mut self, path: &Path, reason: String) {
        self.result.errors.push(FileError::new(path, reason));
    }

    /// The closing line, or the object.
    ///
    /// # Errors
    ///
    /// Returns an error if this or an earlier line can't be written.
    pub fn finish(mut self) -> io::Result<()> {
        let Summary { dry_run, removed, alive, undecided, too_young, .. } = &self.result;
        if self.format == Format::Json && self.print {
            let mut out = io::stdout().lock();
            json::write(&mut out, &self.result)?;
            out.write_all(b"\n")?;
            return out.flush();
        }
        let verb = if *dry_run { "Would remove" } else { "Removed" };
        let young = match too_young {
            0 => String::new(),
            files => format!(", {files} too young"),
        };
        let (removed, undecided) = (removed.len(), undecided.len());
        self.line(&format!("{verb} {removed}  -  {alive} alive, {undecided} undecided{young}"));
        self.failed
    }

    fn line(&mut self, line: &str) {
        if self.print && self.format == Format::Text && self.failed.is_ok() {
            self.failed = writeln!(io::stdout(), "{line}");
        }
    }
}

/// A reason as the beginning of a sentence: `PID 42 is gone`.
fn sentence(reason: &str) -> String {
    let reason = escape(reason);
    if let Some(rest) = reason.strip_prefix("pid ") {
        return format!("PID {rest}");
    }
    let mut characters = reason.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
