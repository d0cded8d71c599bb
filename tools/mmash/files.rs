//! `/api/v1/files`: which files there are, whose they are, and whether their programs live.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mmstats::{Identity, Verdict};
use serde::Serialize;

use super::poller::Poller;
use super::snapshot::{Seen, Snapshot};
use crate::common::json::FileError;

/// The route.
pub fn routes() -> Router<Arc<Poller>> {
    Router::new().route("/api/v1/files", get(files))
}

async fn files(State(poller): State<Arc<Poller>>) -> Response {
    Json(FilesRecord::of(&poller.snapshot())).into_response()
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
}

#[derive(Serialize)]
struct FileRecord<'a> {
    path: Cow<'a, str>,
    size: usize,
    stats: usize,
    pid: Option<u32>,
    tid: Option<i64>,
    life: &'static str,
    /// How the life is known.
    reason: &'a str,
    identity: Option<IdentityRecord<'a>>,
}

/// What the file says of its writer; files of the original say nothing.
#[derive(Serialize)]
struct IdentityRecord<'a> {
    command: &'a str,
    host: &'a str,
    #[serde(rename = "struct")]
    struct_name: &'a str,
}

impl<'a> FilesRecord<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let errors = snapshot.errors.iter();
        Self {
            time: snapshot.time,
            files: snapshot.files.iter().map(FileRecord::of).collect(),
            errors: errors.map(|(path, reason)| FileError::new(path, reason.clone())).collect(),
            looked_at: &snapshot.looked_at,
        }
    }
}

impl<'a> FileRecord<'a> {
    fn of(Seen { file, life }: &'a Seen) -> Self {
        Self {
            path: file.path().to_string_lossy(),
            size: file.size(),
            stats: file.stats().len(),
            pid: file.pid(),
            tid: file.tid(),
            life: match life.verdict {
                Verdict::Alive => "alive",
                Verdict::Dead => "dead",
                Verdict::Undecided => "undecided",
            },
            reason: &life.reason,
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
        }
    }
}
