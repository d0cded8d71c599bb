//! `/api/v1/files`: which files there are, whose they are, and whether their programs live.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use mmstats::Identity;
use mmstats_tools::common::json::FileError;
use mmstats_tools::common::selection::{WHY_NOTHING, state_of};
use mmstats_web::{Parameters, Problem, answer};
use serde::Serialize;

use crate::live::Unpublished;
use crate::polling::Poller;
use crate::polling::{Seen, Snapshot};

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/api/v1/files", get(files))
}

async fn files(
    parameters: Parameters,
    State(poller): State<Arc<Poller>>,
) -> Result<Response, Problem> {
    let wanted = parameters.only(&["glob"])?;
    poller
        .answer(move |snapshot| {
            let files = snapshot.matching(wanted.first("glob"))?;
            Ok(answer(&FilesRecord::of(snapshot, files)))
        })
        .await
}

#[derive(Serialize)]
struct FilesRecord<'a> {
    /// Unix time in seconds of the look at the files.
    time: f64,
    files: Vec<FileRecord<'a>>,
    /// Files that couldn't be read, or not to their end.
    errors: Vec<FileError>,
    /// Which patterns the files were looked for by.
    looked_at: &'a [String],
    /// Only if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unpublished: Vec<Unpublished>,
    /// Only where there are no files but mmash's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    nothing: Option<NothingRecord<'a>>,
}

/// Why there may be no files.
#[derive(Serialize)]
struct NothingRecord<'a> {
    /// Those of `looked_at` where nothing can be found, with the reason.
    places: BTreeMap<&'a str, &'static str>,
    reasons: &'static [&'static str],
}

#[derive(Serialize)]
struct FileRecord<'a> {
    path: Cow<'a, str>,
    /// The last part of the path, which globs are matched with.
    name: Cow<'a, str>,
    /// In bytes.
    size: usize,
    stats: usize,
    pid: Option<u32>,
    tid: Option<i64>,
    life: &'static str,
    /// How the life is known.
    reason: &'a str,
    /// Why the file couldn't be read to its end.
    problem: Option<String>,
    identity: Option<IdentityRecord<'a>>,
}

/// What the file says of its writer; files of the original say nothing.
#[derive(Serialize)]
struct IdentityRecord<'a> {
    command: &'a str,
    host: &'a str,
    #[serde(rename = "struct")]
    struct_name: &'a str,
    /// The thread that made the file; another one may write it now.
    tid: i64,
    /// When the process started, in clock ticks since boot.
    start_time: Option<u64>,
    /// Which boot that was.
    boot_id: Option<String>,
    /// The inode of the pid namespace that the process ids belong to.
    pid_namespace: Option<u64>,
}

impl<'a> FilesRecord<'a> {
    fn of(snapshot: &'a Snapshot, files: impl Iterator<Item = &'a Seen>) -> Self {
        let errors = snapshot.errors.iter();
        Self {
            time: snapshot.time,
            files: files.map(FileRecord::of).collect(),
            errors: errors.map(|(path, reason)| FileError::new(path, reason.clone())).collect(),
            looked_at: &snapshot.looked_at,
            unpublished: Unpublished::of(snapshot),
            nothing: NothingRecord::of(snapshot),
        }
    }
}

impl<'a> NothingRecord<'a> {
    fn of(snapshot: &'a Snapshot) -> Option<Self> {
        let states = snapshot.looked_at.iter().map(|place| (&**place, state_of(place)));
        let places = states.filter_map(|(place, state)| Some((place, state?))).collect();
        let own = Some(std::process::id());
        let is_alone = snapshot.files.iter().all(|seen| seen.file.pid() == own);
        is_alone.then_some(Self { places, reasons: &WHY_NOTHING })
    }
}

impl<'a> FileRecord<'a> {
    fn of(seen: &'a Seen) -> Self {
        let Seen { file, life } = seen;
        Self {
            path: file.path().to_string_lossy(),
            name: file.path().file_name().unwrap_or_default().to_string_lossy(),
            size: file.size(),
            stats: file.stats().len(),
            pid: file.pid(),
            tid: file.tid(),
            life: seen.life(),
            reason: &life.reason,
            problem: file.problem().map(|problem| problem.reason().clone()),
            identity: file.identity().map(IdentityRecord::of),
        }
    }
}

impl<'a> IdentityRecord<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            command: &identity.command,
            host: &identity.host,
            struct_name: &identity.struct_name,
            tid: identity.tid,
            start_time: known(identity.start_time),
            boot_id: known(u128::from_be_bytes(identity.boot_id)).map(boot_id),
            pid_namespace: known(identity.pid_namespace),
        }
    }
}

/// What isn't known is 0 in the file.
fn known<T: Default + PartialEq>(number: T) -> Option<T> {
    (number != T::default()).then_some(number)
}

/// As the kernel writes it: `8-4-4-4-12` digits.
fn boot_id(id: u128) -> String {
    let mut text = format!("{id:032x}");
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}
