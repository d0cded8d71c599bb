//! Finds out what is in a recording, and checks all rows.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use mmstats::StatsFile;
use mmstats_sqlite::Readers;
use rusqlite::Row;

use crate::seal::unseal;
use crate::store::about;
use crate::store::error::RecordingError;
use crate::store::event::Event;
use crate::store::read::info::{Info, Stretch};
use crate::store::read::scan::{Source, in_table, scan};
use crate::store::read::structures::read_structure;
use crate::store::read::writers;
use crate::store::spans::{self, SpanHead};
use crate::store::{checksum, key};

const ALL: std::ops::Range<i64> = i64::MIN..i64::MAX;

/// Reads all.
pub fn gather(readers: &Readers, path: &Path) -> Result<Info, RecordingError> {
    let mut info = Info::default();
    about_it(readers, &mut info)?;
    all_spans(readers, &mut info)?;
    all_writers(readers, &mut info)?;
    all_structures(readers, &mut info)?;
    all_events(readers, &mut info)?;
    info.sizes.blocks = sealed(readers, "blocks", &mut info)?;
    info.sizes.roll_ups = sealed(readers, "minutes", &mut info)?;
    all_recent(readers, &mut info)?;
    info.sizes.file = fs::metadata(path).map_or(0, |file| file.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    info.sizes.log = fs::metadata(log).map_or(0, |file| file.len());
    Ok(info)
}

fn about_it(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    let mut values = [const { None }; 4];
    let keys = [about::VERSION, about::HOST, about::INTERVAL, about::BYTE_ORDER];
    for (value, key) in values.iter_mut().zip(keys) {
        let found = readers.query(|transaction| about::value(transaction, key));
        match found {
            Ok(found) => *value = found,
            Err(error @ RecordingError::Damaged(_)) => info.damages.push(error),
            Err(error) => match in_table(error, "about", 0) {
                error @ RecordingError::Damaged(_) => {
                    // The others are on the same page.
                    info.damages.push(error);
                    break;
                }
                error => return Err(error),
            },
        }
    }
    let [version, host, interval, byte_order] = values;
    (info.version, info.host) = (version, host);
    info.interval = interval.as_deref().and_then(about::parse_interval);
    info.is_other_byte_order = byte_order.is_some_and(|order| order != about::NATIVE);
    Ok(())
}

fn all_spans(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    let source = Source { table: "spans", key: "id", columns: spans::COLUMNS };
    let mut before: Option<(i64, SpanHead)> = None;
    let mut stretches = Vec::new();
    let (mut polls, mut size) = (0, 0);
    let damages = scan(readers, source, ALL, |connection, row| {
        let id = row.get(0)?;
        let head =
            spans::checked(row)?.map_err(|what| RecordingError::damaged("spans", id, what))?;
        polls += head.times.len() as u64;
        size += row.get_ref(7)?.as_blob().map_or(0, <[u8]>::len) as u64;
        let follows = before
            .as_ref()
            .filter(|(last, before)| last + 1 == id && before.stretch == head.stretch);
        match stretches.last_mut() {
            Some(last) if follows.is_some() => extend(last, &head),
            _ => {
                let is_missing = before
                    .as_ref()
                    .is_some_and(|(last, before)| last + 1 != id && before.stretch == head.stretch);
                let reason = spans::stretch(connection, head.stretch);
                let reason = reason.as_ref().ok().map(|stretch| stretch.reason);
                let reason = reason.filter(|_| !is_missing);
                stretches.extend(begin(&head, before.as_ref().map(|(_, head)| head), reason));
            }
        }
        before = Some((id, head));
        Ok(())
    })?;
    info.damages.extend(damages);
    info.bounds =
        stretches.first().zip(stretches.last()).map(|(first, last)| (first.first, last.last));
    (info.polls, info.stretches, info.sizes.times) = (polls, stretches, size);
    let source = Source { table: "stretches", key: "id", columns: "id, boot_id, reason, checksum" };
    let damages = scan(readers, source, ALL, |connection, row| {
        spans::stretch(connection, row.get(0)?).map(drop)
    })?;
    info.damages.extend(damages);
    Ok(())
}

fn begin(
    head: &SpanHead,
    before: Option<&SpanHead>,
    reason: Option<crate::Reason>,
) -> Option<Stretch> {
    let (first, last) = head.times.first().zip(head.times.last())?;
    let passed = before.map(|before| {
        let since = before
            .times
            .last()
            .zip(before.times.first())
            .map(|(last, first)| last.monotonic.saturating_sub(first.monotonic));
        head.own_time.saturating_sub(before.own_time.saturating_add(since.unwrap_or_default()))
    });
    let polls = head.times.len() as u64;
    Some(Stretch { reason, first: first.wall, last: last.wall, polls, passed })
}

fn extend(stretch: &mut Stretch, head: &SpanHead) {
    stretch.polls += head.times.len() as u64;
    if let Some(last) = head.times.last() {
        stretch.last = last.wall;
    }
}

fn all_writers(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    let mut count = 0;
    let source = Source { table: "writers", key: "id", columns: writers::COLUMNS };
    let damages = scan(readers, source, ALL, |_, row| {
        count += 1;
        if checksum::is_right(row, 0..9)? {
            return Ok(());
        }
        Err(RecordingError::damaged("writers", row.get(0)?, "its checksum"))
    })?;
    info.damages.extend(damages);
    info.writers = count;
    Ok(())
}

fn all_structures(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    let source = Source { table: "structures", key: "key", columns: "key, length(bytes)" };
    let (mut ids, mut size) = (Vec::new(), 0);
    let damages = scan(readers, source, ALL, |_, row| {
        let id = row.get::<_, i64>(0)? >> key::PART_BITS;
        if ids.last() != Some(&id) {
            ids.push(id);
        }
        size += row.get::<_, u64>(1)?;
        Ok(())
    })?;
    info.damages.extend(damages);
    info.sizes.structures = size;
    let mut labels = HashSet::new();
    for id in ids {
        let read = readers.query(|transaction| read_structure(transaction, id));
        let key = id << key::PART_BITS;
        let bytes = match read.map_err(|error| in_table(error, "structures", key)) {
            Ok(bytes) => bytes,
            Err(error @ RecordingError::Damaged(_)) => {
                info.damages.push(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        if info.is_other_byte_order {
            continue;
        }
        match StatsFile::from_bytes("", &bytes) {
            Ok(file) => labels.extend(file.stats().map(|stat| stat.label_bytes().to_vec())),
            Err(error) => {
                info.damages.push(RecordingError::damaged("structures", key, error.reason()));
            }
        }
    }
    info.stats = labels.len() as u64;
    Ok(())
}

fn all_events(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    info.sizes.events = each_blob(readers, "events", &mut info.damages, |bytes| {
        Event::decode(bytes).map(drop).ok_or_else(|| "its content".to_owned())
    })?;
    Ok(())
}

/// The size of a table whose rows are blobs of their own.
fn sealed(readers: &Readers, table: &'static str, info: &mut Info) -> Result<u64, RecordingError> {
    each_blob(readers, table, &mut info.damages, |bytes| {
        unseal(bytes).map(drop).map_err(|error| error.to_string())
    })
}

fn each_blob(
    readers: &Readers,
    table: &'static str,
    damages: &mut Vec<RecordingError>,
    check: impl Fn(&[u8]) -> Result<(), String>,
) -> Result<u64, RecordingError> {
    let mut size = 0;
    let source = Source { table, key: "key", columns: "key, bytes" };
    damages.extend(scan(readers, source, ALL, |_, row| {
        let bytes = blob(row, table)?;
        size += bytes.len() as u64;
        check(bytes).map_err(|what| damaged(row, table, what))
    })?);
    Ok(size)
}

/// What polls changed may be in several rows.
fn all_recent(readers: &Readers, info: &mut Info) -> Result<(), RecordingError> {
    let source = Source { table: "recent", key: "key", columns: "key, bytes" };
    let (mut size, mut current, mut bytes) = (0, None, Vec::new());
    let check = |poll: Option<i64>, bytes: &[u8]| {
        let Some(poll) = poll else { return Ok(()) };
        let key = key::parts(poll).start;
        let checked = unseal(bytes).map(drop);
        checked.map_err(|error| RecordingError::damaged("recent", key, error.to_string()))
    };
    let mut damages = scan(readers, source, ALL, |_, row| {
        let poll = row.get::<_, i64>(0)? >> key::PART_BITS;
        let part = blob(row, "recent")?;
        size += part.len() as u64;
        let mut checked = Ok(());
        if current != Some(poll) {
            checked = check(current, &bytes);
            current = Some(poll);
            bytes.clear();
        }
        bytes.extend_from_slice(part);
        checked
    })?;
    damages.extend(check(current, &bytes).err());
    info.damages.extend(damages);
    info.sizes.recent = size;
    Ok(())
}

fn blob<'a>(row: &'a Row<'_>, table: &'static str) -> Result<&'a [u8], RecordingError> {
    let bytes = row.get_ref(1)?.as_blob();
    bytes.map_err(|_| damaged(row, table, "not a blob".to_owned()))
}

fn damaged(row: &Row<'_>, table: &'static str, what: String) -> RecordingError {
    RecordingError::damaged(table, row.get(0).unwrap_or_default(), what)
}
