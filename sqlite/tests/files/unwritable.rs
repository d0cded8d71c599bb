//! Reading where nothing can be written.

use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mmstats_sqlite::{OpenError, Opened, Readers, create, open};
use mmstats_testing::unprivileged::unprivileged;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::applications::{STRICT, file, readers};

/// What is left of a writer, in a directory without write permission.
struct Unwritable {
    directory: TempDir,
    path: PathBuf,
}

impl Unwritable {
    /// Copies of a file and of what is beside it with these suffixes.
    fn new(path: &Path, suffixes: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        // Each of these has a meaning in a URI.
        let inner = directory.path().join(std::ffi::OsStr::from_bytes(b"a?b#c%41 \xff"));
        fs::create_dir(&inner).unwrap();
        let copy = inner.join("a.db");
        for suffix in suffixes {
            let name = |path: &Path| format!("{}{suffix}", path.file_name().unwrap().display());
            let to = inner.join(name(&copy));
            fs::copy(path.with_file_name(name(path)), &to).unwrap();
            fs::set_permissions(&to, Permissions::from_mode(0o444)).unwrap();
        }
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&inner, Permissions::from_mode(0o555)).unwrap();
        Self { directory, path: copy }
    }

    /// Reads it as somebody who can't write there; nothing is changed beside it.
    fn read<T: Send>(
        &self,
        read: impl FnOnce(Result<Readers, OpenError>) -> T + Send,
    ) -> Option<T> {
        let before = self.names();
        let found = unprivileged(|| {
            let inner = self.path.parent().unwrap();
            File::create(inner.join("new")).unwrap_err();
            read(readers(&self.path))
        });
        assert_eq!(self.names(), before);
        found
    }

    fn names(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path.parent().unwrap()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Unwritable {
    fn drop(&mut self) {
        let inner = self.path.parent().unwrap();
        fs::set_permissions(inner, Permissions::from_mode(0o755)).unwrap();
        assert!(self.directory.path().exists());
    }
}

fn count(readers: &Readers) -> Result<i64, OpenError> {
    readers.query(|transaction| {
        Ok(transaction.query_row("SELECT count(*) FROM samples", (), |row| row.get(0))?)
    })
}

/// A file of a writer that still runs, with the last row in the log.
fn logged() -> (TempDir, Opened) {
    let directory = TempDir::new().unwrap();
    let opened = open(&directory.path().join("a.db"), &STRICT).unwrap();
    opened.connection.execute_batch("INSERT INTO samples (data) VALUES (x'00')").unwrap();
    opened.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    opened.connection.execute_batch("INSERT INTO samples (data) VALUES (x'01')").unwrap();
    (directory, opened)
}

#[test]
fn a_single_file_is_read_where_it_is() {
    let (_log, opened) = logged();
    opened.connection.pragma_update(None, "journal_mode", "delete").unwrap();
    let plain = Unwritable::new(&opened.path, &[""]);
    plain.read(|readers| {
        let readers = readers.unwrap();
        assert_eq!((count(&readers).unwrap(), readers.copy()), (2, None));
    });
}

#[test]
fn a_file_whose_log_is_empty_is_read_where_it_is_as_long_as_it_stays_the_same() {
    let (_directory, path) = file(&STRICT, "INSERT INTO samples (data) VALUES (x'00')");
    // Its header says that there may be a log.
    assert_eq!(fs::read(&path).unwrap()[18..20], [2, 2]);
    let whole = Unwritable::new(&path, &[""]);
    whole.read(|readers| {
        let readers = readers.unwrap();
        assert_eq!((count(&readers).unwrap(), readers.copy()), (1, None));
    });
    let found = whole.read(|readers| {
        let readers = readers.unwrap();
        let in_query = readers.query(|_| {
            touch(&whole.path);
            Ok::<_, OpenError>(())
        });
        (in_query, count(&readers), count(&crate::applications::readers(&whole.path).unwrap()))
    });
    let Some((during, after, again)) = found else { return };
    assert!(matches!(during, Err(OpenError::Changed)), "{during:?}");
    assert!(matches!(after, Err(OpenError::Changed)), "{after:?}");
    assert_eq!(again.unwrap(), 1);
}

/// Changes a file as its writer, which is another user.
fn touch(path: &Path) {
    let mut program = std::process::Command::new("touch");
    assert!(program.args(["-d", "@1"]).arg(path).status().unwrap().success());
}

#[test]
fn what_a_killed_writer_left_in_its_log_is_read_from_a_private_copy() {
    let (_directory, opened) = logged();
    let killed = Unwritable::new(&opened.path, &["", "-wal"]);
    let left = killed.read(|readers| {
        let readers = readers.unwrap();
        let copy = readers.copy().expect("a copy").to_owned();
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(count(&readers).unwrap(), 2);
        // Further connections read the copy, too.
        let inner = readers.query(|_| count(&readers));
        assert_eq!(inner.unwrap(), 2);
        drop(readers);
        copy
    });
    assert!(left.is_none_or(|copy| !copy.exists()));
}

#[test]
fn the_memory_that_a_killed_writer_shared_may_be_there() {
    let (_directory, opened) = logged();
    let killed = Unwritable::new(&opened.path, &["", "-wal", "-shm"]);
    killed.read(|readers| assert_eq!(count(&readers.unwrap()).unwrap(), 2));
}

/// A writer is killed when it makes a single file of a recording, for example.
#[test]
fn what_was_not_committed_is_rolled_back_in_the_copy() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.db");
    let created = create(&path, &STRICT).unwrap();
    let rows = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300) \
                INSERT INTO samples (data) SELECT zeroblob(3000) FROM n";
    created.connection().execute_batch(rows).unwrap();
    created.finish().unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "cache_size", 10).unwrap();
    connection.execute_batch("BEGIN; DELETE FROM samples WHERE number > 10").unwrap();
    let killed = Unwritable::new(&path, &["", "-journal"]);
    assert!(fs::metadata(path.with_file_name("a.db-journal")).unwrap().len() > 100_000);
    killed.read(|readers| {
        let readers = readers.unwrap();
        assert!(readers.copy().is_some());
        assert_eq!(count(&readers).unwrap(), 300);
    });
}

#[test]
fn a_log_that_can_not_be_read_or_copied_is_an_error_that_says_so() {
    let (_directory, opened) = logged();
    let killed = Unwritable::new(&opened.path, &["", "-wal"]);
    let log = killed.path.with_file_name("a.db-wal");
    fs::set_permissions(&log, Permissions::from_mode(0o000)).unwrap();
    let error = killed.read(|readers| readers.unwrap_err().to_string());
    let expected = "its directory isn't writable, and its write-ahead log can't be copied: \
                    Permission denied (os error 13)";
    assert!(error.is_none_or(|error| error == expected));

    fs::set_permissions(&log, Permissions::from_mode(0o644)).unwrap();
    File::options().write(true).open(&log).unwrap().set_len(1 << 42).unwrap();
    let error = killed.read(|readers| readers.unwrap_err());
    let Some(error) = error else { return };
    let OpenError::NoSpace { needed, free, .. } = error else { panic!("{error}") };
    assert!(needed > 1 << 42 && free < needed, "{needed} {free}");
}
