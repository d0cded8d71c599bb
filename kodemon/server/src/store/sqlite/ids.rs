//! The ids of keys and tokens.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction};

/// Maximum number of cached ids.
const CACHE_SIZE: usize = 20_000;

/// The ids in a table, with a cache.
#[derive(Debug)]
pub struct Ids {
    table: &'static str,
    cache: HashMap<Arc<str>, i64>,
}

impl Ids {
    /// The ids of this table, `keys` or `tokens`.
    pub fn of(table: &'static str) -> Self {
        Self { table, cache: HashMap::new() }
    }

    /// The id of a name, which is inserted if it is new. If the transaction fails, the cache must be
    /// [cleared](Self::clear_cache).
    pub fn get(&mut self, transaction: &Transaction<'_>, name: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.cache.get(name) {
            return Ok(*id);
        }
        let Self { table, cache } = self;
        let find = format!("SELECT id FROM {table} WHERE name = ?");
        let found = transaction.prepare_cached(&find)?.query_row((&**name,), |row| row.get(0));
        let id = if let Some(id) = found.optional()? {
            id
        } else {
            let insert = format!("INSERT INTO {table} (name) VALUES (?)");
            transaction.prepare_cached(&insert)?.insert((&**name,))?
        };
        if cache.len() >= CACHE_SIZE {
            cache.clear();
        }
        cache.insert(Arc::clone(name), id);
        Ok(id)
    }

    /// Clears the cache.
    pub fn clear_cache(&mut self) {
        self.cache.clear();
    }
}
