//! Executions into the tables.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

use super::Execution;
use crate::catalog::{Catalog, Names};

/// So many rows are dropped at a time: what comes meanwhile waits.
const DROPPED_AT_ONCE: i64 = 5_000;

/// Who writes, and what it knows of the tables.
pub struct Pen {
    connection: Connection,
    catalog: Arc<Catalog>,
    /// The ids of the catalog's names, by their numbers.
    keys: Vec<i64>,
    tokens: Vec<i64>,
    /// The next execution gets this number.
    next: i64,
}

/// What is new of a function and its sender.
struct News {
    count: i64,
    first: f64,
    last: f64,
}

impl Pen {
    /// Goes on with these tables.
    pub fn new(
        connection: Connection,
        catalog: Arc<Catalog>,
        keys: Vec<i64>,
        tokens: Vec<i64>,
    ) -> rusqlite::Result<Self> {
        let next = connection.query_row("SELECT number FROM next", (), |row| row.get(0))?;
        Ok(Self { connection, catalog, keys, tokens, next })
    }

    /// Writes all of them, or none.
    pub fn write(&mut self, executions: &[Execution]) -> rusqlite::Result<()> {
        let Self { connection, catalog, keys, tokens, next } = self;
        let transaction = connection.transaction()?;
        let new_keys = add_names(&transaction, "keys", &catalog.keys, keys.len())?;
        let new_tokens = add_names(&transaction, "tokens", &catalog.tokens, tokens.len())?;
        let key_id = |key: u32| id(keys, &new_keys, key);
        let token_id = |token: u32| id(tokens, &new_tokens, token);
        // Rows of one key stand together, so each is put beside the one before.
        let mut ordered: Vec<_> = executions.iter().zip(*next..).collect();
        ordered.sort_unstable_by(|(one, first), (other, second)| {
            let (key, time) = (one.key.cmp(&other.key), one.timestamp.total_cmp(&other.timestamp));
            key.then(time).then(first.cmp(second))
        });
        insert(&transaction, &ordered, key_id, token_id)?;
        let mut series = HashMap::new();
        for Execution { key, token, timestamp, .. } in executions {
            let new = News { count: 0, first: *timestamp, last: *timestamp };
            let news: &mut News = series.entry((*key, *token)).or_insert(new);
            news.count += 1;
            news.first = news.first.min(*timestamp);
            news.last = news.last.max(*timestamp);
        }
        let mut statement = transaction.prepare_cached(
            "INSERT INTO series VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
             count = count + excluded.count, first = min(first, excluded.first), \
             last = max(last, excluded.last)",
        )?;
        for ((key, token), News { count, first, last }) in series {
            statement.execute((key_id(key), token_id(token), count, first, last))?;
        }
        drop(statement);
        let after = *next + executions.len() as i64;
        transaction.execute("UPDATE next SET number = ?", (after,))?;
        transaction.commit()?;
        keys.extend(new_keys);
        tokens.extend(new_tokens);
        *next = after;
        Ok(())
    }

    /// Drops some executions from before that time; whether there are more.
    pub fn drop_before(&mut self, time: f64) -> rusqlite::Result<bool> {
        let dropped = self.connection.execute(
            "DELETE FROM executions WHERE (key, timestamp, number) IN (
                SELECT e.key, e.timestamp, e.number FROM keys k JOIN executions e
                ON e.key = k.id AND e.timestamp < ?1 LIMIT ?2)",
            (time, DROPPED_AT_ONCE),
        )?;
        Ok(dropped as i64 == DROPPED_AT_ONCE)
    }
}

/// Adds the names from this number on, and gives their ids.
fn add_names(
    transaction: &Transaction<'_>,
    table: &str,
    names: &Names,
    from: usize,
) -> rusqlite::Result<Vec<i64>> {
    let new = names.since(from as u32);
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("INSERT INTO {table} (name) VALUES (?)");
    let mut statement = transaction.prepare_cached(&sql)?;
    new.iter().map(|name| statement.insert((&**name,))).collect()
}

fn id(known: &[i64], new: &[i64], number: u32) -> i64 {
    let number = number as usize;
    known.get(number).copied().unwrap_or_else(|| new[number - known.len()])
}

fn insert(
    transaction: &Transaction<'_>,
    executions: &[(&Execution, i64)],
    key_id: impl Fn(u32) -> i64,
    token_id: impl Fn(u32) -> i64,
) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare_cached("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?)")?;
    for (Execution { key, token, timestamp, execution_time, extra }, number) in executions {
        let (key, token) = (key_id(*key), token_id(*token));
        let extra = extra.as_deref();
        statement.execute((key, timestamp, number, execution_time, token, extra))?;
    }
    Ok(())
}
