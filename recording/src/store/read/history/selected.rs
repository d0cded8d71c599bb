//! The writers that have the stats.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use mmstats::StatsFile;
use mmstats_sqlite::Readers;
use rusqlite::Connection;

use crate::store::checksum;
use crate::store::error::RecordingError;
use crate::store::key;
use crate::store::kinds::kinds;
use crate::store::read::budget::Budget;
use crate::store::read::history::increases::Counts;
use crate::store::read::history::origin::Origin;
use crate::store::read::history::plan::Plan;
use crate::store::read::history::query::HistoryQuery;
use crate::store::read::history::track::{Track, TrackParts};
use crate::store::read::scan::{Source, scan};
use crate::store::read::structures::read_structure;
use crate::store::read::writers::{COLUMNS, WriterLoader};
use crate::summary::WordKind;

/// A stat that is asked for.
#[derive(Clone, Debug)]
struct Wanted {
    stat: usize,
    words: Range<usize>,
    kinds: Vec<WordKind>,
    counts: Counts,
}

/// A row that may be one of those.
struct Candidate {
    id: i64,
    structure: i64,
    continues: Option<i64>,
    born: i64,
    ended: Option<i64>,
}

/// The stats of writers that are there in the spans, by ascending number of the writer.
pub fn select(
    readers: &Readers,
    query: &HistoryQuery<'_>,
    plan: &Plan,
    errors: &mut Vec<RecordingError>,
) -> Result<Vec<Track>, RecordingError> {
    let Some((first, last)) = plan.spans.first().zip(plan.spans.last()) else {
        return Ok(Vec::new());
    };
    let (begin, end) = (key::poll(first.id, 0), key::poll(last.id + 1, 0));
    let mut candidates = Vec::new();
    let source = Source { table: "writers", key: "id", columns: COLUMNS };
    errors.extend(scan(readers, source, 0..key::MAX_ID + 1, |_, row| {
        let (born, ended): (i64, Option<i64>) = (row.get(8)?, row.get(10)?);
        let path = Path::new(OsStr::from_bytes(row.get_ref(3)?.as_blob().unwrap_or_default()));
        if born >= end || ended.is_some_and(|ended| ended < begin) || !(query.files)(path) {
            return Ok(());
        }
        let id = row.get(0)?;
        if !checksum::is_right(row, 0..9)? {
            return Err(RecordingError::damaged("writers", id, "its checksum"));
        }
        let (structure, continues) = (row.get(1)?, row.get(7)?);
        candidates.push(Candidate { id, structure, continues, born, ended });
        Ok(())
    })?);
    readers.query(|transaction| tracks(transaction, query, &candidates, errors))
}

fn tracks(
    connection: &Connection,
    query: &HistoryQuery<'_>,
    candidates: &[Candidate],
    errors: &mut Vec<RecordingError>,
) -> Result<Vec<Track>, RecordingError> {
    let mut loader = WriterLoader::new(connection);
    let (mut budget, mut known) = (Budget::default(), HashMap::new());
    let mut tracks = Vec::new();
    for &Candidate { id, structure, continues, born, ended } in candidates {
        let wanted = match known.get(&structure) {
            Some(wanted) => wanted,
            None => match wanted(connection, structure, query) {
                Ok(wanted) => &*known.entry(structure).or_insert(wanted),
                Err(error @ RecordingError::Damaged(_)) => {
                    errors.push(error);
                    &*known.entry(structure).or_insert(Vec::new())
                }
                Err(error) => return Err(error),
            },
        };
        for Wanted { stat, words, kinds, counts } in wanted.iter().cloned() {
            match loader.load(id, &mut budget) {
                Ok(file) => {
                    // The words now, before, and what is counted.
                    budget.take(64 * words.len() as u64)?;
                    let writer = id;
                    let origin = origin(&tracks, continues, &file, stat);
                    tracks.push(Track::new(TrackParts {
                        writer,
                        continues,
                        born,
                        ended,
                        file,
                        stat,
                        words,
                        kinds,
                        counts,
                        origin,
                    }));
                }
                Err(error @ RecordingError::Damaged(_)) => errors.push(error),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(tracks)
}

/// Where a stat comes from; writers are known by ascending number.
fn origin(tracks: &[Track], continues: Option<i64>, file: &StatsFile, stat: usize) -> Origin {
    let Some(before) = continues else { return Origin::New };
    let first = tracks.partition_point(|track| track.writer < before);
    let stat = file.stats().nth(stat);
    let label = stat.as_ref().map(mmstats::Stat::label_bytes);
    let own = tracks.iter().enumerate().skip(first).take_while(|(_, it)| it.writer == before);
    let words = stat.as_ref().map(mmstats::Stat::word_count);
    let mut same = own.filter(|(_, track)| Some(track.words.len()) == words);
    let same = same.find(|(_, track)| track.label().as_deref() == label);
    same.map_or(Origin::Added, |(at, _)| Origin::Continued(at))
}

/// Which stats of a structure are asked for.
fn wanted(
    connection: &Connection,
    structure: i64,
    query: &HistoryQuery<'_>,
) -> Result<Vec<Wanted>, RecordingError> {
    let bytes = read_structure(connection, structure)?;
    let file = StatsFile::from_bytes("", &bytes).map_err(|error| {
        RecordingError::damaged("structures", key::parts(structure).start, error.reason())
    })?;
    let (mut found, mut all_kinds) = (Vec::new(), None);
    let mut begin = 0;
    for (number, stat) in file.stats().enumerate() {
        let words = begin..begin + stat.word_count();
        begin = words.end;
        if words.is_empty() || !(query.stats)(&stat) {
            continue;
        }
        let kinds = all_kinds.get_or_insert_with(|| kinds(&file))[words.clone()].to_vec();
        found.push(Wanted { stat: number, words, kinds, counts: Counts::of(&stat) });
    }
    Ok(found)
}
