//! The tables.

use mmstats_sqlite::Application;

/// The server's databases. Nobody else makes them, so an index that somebody added is accepted.
pub static KODEMON: Application = Application {
    name: "kodemon",
    // "kode"
    id: 0x6b6f_6465,
    version: 1,
    tables: TABLES,
    exact_tables: false,
    // SQLite's own maximum: all values are the server's.
    max_size: 1_000_000_000,
    // A long query makes the write-ahead log grow; it shrinks again to this size.
    journal_size_limit: 64 << 20,
    incremental_vacuum: false,
    allows_nfs: true,
};

/// Executions are written twice: as they arrive, all keys together, and later with others of their
/// key and minute. So a transaction touches few pages, regardless of the number of keys.
const TABLES: &str = "
    CREATE TABLE keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE tokens (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    -- what came last: one row a transaction, by the number of its first execution
    CREATE TABLE arrivals (number INTEGER PRIMARY KEY, data BLOB NOT NULL);
    -- what came before: executions of a key within a minute, by the number of the first
    CREATE TABLE blocks (
        number INTEGER PRIMARY KEY, key INTEGER NOT NULL,
        -- the first one's timestamp, and for so many whole seconds there are others
        first REAL NOT NULL, seconds INTEGER NOT NULL,
        count INTEGER NOT NULL, data BLOB NOT NULL
    );
    CREATE INDEX blocks_by_time ON blocks (key, first, seconds);
    -- of all that is in blocks, or was: what each sent of each function, ...
    CREATE TABLE series (
        key INTEGER NOT NULL, token INTEGER NOT NULL,
        count INTEGER NOT NULL, first REAL NOT NULL, last REAL NOT NULL,
        PRIMARY KEY (key, token)
    ) WITHOUT ROWID;
    -- ... and the same by minute and by hour, these counted from 1970 on
    CREATE TABLE minutes (
        key INTEGER NOT NULL, token INTEGER NOT NULL, time INTEGER NOT NULL,
        count INTEGER NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
        histogram BLOB NOT NULL, PRIMARY KEY (key, token, time)
    ) WITHOUT ROWID;
    CREATE TABLE hours (
        key INTEGER NOT NULL, token INTEGER NOT NULL, time INTEGER NOT NULL,
        count INTEGER NOT NULL, sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
        histogram BLOB NOT NULL, PRIMARY KEY (key, token, time)
    ) WITHOUT ROWID;
    -- the number of the first execution that is in no block yet, and since when blocks are kept
    CREATE TABLE state (number INTEGER NOT NULL, since REAL NOT NULL);
    INSERT INTO state VALUES (0, 0);
";
