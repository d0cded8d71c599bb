//! Files that aren't databases of the application: the error says why, and they are left as they are.

use std::fs;
use std::path::Path;

use mmstats_sqlite::{Application, OpenError, open};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::applications::{STRICT, TRUSTING, file, readers};

/// Neither a writer nor a reader accepts it, for the same reason.
#[track_caller]
fn assert_rejected(path: &Path, application: &Application, reason: &str) {
    let content = || path.is_file().then(|| fs::read(path).unwrap());
    let before = content();
    assert_eq!(open(path, application).unwrap_err().to_string(), reason);
    assert_eq!(readers(path).unwrap_err().to_string(), reason);
    assert_eq!(content(), before);
}

#[test]
fn what_is_no_database_is_rejected_and_nothing_is_made_beside_it() {
    let directory = TempDir::new().unwrap();
    let path = |name| directory.path().join(name);
    fs::write(path("notes"), "not a database, but notes\n".repeat(100)).unwrap();
    fs::write(path("short"), "SQLite format").unwrap();
    fs::create_dir(path("directory")).unwrap();
    // Opening it would wait for its writer.
    mkfifo(&path("fifo"), Mode::S_IRWXU).unwrap();
    assert_rejected(&path("notes"), &STRICT, "file is not a database");
    assert_rejected(&path("short"), &STRICT, "file is not a database");
    assert_rejected(&path("directory"), &STRICT, "not a regular file");
    assert_rejected(&path("fifo"), &STRICT, "not a regular file");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4);
}

#[test]
fn what_only_begins_like_a_database_is_none() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    fs::write(&path, [b"SQLite format 3\0".as_slice(), &[0xff; 5_000]].concat()).unwrap();
    assert_rejected(&path, &STRICT, "file is not a database");
    let error = open(&path, &STRICT).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase), "{error:?}");
}

#[test]
fn what_is_missing_or_empty_can_be_written_but_not_read() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    assert!(matches!(readers(&path), Err(OpenError::Io(_))));
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    assert!(matches!(readers(&path), Err(OpenError::Empty)));
    drop(open(&path, &STRICT).unwrap());
    readers(&path).unwrap();
    fs::remove_file(&path).unwrap();
    // As a writer leaves it that is killed before it has made the tables.
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "wal").unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 0);
    assert!(matches!(readers(&path), Err(OpenError::Empty)));
    drop(open(&path, &STRICT).unwrap());
    readers(&path).unwrap();
}

#[test]
fn a_path_in_no_directory_and_a_lock_that_can_not_be_written_are_errors() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("missing/a.db");
    assert!(matches!(open(&missing, &STRICT), Err(OpenError::Io(_))));
    fs::create_dir(directory.path().join("a.db.lock")).unwrap();
    let path = directory.path().join("a.db");
    let error = open(&path, &STRICT).unwrap_err();
    assert!(matches!(error, OpenError::LockFile(_)), "{error:?}");
    assert!(!path.exists());
}

#[test]
fn another_program_s_database_is_rejected() {
    let other = Application { id: 7, ..TRUSTING };
    let (_directory, path) = file(&other, "");
    assert_rejected(&path, &STRICT, "a database of another program");
    let OpenError::OtherApplication { found, expected } = readers(&path).unwrap_err() else {
        panic!("another error");
    };
    assert_eq!((found, expected), (7, STRICT.id));
}

#[test]
fn another_version_is_rejected_by_its_number() {
    for version in [2, 4] {
        let (_directory, path) = file(&Application { version, ..TRUSTING }, "");
        let reason = format!("unsupported schema version {version} (supported: 3)");
        assert_rejected(&path, &TRUSTING, &reason);
        assert_rejected(&path, &STRICT, &reason);
    }
}

#[test]
fn other_tables_are_rejected_if_they_must_be_exact() {
    for (change, difference) in [
        ("CREATE VIEW v AS SELECT 1", r#"view "v" is unknown"#),
        ("CREATE INDEX i ON names (id)", r#"index "i" is unknown"#),
        ("CREATE TRIGGER r AFTER INSERT ON names BEGIN SELECT 1; END", r#"trigger "r" is unknown"#),
        ("CREATE TABLE \"\x1b[31m\" (x)", r#"table "\u{1b}[31m" is unknown"#),
        ("ANALYZE; DELETE FROM names", r#"table "sqlite_stat1" is unknown"#),
        ("ALTER TABLE samples ADD COLUMN x AS (1)", r#"table "samples" differs"#),
        ("DROP INDEX by_data", r#"index "by_data" is missing"#),
        ("DROP TABLE names", r#"table "names" is missing"#),
    ] {
        let (_directory, path) = file(&TRUSTING, change);
        assert_rejected(&path, &STRICT, &format!("unsupported tables: {difference}"));
        open(&path, &TRUSTING).unwrap();
    }
}

#[test]
fn a_file_stays_as_it_is_to_its_program_after_vacuum() {
    let (_directory, path) = file(&STRICT, "VACUUM");
    readers(&path).unwrap();
    open(&path, &STRICT).unwrap();
}
