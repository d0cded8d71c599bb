//! The statements of the recorder.

use mmstats::StatsFile;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::store::checksum;
use crate::store::error::RecordingError;
use crate::store::form::Form;
use crate::store::key;

/// The rows, within a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a>(pub &'a Connection);

/// A row of the table `spans`.
#[derive(Debug)]
pub struct SpanRow {
    pub id: i64,
    pub stretch: i64,
    pub is_complete: bool,
    pub first: i64,
    pub last: i64,
    pub boot_time: i64,
    pub own_time: i64,
    pub times: Vec<u8>,
}

/// A row of the table `writers` that begins at a poll.
#[derive(Debug)]
pub struct WriterRow<'a> {
    pub id: i64,
    pub structure: i64,
    pub file: &'a StatsFile,
    pub continues: Option<i64>,
    pub born: i64,
}

impl Rows<'_> {
    fn execute(self, sql: &str, values: impl rusqlite::Params) -> Result<(), RecordingError> {
        self.0.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Executes with these values and their checksum.
    fn checked(self, sql: &str, values: &[ValueRef<'_>]) -> Result<(), RecordingError> {
        let checksum = ValueRef::Integer(checksum::of(values));
        let all = values.iter().chain([&checksum]).map(|value| ToSqlOutput::Borrowed(*value));
        self.execute(sql, params_from_iter(all))
    }

    pub fn about(self, key: &str, value: &str) -> Result<(), RecordingError> {
        let sql = "INSERT INTO about (key, value, checksum) VALUES (?, ?, ?) \
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum";
        self.checked(sql, &[text(key), text(value)])
    }

    /// The highest number in a column; 0 if there is no row.
    pub fn highest(self, column: &str, table: &'static str) -> Result<i64, RecordingError> {
        let sql = format!("SELECT ifnull(max({column}), 0) FROM {table}");
        let found = self.0.query_row(&sql, (), |row| row.get(0))?;
        if (0..=key::MAX_ID).contains(&found) {
            return Ok(found);
        }
        Err(RecordingError::damaged(table, found, "its number"))
    }

    pub fn stretch(self, id: i64, boot: [u8; 16], reason: &str) -> Result<(), RecordingError> {
        let sql = "INSERT INTO stretches VALUES (?, ?, ?, ?)";
        self.checked(sql, &[ValueRef::Integer(id), ValueRef::Blob(&boot), text(reason)])
    }

    /// Inserts a span, or says what is new of it.
    pub fn span(self, row: &SpanRow) -> Result<(), RecordingError> {
        let SpanRow { id, stretch, is_complete, first, last, boot_time, own_time, times } = row;
        let numbers = [*id, *stretch, (*is_complete).into(), *first, *last, *boot_time, *own_time];
        let mut values = numbers.map(ValueRef::Integer).to_vec();
        values.push(ValueRef::Blob(times));
        let sql = "INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE \
                   SET first = excluded.first, last = excluded.last, times = excluded.times, \
                   checksum = excluded.checksum";
        self.checked(sql, &values)
    }

    pub fn set_form(self, span: i64, form: Form) -> Result<(), RecordingError> {
        self.execute("UPDATE spans SET form = ? WHERE id = ?", (form as i64, span))
    }

    pub fn writer(self, row: &WriterRow<'_>) -> Result<(), RecordingError> {
        use std::os::unix::ffi::OsStrExt;
        let WriterRow { id, structure, file, continues, born } = row;
        // SQLite has no unsigned numbers.
        let inode = file.device_and_inode().zip(file.owner());
        let device = inode.map(|((device, _), _)| device.cast_signed());
        let owner = inode.map(|(_, owner)| owner.into());
        let inode = inode.map(|((_, inode), _)| inode.cast_signed());
        let number = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
        let values = [
            ValueRef::Integer(*id),
            ValueRef::Integer(*structure),
            ValueRef::Blob(file.identity_bytes()),
            ValueRef::Blob(file.path().as_os_str().as_bytes()),
            number(device),
            number(inode),
            number(owner),
            number(*continues),
            ValueRef::Integer(*born),
        ];
        self.checked("INSERT INTO writers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", &values)
    }

    pub fn end_writer(self, id: i64, poll: i64) -> Result<(), RecordingError> {
        self.execute("UPDATE writers SET ended = ? WHERE id = ?", (poll, id))
    }

    pub fn event(self, key: i64, bytes: &[u8]) -> Result<(), RecordingError> {
        self.execute("INSERT INTO events VALUES (?, ?)", (key, bytes))
    }

    /// What a poll changed, in parts.
    pub fn changes(self, poll: i64, bytes: &[u8]) -> Result<(), RecordingError> {
        let parts = key::split(poll, bytes);
        let too_many = RecordingError::OutOfRange("what a poll changed");
        parts.ok_or(too_many)?.try_for_each(|(key, part)| {
            self.execute("INSERT INTO recent VALUES (?, ?)", (key, part))
        })
    }

    /// Whether what the first poll of a span changed is there: what later ones changed is, too.
    pub fn has_first_poll(self, span: i64) -> Result<bool, RecordingError> {
        let keys = key::parts(key::poll(span, 0));
        let sql = "SELECT EXISTS (SELECT 1 FROM recent WHERE key >= ? AND key < ?)";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_row((keys.start, keys.end), |row| row.get(0))?)
    }

    /// Removes what a poll changed, as the blocks of its span have it.
    pub fn remove_changes(self, span: i64, poll: usize) -> Result<(), RecordingError> {
        let keys = key::parts(key::poll(span, poll));
        self.execute("DELETE FROM recent WHERE key >= ? AND key < ?", (keys.start, keys.end))
    }

    pub fn block(self, span: i64, writer: u32, row: &[u8]) -> Result<(), RecordingError> {
        self.execute("INSERT INTO blocks VALUES (?, ?)", (key::block(span, writer), row))
    }

    pub fn minute(self, writer: u32, span: i64, roll_up: &[u8]) -> Result<(), RecordingError> {
        self.execute(
            "INSERT OR REPLACE INTO minutes VALUES (?, ?)",
            (key::minute(writer, span), roll_up),
        )
    }

    pub fn structure(self, id: i64, checksum: i64, bytes: &[u8]) -> Result<(), RecordingError> {
        let too_many = RecordingError::OutOfRange("the structure of a file");
        key::split(id, bytes).ok_or(too_many)?.try_for_each(|(key, part)| {
            self.execute("INSERT INTO structures VALUES (?, ?, ?)", (key, checksum, part))
        })
    }

    /// The structures with this checksum, each once.
    pub fn structures_with(self, checksum: i64) -> Result<Vec<i64>, RecordingError> {
        let sql = "SELECT DISTINCT key >> 8 FROM structures WHERE checksum = ?";
        let mut statement = self.0.prepare_cached(sql)?;
        let found = statement.query_map((checksum,), |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Whether a structure has these bytes.
    pub fn is_structure(self, id: i64, bytes: &[u8]) -> Result<bool, RecordingError> {
        let sql = "SELECT bytes = ? FROM structures WHERE key = ?";
        let mut statement = self.0.prepare_cached(sql)?;
        for (key, part) in key::split(id, bytes).into_iter().flatten() {
            let found = statement.query_row((part, key), |row| row.get(0)).optional()?;
            if found != Some(true) {
                return Ok(false);
            }
        }
        // None of the parts is followed by another.
        let sql = "SELECT ifnull(sum(length(bytes)), 0) FROM structures WHERE key >= ? AND key < ?";
        let keys = key::parts(id);
        let mut statement = self.0.prepare_cached(sql)?;
        let size: i64 = statement.query_row((keys.start, keys.end), |row| row.get(0))?;
        Ok(size == bytes.len() as i64)
    }
}

fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}
