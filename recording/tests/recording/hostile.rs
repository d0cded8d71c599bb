//! Recordings that nobody wrote like this: errors, and never a panic.

use std::fs;
use std::path::Path;

use mmstats::Watch;
use mmstats_recording::{Recorder, Recording, RecordingError, Settings};
use mmstats_testing::kept_update::described;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::fixture::{Fixture, SECOND};

const TABLES: [(&str, &[&str]); 9] = [
    ("about", &["value", "checksum"]),
    ("stretches", &["id", "boot_id", "reason"]),
    ("spans", &["id", "stretch", "complete", "form", "first", "last", "own_time", "times"]),
    ("structures", &["key", "checksum", "bytes"]),
    ("writers", &["id", "structure", "identity", "path", "device", "inode", "owner"]),
    ("events", &["key", "bytes"]),
    ("recent", &["key", "bytes"]),
    ("minutes", &["key", "bytes"]),
    ("blocks", &["key", "bytes"]),
];

/// A recording of many steps; the last span isn't folded.
fn recorded() -> Vec<u8> {
    let mut random = Random::new(seed());
    let mut world = World::new(&std::env::temp_dir());
    let mut fixture = Fixture::new();
    let mut watch = Watch::new(world.locations());
    for _ in 0..150 {
        world.apply(Step::any(&mut random));
        fixture.poll(&mut watch).unwrap();
    }
    fixture.recorder = None;
    let connection = Connection::open(fixture.path()).unwrap();
    connection.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(connection);
    fs::read(fixture.path()).unwrap()
}

/// Reads all; how many updates and errors there are.
fn read(path: &Path) -> (usize, usize) {
    let Ok(recording) = Recording::open(path) else { return (0, 1) };
    let Ok(mut updates) = recording.updates(..) else { return (0, 1) };
    let mut changes = mmstats::Changes::new();
    let (mut good, mut bad) = (0, 0);
    while let Some(update) = updates.next() {
        match update {
            Ok(update) => {
                changes.advance(&update);
                good += 1;
            }
            Err(error) => {
                assert!(!error.to_string().contains('\n'));
                bad += 1;
            }
        }
        assert!(good + bad < 10_000);
    }
    described(&changes);
    (good, bad)
}

/// Another value of the same type, as tables are strict.
fn changed(value: Value, random: &mut Random) -> Value {
    match value {
        Value::Integer(number) => Value::Integer(match random.below(5) {
            0 => number.wrapping_add(1),
            1 => number.wrapping_sub(1),
            2 => random.one_of(&[i64::MIN, i64::MAX, -1, 0]),
            3 => number ^ 1 << random.below(64),
            _ => random.below(100) as i64,
        }),
        Value::Blob(bytes) => {
            let sealed = mmstats_recording::unseal(&bytes).is_ok();
            let end = bytes.len() - if sealed { 8 } else { 0 };
            let mut content = bytes[..end].to_vec();
            match random.below(3) {
                0 => content.truncate(random.below(content.len() + 1)),
                1 => content.extend((0..random.below(9)).map(|_| random.next() as u8)),
                _ => {}
            }
            if let Some(at) = content.len().checked_sub(1).map(|last| random.below(last + 1)) {
                content[at] ^= random.next() as u8;
            }
            if sealed && random.below(4) > 0 {
                mmstats_recording::seal(&mut content);
            }
            Value::Blob(content)
        }
        Value::Text(_) => Value::Text(random.one_of(&["", "big", "start", "failed"]).to_owned()),
        other => other,
    }
}

fn change_a_value(connection: &Connection, random: &mut Random) {
    let (table, columns) = random.one_of(&TABLES);
    let column = random.one_of(columns);
    let key = if table == "about" { "key" } else { "rowid" };
    let sql = format!("SELECT count(*) FROM {table}");
    let count: u64 = connection.query_row(&sql, (), |row| row.get(0)).unwrap();
    let at = random.below(count.max(1) as usize);
    let sql = format!("SELECT {key}, {column} FROM {table} LIMIT 1 OFFSET {at}");
    let found = connection.query_row(&sql, (), |row| row.try_into());
    let Ok((row, value)): Result<(Value, Value), _> = found else { return };
    // Two rows can't have the same key.
    let sql = format!("UPDATE OR IGNORE {table} SET {column} = ? WHERE {key} = ?");
    connection.execute(&sql, (changed(value, random), row)).unwrap();
    if random.below(4) > 0 && column != "checksum" {
        seal_rows(connection, table);
    }
}

/// Gives the rows of a table the checksums that belong to what they have now.
pub fn seal_rows(connection: &Connection, table: &str) {
    let columns = match table {
        "about" => "key, value",
        "stretches" => "id, boot_id, reason",
        "spans" => "id, stretch, complete, first, last, boot_time, own_time, times",
        "writers" => "id, structure, identity, path, device, inode, owner, continues, born",
        _ => return,
    };
    let mut statement =
        connection.prepare(&format!("SELECT rowid, {columns} FROM {table}")).unwrap();
    let count = statement.column_count();
    let rows = statement.query_map((), |row| {
        let values: rusqlite::Result<Vec<Value>> = (1..count).map(|at| row.get(at)).collect();
        Ok((row.get(0)?, checksum(&values?)))
    });
    let rows: Vec<(i64, i64)> = rows.unwrap().map(Result::unwrap).collect();
    let sql = format!("UPDATE {table} SET checksum = ? WHERE rowid = ?");
    for (row, checksum) in rows {
        connection.execute(&sql, (checksum, row)).unwrap();
    }
}

/// That of a row's columns, as `spec/RECORDING.md` says.
pub fn checksum(values: &[Value]) -> i64 {
    let mut content = Vec::new();
    for value in values {
        match value {
            Value::Integer(number) => {
                content.push(1);
                content.extend(number.to_le_bytes());
            }
            Value::Text(text) => push_bytes(text.as_bytes(), &mut content),
            Value::Blob(bytes) => push_bytes(bytes, &mut content),
            _ => content.push(0),
        }
    }
    mmstats_recording::seal(&mut content);
    i64::from_le_bytes(*content.last_chunk().unwrap())
}

fn push_bytes(bytes: &[u8], content: &mut Vec<u8>) {
    content.push(2);
    mmstats_sqlite::varint::put(content, bytes.len() as u64);
    content.extend(bytes);
}

#[test]
fn any_value_may_be_another() {
    let bytes = recorded();
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut random = Random::new(seed());
    let (mut some, mut damaged) = (0, 0);
    for _ in 0..250 {
        fs::write(&path, &bytes).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "synchronous", "off").unwrap();
        for _ in 0..=random.below(3) {
            change_a_value(&connection, &mut random);
        }
        drop(connection);
        let (good, bad) = read(&path);
        some += usize::from(good > 0);
        damaged += usize::from(bad > 0);
        if random.below(4) == 0
            && let Ok(mut recorder) = Recorder::new(&path, &Settings::new(SECOND))
        {
            let _ = recorder.record(&Watch::new([directory.path()]).poll());
        }
    }
    assert!(some > 80 && damaged > 80, "{some} {damaged}");
}

#[test]
fn any_byte_of_the_file_may_be_another() {
    let bytes = recorded();
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut random = Random::new(seed());
    for _ in 0..120 {
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(20) {
            let at = random.below(bytes.len());
            bytes[at] = random.next() as u8;
        }
        if random.below(4) == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        fs::write(&path, bytes).unwrap();
        read(&path);
    }
}

/// What a page had is listed by its table, and all else is read and copied.
#[test]
fn any_page_of_a_table_may_be_damaged() {
    let bytes = recorded();
    let directory = tempfile::TempDir::new().unwrap();
    let (path, cut) = (directory.path().join("recording"), directory.path().join("cut"));
    fs::write(&path, &bytes).unwrap();
    let connection = Connection::open(&path).unwrap();
    let roots = "SELECT name, tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 1 AND tbl_name != 'about'";
    let roots: Vec<(String, String, usize)> = {
        let mut statement = connection.prepare(roots).unwrap();
        statement.query_map((), |row| row.try_into()).unwrap().map(Result::unwrap).collect()
    };
    drop(connection);
    for (name, table, page) in roots {
        let mut bytes = bytes.clone();
        bytes[(page - 1) * 4_096..][..200].fill(0xaa);
        fs::write(&path, bytes).unwrap();
        let recording = Recording::open(&path).unwrap();
        let info = recording.info().unwrap();
        let of_table = format!(" of {table}: ");
        let names_it = |error: &RecordingError| error.to_string().contains(&of_table);
        // An index isn't read there.
        assert_eq!(info.damages.iter().any(names_it), name == table, "{name}: {:?}", info.damages);
        let _ = fs::remove_file(&cut);
        match recording.cut(.., &cut) {
            Ok(_) => assert!(Recording::open(&cut).unwrap().info().is_ok()),
            Err(error) => assert_eq!(table, "spans", "{error}"),
        }
        read(&path);
        if let Err(error) = recording.updates(..) {
            assert!(names_it(&error), "{name}: {error}");
        }
        let later = std::time::SystemTime::now() + std::time::Duration::from_hours(1_000_000);
        if let Err(error) = recording.at(later) {
            assert!(names_it(&error), "{name}: {error}");
        }
    }
}
