//! When files were there, and since when their programs are dead.

use std::collections::BTreeMap;
use std::ops::{Range, RangeBounds};
use std::time::SystemTime;

use mmstats::{StatsFile, Verdict};
use mmstats_sqlite::Readers;

use crate::store::checksum;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::key;
use crate::store::read::budget::Budget;
use crate::store::read::located::ends;
use crate::store::read::scan::{Source, scan};
use crate::store::read::writers::{COLUMNS, WriterLoader, size};
use crate::store::spans;

/// When a file was there, as long as it had one structure.
#[derive(Debug)]
#[non_exhaustive]
pub struct WriterLife<'a> {
    /// The writer's number, as in [`HistoryWriter`](crate::HistoryWriter).
    pub writer: i64,
    /// Who published what; the values aren't known.
    pub file: &'a StatsFile,
    /// The poll that found it first; `None` if that was before the asked time, or at the first poll of
    /// all.
    pub born: Option<SystemTime>,
    /// The poll that found it first with its program dead; `None` if there is none among those asked for,
    /// and those before them up to one that says everything.
    pub died: Option<SystemTime>,
    /// The first poll that didn't find it any more; `None` if that is later than the asked time.
    pub ended: Option<SystemTime>,
    /// The last poll that found it, of those that were asked for.
    pub last: SystemTime,
}

/// The first span of all, the first and the last of a time, and one before them that says everything.
type Bounds = (Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// A row: writer, born, ended.
type Row = (i64, i64, Option<i64>);

/// How many writers are read in a transaction: others are writing.
const SLICE: usize = 500;

/// The polls of spans, by span.
#[derive(Debug, Default)]
struct Polls {
    walls: BTreeMap<i64, Vec<SystemTime>>,
    /// The first poll of the recording.
    first: i64,
}

/// Calls `visit` with each writer that was there in a time; returns what is damaged.
pub fn visit(
    readers: &Readers,
    range: &impl RangeBounds<SystemTime>,
    visit: &mut dyn FnMut(&WriterLife<'_>),
) -> Result<Vec<RecordingError>, RecordingError> {
    let mut errors = Vec::new();
    let polls = Polls::load(readers, range, &mut errors)?;
    let Some((begin, end)) = polls.range() else { return Ok(errors) };
    let deaths = deaths(readers, begin..end, &mut errors)?;
    let rows = rows(readers, begin..end, &mut errors)?;
    for rows in rows.chunks(SLICE) {
        readers.query(|transaction| -> Result<(), RecordingError> {
            let (mut loader, mut budget) = (WriterLoader::new(transaction), Budget::default());
            for row in rows {
                transaction.check_deadline()?;
                match loader.load(row.0, &mut budget) {
                    Ok(file) => {
                        if let Some(life) = life(&file, *row, &polls, &deaths) {
                            visit(&life);
                        }
                        budget.give_back(size(&file));
                    }
                    Err(error @ RecordingError::Damaged(_)) => errors.push(error),
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })?;
    }
    Ok(errors)
}

/// The writers that were there at one of these polls.
fn rows(
    readers: &Readers,
    polls: Range<i64>,
    errors: &mut Vec<RecordingError>,
) -> Result<Vec<Row>, RecordingError> {
    let mut rows = Vec::new();
    let source = Source { table: "writers", key: "id", columns: COLUMNS };
    errors.extend(scan(readers, source, 0..key::MAX_ID + 1, |_, row| {
        let (id, born, ended): Row = (row.get(0)?, row.get(8)?, row.get(10)?);
        if born >= polls.end || ended.is_some_and(|ended| ended < polls.start) {
            return Ok(());
        }
        if !checksum::is_right(row, 0..9)? {
            return Err(RecordingError::damaged("writers", id, "its checksum"));
        }
        rows.push((id, born, ended));
        Ok(())
    })?);
    Ok(rows)
}

fn life<'a>(
    file: &'a StatsFile,
    (writer, born, ended): Row,
    polls: &Polls,
    deaths: &BTreeMap<i64, i64>,
) -> Option<WriterLife<'a>> {
    // That of a file that is gone says nothing.
    let is_there = |died: &&i64| ended.is_none_or(|ended| **died < ended);
    Some(WriterLife {
        writer,
        file,
        born: polls.wall(born).filter(|_| born > polls.first),
        died: deaths.get(&writer).filter(is_there).and_then(|died| polls.wall(*died)),
        ended: ended.and_then(|ended| polls.wall(ended)),
        last: polls.last_before(ended.unwrap_or(i64::MAX))?,
    })
}

impl Polls {
    /// Those of a time, and of spans before it back to one that says everything.
    fn load(
        readers: &Readers,
        range: &impl RangeBounds<SystemTime>,
        errors: &mut Vec<RecordingError>,
    ) -> Result<Self, RecordingError> {
        let (from, to) = ends(range);
        let sql = "SELECT (SELECT min(id) FROM spans), min(id), max(id), \
                   (SELECT max(id) FROM spans WHERE complete = 1 AND id <= \
                    (SELECT min(id) FROM spans WHERE last >= ?1 AND first <= ?2)) \
                   FROM spans WHERE last >= ?1 AND first <= ?2";
        let found: Bounds = readers.query(|transaction| -> Result<_, RecordingError> {
            Ok(transaction.query_row(sql, (from, to), |row| row.try_into())?)
        })?;
        let (Some(earliest), Some(first), Some(last), complete) = found else {
            return Ok(Self::default());
        };
        let mut polls = Self { walls: BTreeMap::new(), first: key::poll(earliest, 0) };
        let spans = complete.unwrap_or(first)..last.saturating_add(1);
        let source = Source { table: "spans", key: "id", columns: spans::COLUMNS };
        errors.extend(scan(readers, source, spans, |_, row| {
            let id = row.get(0)?;
            let head = spans::checked(row)?;
            let head = head.map_err(|what| RecordingError::damaged("spans", id, what))?;
            let walls = head.times.iter().map(|times| times.wall).collect();
            polls.walls.insert(id, walls);
            Ok(())
        })?);
        Ok(polls)
    }

    /// From which poll to before which one they are.
    fn range(&self) -> Option<(i64, i64)> {
        let (first, _) = self.walls.first_key_value()?;
        let (last, _) = self.walls.last_key_value()?;
        Some((key::poll(*first, 0), key::poll(last.saturating_add(1), 0)))
    }

    fn wall(&self, poll: i64) -> Option<SystemTime> {
        self.walls.get(&key::span(poll))?.get(usize::from(key::number(poll))).copied()
    }

    /// The last one before a poll.
    fn last_before(&self, poll: i64) -> Option<SystemTime> {
        let (span, walls) = self.walls.range(..=key::span(poll)).next_back()?;
        if key::poll(*span, walls.len()) <= poll {
            return walls.last().copied();
        }
        let number = usize::from(key::number(poll));
        if let Some(before) = number.checked_sub(1) {
            return walls.get(before).copied();
        }
        self.walls.range(..span).next_back().and_then(|(_, walls)| walls.last().copied())
    }
}

/// The poll at which the program of each writer was found dead.
fn deaths(
    readers: &Readers,
    polls: Range<i64>,
    errors: &mut Vec<RecordingError>,
) -> Result<BTreeMap<i64, i64>, RecordingError> {
    let mut deaths = BTreeMap::new();
    let source = Source { table: "events", key: "key", columns: "key, bytes" };
    let keys = key::events_of_polls(polls);
    errors.extend(scan(readers, source, keys, |_, row| {
        let key: i64 = row.get(0)?;
        let event = Event::decode(row.get_ref(1)?.as_blob().unwrap_or_default());
        let event = event.ok_or_else(|| RecordingError::damaged("events", key, "its bytes"))?;
        if let Event::Life { writer, life } = event
            && life.verdict == Verdict::Dead
        {
            deaths.entry(writer).or_insert_with(|| key::poll_with_event(key));
        }
        Ok(())
    })?);
    Ok(deaths)
}
