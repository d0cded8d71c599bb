//! All files at one moment.

use std::time::SystemTime;

use mmstats::{ReadError, WatchedFile};
use mmstats_sqlite::Readers;
use rusqlite::Connection;

use crate::store::error::RecordingError;
use crate::store::read::loaded::{LoadedSpan, Wanted};
use crate::store::read::located::{Gap, Located, locate};
use crate::store::read::scan::in_table;
use crate::store::read::state::State;
use crate::store::spans;

/// What the last poll at or before a time found, from [`Recording::at`](crate::Recording::at).
#[derive(Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The files, sorted by path.
    pub files: Vec<WatchedFile>,
    /// The files that couldn't be read, or not to their end, and locations that didn't exist.
    pub file_errors: Vec<ReadError>,
    /// When the poll began.
    pub wall: SystemTime,
    /// Whether it is a later poll than the one at that time, as only what was at the end of its span is
    /// kept.
    pub is_rolled_up: bool,
    /// From when to when nothing was recorded, if that is so at the asked time. It has no end if
    /// nothing was recorded after it.
    pub gap: Option<(SystemTime, Option<SystemTime>)>,
    /// What of the recording is damaged, and therefore left out.
    pub errors: Vec<RecordingError>,
}

/// The last poll at or before a time.
pub fn snapshot(readers: &Readers, wall: SystemTime) -> Result<Option<Snapshot>, RecordingError> {
    let found = readers.query(|transaction| {
        let Some(found) = locate(transaction, wall)? else { return Ok(None) };
        let first = first_span(transaction, found.span)?;
        Ok::<_, RecordingError>(Some((found, first)))
    });
    let found = found.map_err(|error| in_table(error, "spans", 0))?;
    let Some((Located { span, poll, times, gap }, first)) = found else { return Ok(None) };
    let (mut state, mut errors) = (State::default(), Vec::new());
    let (mut wall, mut is_rolled_up) = (times.wall, false);
    for id in first..=span {
        let (budget, words) = (state.budget, state.word_counts());
        let wanted = if id == span { Wanted::Polls } else { Wanted::End };
        let mut loaded = readers
            .query(|transaction| LoadedSpan::load(transaction, id, wanted, budget, &words))?;
        errors.append(&mut loaded.errors);
        let mut polls = loaded.times.len();
        match loaded.times.last() {
            Some(last) if id == span && loaded.is_rolled_up => {
                (wall, is_rolled_up) = (last.wall, poll + 1 < polls);
            }
            _ if id == span => polls = poll + 1,
            _ => {}
        }
        if let Some((_, error)) = loaded.broken.take_if(|(broken, _)| *broken < polls) {
            return Err(error);
        }
        for poll in 0..polls {
            let applied = state.apply(&loaded, poll);
            applied.map_err(|what| RecordingError::damaged("events", id, what))?;
        }
    }
    let gap: Option<Gap> = gap;
    let (files, file_errors) = state.into_files();
    Ok(Some(Snapshot { files, file_errors, wall, is_rolled_up, gap, errors }))
}

/// The span from which on a span can be read.
fn first_span(connection: &Connection, span: i64) -> Result<i64, RecordingError> {
    spans::last_complete(connection, span)?
        .ok_or_else(|| RecordingError::damaged("spans", span, "no span before says everything"))
}
