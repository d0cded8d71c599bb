//! What is in a recording, for programs.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mmstats_cli::json;
use mmstats_recording::{Info, Reason, Stretch};
use serde::Serialize;

use crate::dates::unix_seconds;

/// Raised when a reader of an older schema would go wrong.
const SCHEMA: u32 = 1;

/// Appends an object, and a line's end.
pub fn push(out: &mut Vec<u8>, path: &Path, info: &Info) -> io::Result<()> {
    let sizes = &info.sizes;
    let (from, to) = info.bounds.unzip();
    let object = JsonInfo {
        schema: SCHEMA,
        path: path.to_string_lossy().into_owned(),
        version: info.version.as_deref(),
        host: info.host.as_deref(),
        interval: info.interval.map(|interval| interval.as_secs_f64()),
        other_byte_order: info.is_other_byte_order,
        from: from.map(seconds),
        to: to.map(seconds),
        polls: info.polls,
        writers: info.writers,
        stats: info.stats,
        bytes: JsonBytes {
            file: sizes.file,
            log: sizes.log,
            blocks: sizes.blocks,
            roll_ups: sizes.roll_ups,
            recent: sizes.recent,
            structures: sizes.structures,
            events: sizes.events,
            times: sizes.times,
        },
        stretches: info.stretches.iter().map(JsonStretch::of).collect(),
        damages: info.damages.iter().map(ToString::to_string).collect(),
    };
    json::write(out, &object)?;
    out.push(b'\n');
    Ok(())
}

/// Unix time to the millisecond, as in the output of other tools.
fn seconds(time: SystemTime) -> f64 {
    (unix_seconds(time) * 1e3).round() / 1e3
}

#[derive(Serialize)]
struct JsonInfo<'a> {
    schema: u32,
    path: String,
    version: Option<&'a str>,
    host: Option<&'a str>,
    interval: Option<f64>,
    other_byte_order: bool,
    from: Option<f64>,
    to: Option<f64>,
    polls: u64,
    writers: u64,
    stats: u64,
    bytes: JsonBytes,
    stretches: Vec<JsonStretch>,
    damages: Vec<String>,
}

#[derive(Serialize)]
struct JsonBytes {
    file: u64,
    log: u64,
    blocks: u64,
    roll_ups: u64,
    recent: u64,
    structures: u64,
    events: u64,
    times: u64,
}

#[derive(Serialize)]
struct JsonStretch {
    from: f64,
    to: f64,
    polls: u64,
    reason: Option<&'static str>,
    passed: Option<f64>,
    gap: bool,
}

impl JsonStretch {
    fn of(stretch: &Stretch) -> Self {
        let reason = stretch.reason.and_then(|reason| match reason {
            Reason::Start => Some("start"),
            Reason::Failed => Some("failed"),
            Reason::Clock => Some("clock"),
            Reason::Suspend => Some("suspend"),
            _ => None,
        });
        Self {
            from: seconds(stretch.first),
            to: seconds(stretch.last),
            polls: stretch.polls,
            reason,
            passed: stretch.passed.as_ref().map(Duration::as_secs_f64),
            gap: stretch.is_after_gap(),
        }
    }
}
