//! `/api/v1/files`: the files, their processes, and whether these are alive.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use mmstats::{Identity, WatchedFile};
use mmstats_tools::common::json::FileError;
use mmstats_tools::common::selection::{NO_FILES_REASONS, explain_location};
use mmstats_tools::common::users::User;
use mmstats_web::{Parameters, Problem, json_response};
use serde::Serialize;

use super::life::life_name;
use crate::live::Unpublished;
use crate::polling::Snapshot;
use crate::state::AppState;

pub async fn files(
    parameters: Parameters,
    State(state): State<Arc<AppState>>,
) -> Result<Response, Problem> {
    let wanted = parameters.allow_only(&["glob"])?;
    state
        .respond(move |snapshot| {
            let files = snapshot.matching(wanted.get_or_empty("glob"))?;
            Ok(json_response(&FilesRecord::of(snapshot, files)))
        })
        .await
}

#[derive(Serialize)]
struct FilesRecord<'a> {
    /// When the files were read, as Unix time in seconds.
    time: f64,
    /// The user as whom mmash reads them.
    reader: User,
    files: Vec<FileRecord<'a>>,
    /// Files that couldn't be read, or not to their end.
    errors: Vec<FileError>,
    /// Where files were searched.
    #[serde(rename = "looked_at")]
    locations: &'a [String],
    /// Only if there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unpublished: Vec<Unpublished>,
    /// Only if there are no files but mmash's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    nothing: Option<NothingRecord<'a>>,
}

/// Why there may be no files.
#[derive(Serialize)]
struct NothingRecord<'a> {
    /// Those of them where nothing can be found, with the reason.
    #[serde(rename = "places")]
    locations: BTreeMap<&'a str, &'static str>,
    reasons: &'static [&'static str],
}

#[derive(Serialize)]
struct FileRecord<'a> {
    path: Cow<'a, str>,
    /// The last component of the path, which globs match.
    name: Cow<'a, str>,
    /// In bytes.
    size: usize,
    stats: usize,
    pid: Option<u32>,
    tid: Option<i64>,
    owner: Option<User>,
    life: &'static str,
    /// Why the process counts as alive or dead.
    reason: &'a str,
    /// Why the file couldn't be read to its end.
    problem: Option<String>,
    identity: Option<IdentityRecord<'a>>,
}

/// What the file says about its writer; files of the original say nothing.
#[derive(Serialize)]
struct IdentityRecord<'a> {
    command: &'a str,
    host: &'a str,
    #[serde(rename = "struct")]
    struct_name: &'a str,
    /// The thread that created the file; another one may write it now.
    tid: i64,
    /// When the process started, in clock ticks since boot.
    start_time: Option<u64>,
    /// The id of that boot.
    boot_id: Option<String>,
    /// The inode of the process's pid namespace.
    pid_namespace: Option<u64>,
}

impl<'a> FilesRecord<'a> {
    fn of(snapshot: &'a Snapshot, files: impl Iterator<Item = &'a WatchedFile>) -> Self {
        let errors = snapshot.errors.iter();
        Self {
            time: snapshot.time,
            reader: User::reader(),
            files: files.map(FileRecord::of).collect(),
            errors: errors.map(|(path, reason)| FileError::new(path, reason.clone())).collect(),
            locations: &snapshot.locations,
            unpublished: Unpublished::of(snapshot),
            nothing: NothingRecord::of(snapshot),
        }
    }
}

impl<'a> NothingRecord<'a> {
    fn of(snapshot: &'a Snapshot) -> Option<Self> {
        let states =
            snapshot.locations.iter().map(|location| (&**location, explain_location(location)));
        let locations = states.filter_map(|(location, state)| Some((location, state?))).collect();
        let this_process = Some(std::process::id());
        let is_alone = snapshot.files.iter().all(|entry| entry.file().pid() == this_process);
        is_alone.then_some(Self { locations, reasons: &NO_FILES_REASONS })
    }
}

impl<'a> FileRecord<'a> {
    fn of(entry: &'a WatchedFile) -> Self {
        let (file, life) = (entry.file(), entry.life());
        Self {
            path: file.path().to_string_lossy(),
            name: file.path().file_name().unwrap_or_default().to_string_lossy(),
            size: file.size(),
            stats: file.stats().len(),
            pid: file.pid(),
            tid: file.tid(),
            owner: User::owner(file),
            life: life_name(life),
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

/// A file has 0 for what isn't known.
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
