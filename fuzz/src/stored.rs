//! A small recording, changed and read in every way: whatever is in its rows or pages, each call ends,
//! with a result or an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mmstats::{Changes, Counter, Gauge, Histogram, MmStats, Watch};
use mmstats_recording::{Boot, HistoryQuery, Recorder, Recording, Settings, seal, unseal};
use mmstats_sqlite::varint;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
    busy: Gauge<f64>,
    sizes: Histogram,
}

/// Tables, and their columns with the checksum's at the end if there is one.
const TABLES: [(&str, &[&str]); 9] = [
    ("about", &["key", "value", "checksum"]),
    ("stretches", &["id", "boot_id", "reason", "checksum"]),
    (
        "spans",
        &[
            "id",
            "stretch",
            "complete",
            "first",
            "last",
            "boot_time",
            "own_time",
            "times",
            "checksum",
        ],
    ),
    ("structures", &["key", "bytes"]),
    (
        "writers",
        &[
            "id",
            "structure",
            "identity",
            "path",
            "device",
            "inode",
            "owner",
            "continues",
            "born",
            "checksum",
        ],
    ),
    ("events", &["key", "bytes"]),
    ("recent", &["key", "bytes"]),
    ("blocks", &["key", "bytes"]),
    ("minutes", &["key", "bytes"]),
];

/// When the recording begins.
const BEGIN: Duration = Duration::from_secs(1_000_000);
/// The bytes that say a change.
const CHANGE: usize = 8;

/// A recording as bytes, and where it is changed.
struct Seed {
    bytes: Vec<u8>,
    directory: TempDir,
}

static SEED: OnceLock<Seed> = OnceLock::new();

/// Each 8 bytes say a change: of a row if the first is even, else of a byte of the file.
///
/// # Panics
///
/// If reading never ends.
pub fn check(bytes: &[u8]) {
    let Seed { bytes: valid, directory } = SEED.get_or_init(record);
    let path = directory.path().join("changed");
    let mut file = valid.clone();
    let (changes, _) = bytes.as_chunks::<CHANGE>();
    let (of_rows, of_file): (Vec<_>, Vec<_>) =
        changes.iter().take(16).partition(|it| it[0] % 2 == 0);
    if !of_rows.is_empty() {
        fs::write(&path, &file).expect("there is room");
        if let Ok(connection) = Connection::open(&path) {
            let _ =
                connection.execute_batch("PRAGMA synchronous = off; PRAGMA journal_mode = memory");
            of_rows.iter().for_each(|change| drop(change_row(&connection, change)));
        }
        file = fs::read(&path).expect("it was written");
    }
    for [_, value, at @ .., _, _] in of_file {
        let at = u32::from_le_bytes(at) as usize % file.len();
        file[at] ^= value;
    }
    fs::write(&path, file).expect("there is room");
    read(&path, &directory.path().join("cut"));
}

/// Three spans, of which the last isn't folded.
fn record() -> Seed {
    let directory = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("a directory");
    let stats = directory.path().join("stats");
    fs::create_dir(&stats).expect("a directory");
    let path = directory.path().join("recording");
    let jobs = || Jobs::options().path(&stats).create().expect("a file");
    let (first, mut second) = (jobs(), Some(jobs()));
    let mut watch = Watch::new([&stats]);
    let settings = Settings::new(Duration::from_secs(1));
    let mut recorder = None;
    for poll in 0..12_u32 {
        // A start is a span of its own.
        if poll % 4 == 0 {
            drop(recorder.take());
            recorder = Some(Recorder::new(&path, &settings).expect("a recording"));
        }
        first.done.add(poll.into());
        first.busy.set(f64::from(poll % 3) / 8.0);
        first.sizes.record(1 << poll);
        if poll == 9 {
            second = None;
        }
        if let Some(second) = &second {
            second.done.incr();
        }
        let passed = Duration::from_secs(poll.into());
        let update = watch.poll_at(passed, UNIX_EPOCH + BEGIN + passed);
        let recorder: &mut Recorder = recorder.as_mut().expect("it was started");
        recorder.record_at(&update, Boot { id: [7; 16], time: passed }).expect("a poll");
    }
    drop((recorder, second));
    let connection = Connection::open(&path).expect("a recording");
    connection.pragma_update(None, "journal_mode", "delete").expect("nobody else has it open");
    drop(connection);
    Seed { bytes: fs::read(&path).expect("a recording"), directory }
}

/// Which table, row, column; what becomes of the value: where, and what it is changed with.
fn change_row(connection: &Connection, change: &[u8; CHANGE]) -> rusqlite::Result<()> {
    let [how, table, row, column, at, beyond, with, seals] = *change;
    let (table, columns) = TABLES[usize::from(table) % TABLES.len()];
    let column = columns[usize::from(column) % columns.len()];
    let select = format!("SELECT rowid, {column} FROM {table} LIMIT 1 OFFSET {}", row % 32);
    let (id, value): (i64, Value) = connection.query_row(&select, (), |row| row.try_into())?;
    let at = usize::from(u16::from_le_bytes([at, beyond]));
    let value = match value {
        Value::Integer(number) => Value::Integer(match how / 2 % 3 {
            0 => number ^ i64::from(with) << (at % 64),
            1 => number.wrapping_add(i64::from(with.cast_signed())),
            _ => [i64::MIN, -1, 0, i64::MAX][at % 4],
        }),
        Value::Blob(bytes) => Value::Blob(changed(&bytes, how / 2, at, with)),
        Value::Text(_) => Value::Text(["", "big", "start", "failed"][at % 4].to_owned()),
        other => other,
    };
    let update = format!("UPDATE OR IGNORE {table} SET {column} = ? WHERE rowid = ?");
    connection.execute(&update, (value, id))?;
    if columns.last() == Some(&"checksum") && column != "checksum" && seals % 8 != 0 {
        seal_row(connection, table, columns, id)?;
    }
    Ok(())
}

/// A blob with another content and, mostly, the checksum of it.
fn changed(bytes: &[u8], how: u8, at: usize, with: u8) -> Vec<u8> {
    let sealed = unseal(bytes).ok();
    let mut content = sealed.unwrap_or(bytes).to_vec();
    let at = at % (content.len() + 1);
    match how % 4 {
        0 => content.truncate(at),
        1 => content.insert(at, with),
        _ => {
            if let Some(byte) = content.get_mut(at) {
                *byte ^= with;
            }
        }
    }
    if sealed.is_some() && how % 16 != 0 {
        seal(&mut content);
    }
    content
}

/// Gives a row the checksum of its columns.
fn seal_row(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    id: i64,
) -> rusqlite::Result<()> {
    let columns = &columns[..columns.len() - 1];
    let select = format!("SELECT {} FROM {table} WHERE rowid = ?", columns.join(", "));
    let values: Vec<Value> = connection.query_row(&select, (id,), |row| {
        (0..columns.len()).map(|column| row.get(column)).collect()
    })?;
    let mut content = Vec::new();
    let push = |content: &mut Vec<u8>, bytes: &[u8]| {
        content.push(2);
        varint::put(content, bytes.len() as u64);
        content.extend(bytes);
    };
    for value in values {
        match value {
            Value::Integer(number) => {
                content.push(1);
                content.extend(number.to_le_bytes());
            }
            Value::Text(text) => push(&mut content, text.as_bytes()),
            Value::Blob(bytes) => push(&mut content, &bytes),
            _ => content.push(0),
        }
    }
    seal(&mut content);
    let sum = content.last_chunk().map_or(0, |sum| i64::from_le_bytes(*sum));
    let update = format!("UPDATE {table} SET checksum = ? WHERE rowid = ?");
    connection.execute(&update, (sum, id)).map(drop)
}

fn read(path: &Path, cut: &PathBuf) {
    let Ok(recording) = Recording::open(path) else { return };
    let _ = recording.info();
    let _ = recording.bounds();
    let mut changes = Changes::new();
    if let Ok(mut updates) = recording.updates(..) {
        let mut calls = 0;
        while let Some(update) = updates.next() {
            if let Ok(update) = update {
                changes.advance(&update);
            }
            calls += 1;
            assert!(calls < 100_000, "it doesn't end");
        }
    }
    for passed in [0, 5, 11, 1_000] {
        let wall: SystemTime = UNIX_EPOCH + BEGIN + Duration::from_secs(passed);
        let _ = recording.at(wall);
    }
    for points in [1, 1_000] {
        let query = HistoryQuery::of(|_| true).points(points);
        let _ = recording.visit_histories(&query, |_| {});
    }
    let _ = fs::remove_file(cut);
    if recording.cut(.., cut).is_ok() {
        // What was cut is whole.
        Recording::open(cut).expect("a recording");
    }
}
