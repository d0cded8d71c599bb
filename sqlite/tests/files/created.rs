//! What a new file is like, and opening it again.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use mmstats_sqlite::{Damaged, OpenError, Opened, Readers, open};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::applications::{STRICT, TRUSTING, file, readers};

fn pragma(connection: &Connection, name: &str) -> Value {
    connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

#[test]
fn a_new_file_has_header_tables_and_settings() {
    for (application, vacuum) in [(&STRICT, 2), (&TRUSTING, 0)] {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a.db");
        // The second time, the file exists.
        for _ in 0..2 {
            let Opened { connection, .. } = open(&path, application).unwrap();
            for (name, expected) in [
                ("application_id", 0x7465_7374),
                ("user_version", 3),
                ("page_size", 4096),
                ("auto_vacuum", vacuum),
                ("synchronous", 1),
                ("journal_size_limit", 1 << 20),
                ("mmap_size", 0),
                ("trusted_schema", 0),
                ("cell_size_check", 1),
                ("query_only", 0),
            ] {
                assert_eq!(pragma(&connection, name), Value::Integer(expected), "{name}");
            }
            assert_eq!(pragma(&connection, "journal_mode"), Value::Text("wal".to_owned()));
            let names = connection.query_row("SELECT count(*) FROM names", (), |row| row.get(0));
            assert_eq!(names, Ok(1));
        }
    }
}

#[test]
fn a_reader_trusts_no_file_and_can_not_write() {
    let (_directory, path) = file(&STRICT, "");
    let readers = readers(&path).unwrap();
    let checked: Result<(), OpenError> = readers.query(|transaction| {
        for (name, expected) in
            [("mmap_size", 0), ("trusted_schema", 0), ("cell_size_check", 1), ("query_only", 1)]
        {
            assert_eq!(pragma(transaction, name), Value::Integer(expected), "{name}");
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn what_is_written_is_read_at_once() {
    let directory = TempDir::new().unwrap();
    let Opened { path, connection, lock } = open(&directory.path().join("a.db"), &STRICT).unwrap();
    let readers = Readers::new(path, &STRICT, Duration::from_secs(10));
    for stored in 1..=3 {
        connection.execute("INSERT INTO samples (data) VALUES (x'00')", ()).unwrap();
        let found: Result<i64, OpenError> = readers.query(|transaction| {
            Ok(transaction.query_row("SELECT count(*) FROM samples", (), |row| row.get(0))?)
        });
        assert_eq!(found.unwrap(), stored);
    }
    drop((connection, lock));
}

#[test]
fn one_process_writes_a_file_under_any_name() {
    let directory = TempDir::new().unwrap();
    let (path, link) = (directory.path().join("a.db"), directory.path().join("link.db"));
    symlink(&path, &link).unwrap();
    let first = open(&path, &STRICT).unwrap();
    for name in [&path, &link] {
        let error = open(name, &STRICT).unwrap_err();
        assert!(matches!(error, OpenError::InUse { by: "tester" }), "{error}");
    }
    drop(first);
    open(&link, &STRICT).unwrap();
    let mut names: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["a.db", "a.db.lock", "link.db"]);
}

#[test]
fn a_damaged_value_is_an_error_of_its_query() {
    let (_directory, path) = file(&STRICT, "");
    let result: Result<(), OpenError> =
        readers(&path).unwrap().query(|_| Err(rusqlite::Error::from(Damaged))?);
    assert!(result.unwrap_err().to_string().ends_with("the database is damaged"));
}
