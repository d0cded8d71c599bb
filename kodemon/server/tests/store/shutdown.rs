//! What a clean shutdown leaves behind.

use std::fs;
use std::path::Path;

use mmstats_testing::kodemon::{Kodemon, store};
use nix::sys::signal::Signal;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// The names of the files in a directory that belong to the store.
fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("kodemon.db"));
    names.sort_unstable();
    names
}

#[test]
fn the_database_file_alone_is_complete() {
    for (signal, code) in [(Signal::SIGTERM, 0), (Signal::SIGINT, 130)] {
        let directory = TempDir::new().unwrap();
        let kodemon = Kodemon::start(directory.path());
        for number in 0..100 {
            kodemon.call(&format!("a.rs-f{}", number % 3), 0.001, 0.0);
        }
        kodemon.until_stored(100);
        // Queries have their own connections, which stay open.
        for path in ["/api/keys", "/api/tokens", "/api/keys/a.rs-f0/executions"] {
            kodemon.json(path);
        }
        kodemon.call("a.rs-last", 0.001, 0.0);
        assert_eq!(kodemon.server.end(signal), Some(code), "{signal}");
        assert_eq!(files(directory.path()), ["kodemon.db", "kodemon.db.lock"], "{signal}");

        let copy = TempDir::new().unwrap();
        fs::copy(store(directory.path()), store(copy.path())).unwrap();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = Connection::open_with_flags(store(copy.path()), flags).unwrap();
        let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'";
        let count: i64 = database.query_row(tables, (), |row| row.get(0)).unwrap();
        assert!(count > 0, "{signal}");
        drop(database);
        let again = Kodemon::start(copy.path());
        assert_eq!(again.json("/api/tokens")["tokens"][0]["count"], 101, "{signal}");
        assert_eq!(again.json("/api/keys")["keys"].as_array().unwrap().len(), 4, "{signal}");
    }
}
