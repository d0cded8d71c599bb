//! The keys and the tokens.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use mmstats_sqlite::ReadTransaction;
use rusqlite::Connection;

use crate::store::query::{KeyRecord, KeysQuery, QueryError, TokenRecord};
use crate::store::sqlite::arrivals;
use crate::store::sqlite::block::Row;

/// The executions of a key from one sender.
#[derive(Clone, Copy, Debug)]
struct Series {
    count: u64,
    first: f64,
    last: f64,
}

impl Series {
    /// Reads the columns from `at` on.
    fn read(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Self> {
        Ok(Self { count: row.get(at)?, first: row.get(at + 1)?, last: row.get(at + 2)? })
    }

    fn merge(self, other: Self) -> Self {
        let (first, last) = (self.first.min(other.first), self.last.max(other.last));
        Self { count: self.count + other.count, first, last }
    }
}

/// Series by token or by key.
type SeriesById = BTreeMap<i64, Series>;

fn add(by: &mut SeriesById, id: i64, series: Series) {
    by.entry(id).and_modify(|known| *known = known.merge(series)).or_insert(series);
}

/// The keys, sorted by name.
pub fn keys(
    transaction: &ReadTransaction<'_>,
    query: &KeysQuery,
) -> Result<Vec<KeyRecord>, QueryError> {
    let tokens = names(transaction, "tokens")?;
    let mut known = by_key(transaction, &query.prefix)?;
    for_each_arrival(transaction, |key, token, series| {
        if let Some((_, by_token)) = known.get_mut(&key) {
            add(by_token, token, series);
        }
    })?;
    let of_token = |token: i64| {
        query.token.as_ref().is_none_or(|wanted| tokens.get(&token).is_some_and(|it| it == wanted))
    };
    let record = |(key, mut by_token): (String, SeriesById)| {
        by_token.retain(|token, _| of_token(*token));
        let all = by_token.values().copied().reduce(Series::merge)?;
        let mut tokens: Vec<_> =
            by_token.keys().filter_map(|token| tokens.get(token).cloned()).collect();
        tokens.sort_unstable();
        let Series { count, first: first_seen, last: last_seen } = all;
        Some(KeyRecord { key, count, first_seen, last_seen, tokens })
    };
    let mut records: Vec<_> = known.into_values().filter_map(record).collect();
    records.retain(|record| query.since.is_none_or(|since| record.last_seen >= since));
    records.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    Ok(records)
}

/// Keys with this prefix by id, with their series except for arrivals.
fn by_key(
    connection: &Connection,
    prefix: &str,
) -> rusqlite::Result<HashMap<i64, (String, SeriesById)>> {
    let mut statement = connection.prepare_cached(
        "SELECT k.id, k.name, s.token, s.count, s.first, s.last \
         FROM keys k LEFT JOIN series s ON s.key = k.id \
         WHERE k.name >= ?1 AND k.name < ifnull(?2, x'')",
    )?;
    // Any text is less than any blob.
    let mut rows = statement.query((prefix, end_of_prefix(prefix)))?;
    let mut known = HashMap::new();
    while let Some(row) = rows.next()? {
        let (_, by_token) = match known.entry(row.get(0)?) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert((row.get(1)?, SeriesById::new())),
        };
        if let Some(token) = row.get(2)? {
            by_token.insert(token, Series::read(row, 3)?);
        }
    }
    Ok(known)
}

/// The tokens, sorted by name.
pub fn tokens(transaction: &ReadTransaction<'_>) -> Result<Vec<TokenRecord>, QueryError> {
    let mut known: HashMap<i64, SeriesById> = HashMap::new();
    let mut statement =
        transaction.prepare_cached("SELECT token, key, count, first, last FROM series")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        known.entry(row.get(0)?).or_default().insert(row.get(1)?, Series::read(row, 2)?);
    }
    for_each_arrival(transaction, |key, token, series| {
        add(known.entry(token).or_default(), key, series);
    })?;
    let mut records = Vec::new();
    for (id, token) in names(transaction, "tokens")? {
        let Some(by_key) = known.get(&id) else { continue };
        if let Some(all) = by_key.values().copied().reduce(Series::merge) {
            let Series { count, first: first_seen, last: last_seen } = all;
            let keys = by_key.len() as u64;
            records.push(TokenRecord { token, keys, count, first_seen, last_seen });
        }
    }
    records.sort_unstable_by(|one, other| one.token.cmp(&other.token));
    Ok(records)
}

/// Calls `then` with the key and the token of arrivals and a series of them.
fn for_each_arrival(
    transaction: &ReadTransaction<'_>,
    mut then: impl FnMut(i64, i64, Series),
) -> rusqlite::Result<()> {
    arrivals::for_each(transaction, |key, rows| {
        // Usually all have the same token.
        let mut run: Option<(i64, Series)> = None;
        for row in rows {
            let Row { timestamp, token, .. } = row?;
            let one = Series { count: 1, first: timestamp, last: timestamp };
            match &mut run {
                Some((same, series)) if *same == token => *series = series.merge(one),
                _ => {
                    if let Some((token, series)) = run.replace((token, one)) {
                        then(key, token, series);
                    }
                }
            }
        }
        if let Some((token, series)) = run {
            then(key, token, series);
        }
        transaction.check_deadline()
    })
}

fn names(connection: &Connection, table: &str) -> rusqlite::Result<HashMap<i64, String>> {
    let mut statement = connection.prepare_cached(&format!("SELECT id, name FROM {table}"))?;
    let found = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.collect()
}

/// The first string after all that have this prefix; `None` if there is none.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_the_next_string_without_it() {
        assert_eq!(end_of_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(end_of_prefix("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(end_of_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of_prefix("\u{10ffff}"), None);
        assert_eq!(end_of_prefix(""), None);
    }
}
