//! Whose database it is, and whether its tables are those of this application.

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::application::Application;
use crate::error::OpenError;

/// Maximum length of a name in a message, in characters.
const MAX_NAME: usize = 64;

/// A row of SQLite's table of tables: type, name, table, statement. In a hostile file these aren't
/// necessarily texts.
type Entry = [Value; 4];

/// Whether there are no tables yet. Otherwise, rejects those of another application or version, and
/// others than the application's if it asks for that.
pub fn check_is_empty(
    connection: &Connection,
    application: &Application,
) -> Result<bool, OpenError> {
    let header = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (id, version) = (header("application_id")?, header("user_version")?);
    let some = "SELECT EXISTS (SELECT * FROM sqlite_schema)";
    if !connection.query_row(some, (), |row| row.get::<_, bool>(0))? {
        return Ok(true);
    }
    if id != application.id {
        return Err(OpenError::OtherApplication { found: id, expected: application.id });
    }
    if version != application.version {
        let supported = application.version;
        return Err(OpenError::OtherVersion { found: version, supported });
    }
    if application.exact_tables {
        compare(connection, application.tables)?;
    }
    Ok(false)
}

/// Compares what is in a database with what these statements create.
fn compare(connection: &Connection, tables: &str) -> Result<(), OpenError> {
    let model = Connection::open_in_memory()?;
    model.execute_batch(tables)?;
    let mut expected = Vec::new();
    for_each_entry(&model, |entry| {
        expected.push(entry);
        Ok(())
    })?;
    let mut missing: Vec<_> = expected.iter().collect();
    for_each_entry(connection, |entry| {
        if let Some(at) = missing.iter().position(|expected| **expected == entry) {
            missing.remove(at);
            return Ok(());
        }
        let same_name = expected.iter().any(|expected| expected[..2] == entry[..2]);
        let how = if same_name { "differs" } else { "is unknown" };
        Err(different(&entry, how))
    })?;
    missing.first().map_or(Ok(()), |entry| Err(different(entry, "is missing")))
}

fn for_each_entry(
    connection: &Connection,
    mut then: impl FnMut(Entry) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let mut statement =
        connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        then([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])?;
    }
    Ok(())
}

fn different([kind, name, ..]: &Entry, how: &str) -> OpenError {
    let text = |value: &Value| match value {
        Value::Text(text) => text.chars().take(MAX_NAME).collect(),
        other => format!("{:?}", other.data_type()),
    };
    let difference = format!("{} {:?} {how}", text(kind).escape_debug(), text(name));
    OpenError::OtherTables { difference }
}
