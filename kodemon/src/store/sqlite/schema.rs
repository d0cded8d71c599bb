//! The tables.

use rusqlite::Connection;

use super::OpenError;

/// "kode", so that no other program's database is taken for ours.
const APPLICATION: i64 = 0x6b6f_6465;
const VERSION: i64 = 1;

/// Rows of an execution stand by key and time, as they are asked for, and needn't an index.
const TABLES: &str = "
    CREATE TABLE keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    -- what each sent of each function, those too that aren't kept any more
    CREATE TABLE series (
        key INTEGER NOT NULL, token INTEGER NOT NULL,
        count INTEGER NOT NULL, first REAL NOT NULL, last REAL NOT NULL,
        PRIMARY KEY (key, token)
    ) WITHOUT ROWID;
    CREATE TABLE executions (
        key INTEGER NOT NULL, timestamp REAL NOT NULL, number INTEGER NOT NULL,
        execution_time REAL NOT NULL, token INTEGER NOT NULL, extra TEXT,
        PRIMARY KEY (key, timestamp, number)
    ) WITHOUT ROWID;
    -- the number of the next execution
    CREATE TABLE next (number INTEGER NOT NULL);
    INSERT INTO next VALUES (0);
";

/// Makes the tables where there are none, and refuses what isn't ours.
pub fn prepare(connection: &Connection) -> Result<(), OpenError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let empty = connection
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0))?
        == 0;
    if !empty && application != APPLICATION {
        return Err(OpenError("a database of another program".to_owned()));
    }
    if !empty && version != VERSION {
        let reason = format!("its tables are of version {version}, known is {VERSION}");
        return Err(OpenError(reason));
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A power failure may cost the last transactions, a crash of the program none.
    connection.pragma_update(None, "synchronous", "normal")?;
    if empty {
        let setting = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION}; \
             PRAGMA user_version = {VERSION}; {TABLES} COMMIT;"
        );
        connection.execute_batch(&setting)?;
    }
    Ok(())
}
