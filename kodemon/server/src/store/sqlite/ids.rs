//! The ids of names in the tables of keys and tokens.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction};

/// So many are remembered; others are looked for in the table.
const MOST: usize = 20_000;

/// The ids of a table, of which some are remembered.
#[derive(Debug)]
pub struct Ids {
    table: &'static str,
    known: HashMap<Arc<str>, i64>,
}

impl Ids {
    /// Of this table, `keys` or `tokens`.
    pub fn of(table: &'static str) -> Self {
        Self { table, known: HashMap::new() }
    }

    /// The id of a name, which is put into the table if it isn't there. If the transaction fails,
    /// it must be [forgotten](Self::forget).
    pub fn get(&mut self, transaction: &Transaction<'_>, name: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.known.get(name) {
            return Ok(*id);
        }
        let Self { table, known } = self;
        let find = format!("SELECT id FROM {table} WHERE name = ?");
        let found = transaction.prepare_cached(&find)?.query_row((&**name,), |row| row.get(0));
        let id = if let Some(id) = found.optional()? {
            id
        } else {
            let insert = format!("INSERT INTO {table} (name) VALUES (?)");
            transaction.prepare_cached(&insert)?.insert((&**name,))?
        };
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(Arc::clone(name), id);
        Ok(id)
    }

    /// Remembers nothing.
    pub fn forget(&mut self) {
        self.known.clear();
    }
}
