//! Files that are made to do harm.

use std::fs;
use std::path::Path;

use mmstats_sqlite::{OpenError, open};
use rusqlite::ErrorCode;

use crate::applications::{MAX_SIZE, STRICT, TRUSTING, file, readers};

/// Of the file's and the page's headers.
const PAGE_HEADER_END: usize = 108;

/// The length of a value.
fn length(path: &Path, number: i64) -> Result<usize, OpenError> {
    readers(path)?.query(|transaction| {
        let select = "SELECT data FROM samples WHERE number = ?";
        let length_of = |row: &rusqlite::Row<'_>| Ok(row.get_ref(0)?.as_blob()?.len());
        Ok(transaction.query_row(select, (number,), length_of)?)
    })
}

#[test]
fn a_value_that_is_too_large_is_an_error_and_others_are_read() {
    let (_directory, path) = file(
        &TRUSTING,
        &format!(
            "INSERT INTO samples VALUES (1, zeroblob({}));
             INSERT INTO samples VALUES (2, zeroblob({}));",
            MAX_SIZE + 1,
            MAX_SIZE - 100,
        ),
    );
    let Err(OpenError::Sqlite(error)) = length(&path, 1) else { panic!("it was read") };
    assert_eq!(error.sqlite_error_code(), Some(ErrorCode::TooBig));
    assert_eq!(length(&path, 2).unwrap(), MAX_SIZE - 100);
}

/// Nothing hides what is in the table of tables: neither a name nor a wrong type.
#[test]
fn tables_that_no_statement_can_create_are_rejected() {
    for values in [
        "'view', 'sqlite_schema', 'sqlite_schema', 0, 'CREATE VIEW sqlite_schema AS SELECT 1'",
        "'view', 'sqlite_master', 'sqlite_master', 0, 'CREATE VIEW sqlite_master AS SELECT 1'",
        "'table', 'sqlite_schema', 'sqlite_schema', 2, 'CREATE TABLE sqlite_schema (type)'",
        "x'00', 1, NULL, 0, x'ff'",
        "NULL, NULL, NULL, NULL, NULL",
        "'table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING fts5(x)'",
        "'table', 'samples', 'samples', 2, 'CREATE TABLE samples (number INTEGER PRIMARY KEY, data)'",
    ] {
        let insert =
            format!("PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ({values});");
        let (_directory, path) = file(&TRUSTING, &insert);
        let before = fs::read(&path).unwrap();
        readers(&path).unwrap_err();
        open(&path, &STRICT).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), before, "{values}");
    }
}

/// Whatever byte of the header or the tables is wrong, opening and reading end with a result. If it is
/// one of a name or a statement, that is an error.
#[test]
fn any_byte_of_the_first_page_may_be_wrong() {
    let (_directory, path) = file(&STRICT, "INSERT INTO samples VALUES (1, x'0102')");
    let valid = fs::read(&path).unwrap();
    let of_text = |at: usize| at >= PAGE_HEADER_END && (b' '..=b'~').contains(&valid[at]);
    let mut texts = 0;
    for at in (0..4096).filter(|at| valid[*at] != 0 || *at < PAGE_HEADER_END) {
        let mut bytes = valid.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        let result = length(&path, 1);
        assert!(!of_text(at) || result.is_err(), "{at}");
        texts += u32::from(of_text(at));
    }
    assert!(texts > 200, "{texts}");
    fs::write(&path, valid).unwrap();
    assert_eq!(length(&path, 1).unwrap(), 2);
}

#[test]
fn a_file_that_is_cut_short_is_an_error() {
    let (_directory, path) = file(&STRICT, "INSERT INTO samples VALUES (1, zeroblob(20000))");
    let valid = fs::read(&path).unwrap();
    for end in (0..valid.len()).step_by(1_000) {
        fs::write(&path, &valid[..end]).unwrap();
        length(&path, 1).unwrap_err();
    }
}
