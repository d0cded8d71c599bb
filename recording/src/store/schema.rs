//! The tables.

use mmstats_sqlite::Application;

/// How recordings are told from other files.
pub static APPLICATION: Application = Application {
    name: "recorder",
    id: i32::from_be_bytes(*b"mmsR"),
    version: 1,
    tables: TABLES,
    exact_tables: true,
    max_size: 16 << 20,
    journal_size_limit: 16 << 20,
    incremental_vacuum: true,
    allows_nfs: false,
};

const TABLES: &str = "
-- checksum: of the columns before it
CREATE TABLE about (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
-- polls without a gap and without a step of the clock
CREATE TABLE stretches (
    id INTEGER PRIMARY KEY,
    boot_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;
-- up to 60 polls of a stretch
CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    stretch INTEGER NOT NULL,
    -- whether its first poll says everything, so that reading can begin here
    complete INTEGER NOT NULL,
    -- the earliest and the latest wall time, in microseconds since 1970
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    -- of its first poll: time since the boot and the recording's own time, in nanoseconds
    boot_time INTEGER NOT NULL,
    own_time INTEGER NOT NULL,
    -- when each poll was
    times BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    -- 0: its polls are in recent; 1: they are in blocks; 2: only roll-ups are left; 3: it stays as it is
    form INTEGER NOT NULL
) STRICT;
CREATE INDEX spans_by_first ON spans (first);
CREATE INDEX spans_by_last ON spans (last);
CREATE INDEX spans_by_form ON spans (form);
CREATE INDEX complete_spans ON spans (id) WHERE complete = 1;
-- key: id << 8 | part
CREATE TABLE structures (
    key INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX structures_by_checksum ON structures (checksum);
-- a file as long as it has one structure; born and ended: span << 6 | poll
CREATE TABLE writers (
    id INTEGER PRIMARY KEY,
    structure INTEGER NOT NULL,
    identity BLOB NOT NULL,
    path BLOB NOT NULL,
    device INTEGER,
    inode INTEGER,
    owner INTEGER,
    -- the same file with the structure that it had before
    continues INTEGER,
    born INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    ended INTEGER
) STRICT;
CREATE INDEX open_writers ON writers (id) WHERE ended IS NULL;
-- key: (span << 6 | poll) << 24 | number
CREATE TABLE events (
    key INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
-- what each poll changed that isn't in blocks; key: (span << 6 | poll) << 8 | part
CREATE TABLE recent (
    key INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
-- what a span changed; key: span << 32 | first writer
CREATE TABLE blocks (
    key INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
-- roll-ups of spans; key: writer << 32 | span
CREATE TABLE minutes (
    key INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
";
