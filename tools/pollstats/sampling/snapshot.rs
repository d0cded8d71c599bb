//! What the files said in one poll.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Instant;

use mmstats::{Identity, Verdict};

use super::measurement::Measurement;

/// All files at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// When the poll began.
    pub at: Instant,
    /// The same as Unix time, in seconds.
    pub time: f64,
    /// The files that were read.
    pub files: Vec<FileSnapshot>,
    /// Files that exist but weren't read: unreadable at the moment, or filtered out.
    pub unread: Vec<PathBuf>,
}

/// One file at one moment.
#[derive(Debug)]
pub struct FileSnapshot {
    /// Where it is.
    pub path: PathBuf,
    /// Who wrote it.
    pub writer: WriterIdentity,
    /// Whether it was read to its end.
    pub is_complete: bool,
    /// Whether its program is alive, if that was asked.
    pub life: Option<Verdict>,
    /// The measurements, by label.
    pub measurements: HashMap<String, Measurement>,
}

/// What distinguishes a file's writer from one that uses the same name later.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriterIdentity {
    /// The device and inode of its file. The original reuses a file of its name.
    pub file: Option<(u64, u64)>,
    /// The identity in the file, if it has one.
    pub identity: Option<Identity>,
    /// When it was created, as Unix time in seconds, if the file says so.
    pub created: Option<f64>,
}
