//! Copying a part of a recording.

use std::collections::BTreeSet;
use std::ops::{Range, RangeBounds};
use std::path::Path;
use std::time::SystemTime;

use mmstats_sqlite::{Created, Readers, create};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Row, params_from_iter};

use crate::seal::unseal;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::read::scan::{Source, in_table, scan, scan_within};
use crate::store::read::structures::read_structure;
use crate::store::read::writers;
use crate::store::schema::APPLICATION;
use crate::store::spans;
use crate::store::{checksum, key};

const ALL: Range<i64> = i64::MIN..i64::MAX;

/// What was copied, from [`Recording::cut`](crate::Recording::cut).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Cut {
    /// The wall times of the first poll and of the last one, in recorded order.
    pub bounds: Option<(SystemTime, SystemTime)>,
    /// How many polls there are, with those before the range that are needed to read it.
    pub polls: u64,
    /// What is damaged, and therefore left out.
    pub left_out: Vec<RecordingError>,
}

/// Copies what is needed to read the polls of a range.
pub fn cut(
    readers: &Readers,
    range: &impl RangeBounds<SystemTime>,
    into: &Path,
) -> Result<Cut, RecordingError> {
    let mut cut = Cut::default();
    let selected = select(readers, range, &mut cut)?;
    let Some((&first, &last)) = selected.first().zip(selected.last()) else {
        return Err(RecordingError::OutOfRange("nothing was recorded in this time"));
    };
    let mut copy = Copy {
        readers,
        into: create(into, &APPLICATION)?,
        cut,
        spans: selected,
        range: first..last + 1,
        stretches: BTreeSet::new(),
        writers: BTreeSet::new(),
        open: BTreeSet::new(),
    };
    copy.about()?;
    for span in copy.spans.clone() {
        copy.span(span)?;
    }
    copy.stretches()?;
    copy.structures()?;
    copy.roll_ups()?;
    copy.into.finish()?;
    Ok(copy.cut)
}

/// The spans of a range, with those that are needed to read them.
fn select(
    readers: &Readers,
    range: &impl RangeBounds<SystemTime>,
    cut: &mut Cut,
) -> Result<BTreeSet<i64>, RecordingError> {
    let (mut selected, mut needed) = (BTreeSet::new(), Vec::new());
    let source = Source { table: "spans", key: "id", columns: spans::COLUMNS };
    let damages = scan(readers, source, ALL, |_, row| {
        let id = row.get(0)?;
        let head =
            spans::checked(row)?.map_err(|what| RecordingError::damaged("spans", id, what))?;
        if head.is_complete || needed.last().is_some_and(|last| last + 1 != id) {
            needed.clear();
        }
        if head.is_complete || !needed.is_empty() {
            needed.push(id);
            if head.times.iter().any(|times| range.contains(&times.wall)) {
                selected.extend(needed.iter().copied());
            }
        }
        Ok(())
    })?;
    cut.left_out.extend(damages);
    Ok(selected)
}

/// A copy that is being made.
#[derive(Debug)]
struct Copy<'a> {
    readers: &'a Readers,
    into: Created,
    cut: Cut,
    spans: BTreeSet<i64>,
    range: Range<i64>,
    /// What the spans mention.
    stretches: BTreeSet<i64>,
    writers: BTreeSet<i64>,
    /// Spans that are not, or not all, in blocks.
    open: BTreeSet<i64>,
}

impl Copy<'_> {
    fn about(&mut self) -> Result<(), RecordingError> {
        let columns = "id, key, value, checksum";
        let source = Source { table: "about", key: "id", columns };
        let damages = scan(self.readers, source, ALL, |_, row| {
            if checksum::is_right(row, 1..3)? {
                return insert(self.into.connection(), "about", row, 4);
            }
            Err(RecordingError::damaged("about", row.get(0)?, "its checksum"))
        })?;
        self.cut.left_out.extend(damages);
        Ok(())
    }

    /// Copies a span as it is at this moment.
    fn span(&mut self, id: i64) -> Result<(), RecordingError> {
        self.readers.query(|transaction| {
            let head = match spans::head(transaction, id) {
                Ok(head) => head,
                Err(error @ RecordingError::Damaged(_)) => {
                    self.cut.left_out.push(error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            self.stretches.insert(head.stretch);
            self.cut.polls += head.times.len() as u64;
            let (first, last) = (head.times[0].wall, head.times[head.times.len() - 1].wall);
            self.cut.bounds = Some((self.cut.bounds.map_or(first, |bounds| bounds.0), last));
            let into = self.into.connection();
            let source = Source { table: "spans", key: "id", columns: spans::COLUMNS };
            let mut damages =
                scan_within(transaction, source, id..id + 1, |row| insert(into, "spans", row, 10))?;
            let source = |table| Source { table, key: "key", columns: "key, bytes" };
            let writers = &mut self.writers;
            damages.extend(scan_within(transaction, source("events"), key::events(id), |row| {
                let error = |what| RecordingError::damaged("events", key_of(row), what);
                let bytes = row.get_ref(1)?.as_blob().map_err(|_| error("not a blob"))?;
                let event = Event::decode(bytes).ok_or_else(|| error("its content"))?;
                if let Event::Present { writer, .. } = event {
                    writers.insert(writer);
                }
                insert(into, "events", row, 2)
            })?);
            let open = &mut self.open;
            damages.extend(scan_within(transaction, source("recent"), key::changes(id), |row| {
                open.insert(id);
                insert(into, "recent", row, 2)
            })?);
            damages.extend(scan_within(transaction, source("blocks"), key::blocks(id), |row| {
                sealed("blocks", row)?;
                insert(into, "blocks", row, 2)
            })?);
            self.cut.left_out.extend(damages);
            Ok(())
        })
    }

    fn stretches(&mut self) -> Result<(), RecordingError> {
        let source =
            Source { table: "stretches", key: "id", columns: "id, boot_id, reason, checksum" };
        for &id in &self.stretches {
            let damages = scan(self.readers, source, id..id + 1, |_, row| {
                if checksum::is_right(row, 0..3)? {
                    return insert(self.into.connection(), "stretches", row, 4);
                }
                Err(RecordingError::damaged("stretches", id, "its checksum"))
            })?;
            self.cut.left_out.extend(damages);
        }
        Ok(())
    }

    /// Copies the writers that spans mention, and their structures.
    fn structures(&mut self) -> Result<(), RecordingError> {
        let mut structures = BTreeSet::new();
        let source = Source { table: "writers", key: "id", columns: writers::COLUMNS };
        for &id in &self.writers {
            let damages = scan(self.readers, source, id..id + 1, |_, row| {
                if !checksum::is_right(row, 0..9)? {
                    return Err(RecordingError::damaged("writers", id, "its checksum"));
                }
                structures.insert(row.get::<_, i64>(1)?);
                insert(self.into.connection(), "writers", row, 11)
            })?;
            self.cut.left_out.extend(damages);
        }
        let columns = "key, checksum, bytes";
        let source = Source { table: "structures", key: "key", columns };
        for id in structures {
            let read = self.readers.query(|transaction| read_structure(transaction, id));
            let first = key::parts(id).start;
            match read.map_err(|error| in_table(error, "structures", first)) {
                Ok(_) => {}
                Err(error @ RecordingError::Damaged(_)) => {
                    self.cut.left_out.push(error);
                    continue;
                }
                Err(error) => return Err(error),
            }
            let damages = scan(self.readers, source, key::parts(id), |_, row| {
                insert(self.into.connection(), "structures", row, 3)
            })?;
            self.cut.left_out.extend(damages);
        }
        Ok(())
    }

    fn roll_ups(&mut self) -> Result<(), RecordingError> {
        let source = Source { table: "minutes", key: "key", columns: "key, bytes" };
        for &writer in &self.writers {
            let writer = writer as u32;
            let range = key::minute(writer, self.range.start)..key::minute(writer, self.range.end);
            let damages = scan(self.readers, source, range, |_, row| {
                let span = key_of(row) & key::MAX_ID;
                if !self.spans.contains(&span) || self.open.contains(&span) {
                    return Ok(());
                }
                sealed("minutes", row)?;
                insert(self.into.connection(), "minutes", row, 2)
            })?;
            self.cut.left_out.extend(damages);
        }
        Ok(())
    }
}

fn key_of(row: &Row<'_>) -> i64 {
    row.get(0).unwrap_or_default()
}

fn sealed(table: &'static str, row: &Row<'_>) -> Result<(), RecordingError> {
    let damaged = |what| RecordingError::damaged(table, key_of(row), what);
    let bytes = row.get_ref(1)?.as_blob().map_err(|_| damaged("not a blob".to_owned()))?;
    unseal(bytes).map(drop).map_err(|error| damaged(error.to_string()))
}

fn insert(
    into: &Connection,
    table: &str,
    row: &Row<'_>,
    columns: usize,
) -> Result<(), RecordingError> {
    let places = &"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"[..3 * columns - 2];
    let mut statement = into.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})"))?;
    let values: Result<Vec<_>, _> =
        (0..columns).map(|column| row.get_ref(column).map(ToSqlOutput::Borrowed)).collect();
    statement.execute(params_from_iter(values?))?;
    Ok(())
}
