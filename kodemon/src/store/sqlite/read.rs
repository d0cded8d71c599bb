//! Questions to the tables.

use rusqlite::{Connection, OptionalExtension};
use serde_json::value::RawValue;

use super::{
    ExecutionsQuery, KeyRecord, KeysQuery, Page, QueryError, Summary, SummaryQuery, TokenRecord,
};
use crate::store::{BucketRecord, ExecutionRecord, Spread};

/// The keys, by name.
pub fn keys(connection: &Connection, query: &KeysQuery) -> Result<Vec<KeyRecord>, QueryError> {
    let mut statement = connection.prepare_cached(
        "SELECT k.name, t.name, s.count, s.first, s.last
         FROM keys k JOIN series s ON s.key = k.id JOIN tokens t ON t.id = s.token
         ORDER BY k.name, t.name",
    )?;
    let mut rows = statement.query(())?;
    let mut records: Vec<KeyRecord> = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, token): (String, String) = (row.get(0)?, row.get(1)?);
        if !key.starts_with(&query.prefix)
            || query.token.as_ref().is_some_and(|wanted| *wanted != token)
        {
            continue;
        }
        let (count, first_seen, last_seen) = (row.get(2)?, row.get(3)?, row.get(4)?);
        if let Some(last) = records.last_mut().filter(|last| last.key == key) {
            last.count += count;
            last.first_seen = last.first_seen.min(first_seen);
            last.last_seen = last.last_seen.max(last_seen);
            last.tokens.push(token);
        } else {
            let tokens = vec![token];
            records.push(KeyRecord { key, count, first_seen, last_seen, tokens });
        }
    }
    if let Some(since) = query.since {
        records.retain(|record| record.last_seen >= since);
    }
    Ok(records)
}

/// The tokens, by name.
pub fn tokens(connection: &Connection) -> Result<Vec<TokenRecord>, QueryError> {
    let mut statement = connection.prepare_cached(
        "SELECT t.name, count(*), sum(s.count), min(s.first), max(s.last)
         FROM tokens t JOIN series s ON s.token = t.id GROUP BY t.id ORDER BY t.name",
    )?;
    let found = statement.query_map((), |row| {
        Ok(TokenRecord {
            token: row.get(0)?,
            keys: row.get(1)?,
            count: row.get(2)?,
            first_seen: row.get(3)?,
            last_seen: row.get(4)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn key_id(connection: &Connection, key: &str) -> Result<i64, QueryError> {
    let mut statement = connection.prepare_cached("SELECT id FROM keys WHERE name = ?")?;
    let found = statement.query_row((key,), |row| row.get(0)).optional()?;
    found.ok_or(QueryError::UnknownKey)
}

/// A page of executions.
pub fn executions(
    connection: &Connection,
    key: &str,
    query: &ExecutionsQuery,
) -> Result<Page, QueryError> {
    let key = key_id(connection, key)?;
    let (from, to) = (query.from.unwrap_or(f64::MIN), query.to.unwrap_or(f64::MAX));
    let (beyond, order) = if query.descending { ("<", "DESC") } else { (">", "ASC") };
    let edge = if query.descending { (f64::MAX, i64::MAX) } else { (f64::MIN, i64::MIN) };
    let (time, number) = match &query.cursor {
        Some(cursor) => place(cursor).ok_or(QueryError::Cursor)?,
        None => edge,
    };
    let sql = format!(
        "SELECT e.timestamp, e.number, e.execution_time, t.name, e.extra
         FROM executions e JOIN tokens t ON t.id = e.token
         WHERE e.key = ?1 AND e.timestamp >= ?2 AND e.timestamp < ?3
         AND (e.timestamp, e.number) {beyond} (?4, ?5) AND (?6 IS NULL OR t.name = ?6)
         ORDER BY e.timestamp {order}, e.number {order} LIMIT ?7"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = query.limit.saturating_add(1) as i64;
    let mut rows = statement.query((key, from, to, time, number, &query.token, limit))?;
    let mut executions = Vec::new();
    while let Some(row) = rows.next()? {
        let (timestamp, number): (f64, i64) = (row.get(0)?, row.get(1)?);
        let extra: Option<String> = row.get(4)?;
        executions.push(ExecutionRecord {
            id: format!("{:x}-{number:x}", timestamp.to_bits()),
            timestamp,
            execution_time: row.get(2)?,
            token: row.get(3)?,
            extra: extra.and_then(|extra| RawValue::from_string(extra).ok()),
        });
    }
    let more = executions.len() > query.limit;
    executions.truncate(query.limit);
    let next = executions.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Page { executions, next })
}

/// The time and the number in a cursor.
fn place(cursor: &str) -> Option<(f64, i64)> {
    let (time, number) = cursor.split_once('-')?;
    let time = f64::from_bits(u64::from_str_radix(time, 16).ok()?);
    Some((time, i64::from_str_radix(number, 16).ok()?)).filter(|(time, _)| time.is_finite())
}

/// How execution times were spread.
pub fn summary(
    connection: &Connection,
    key: &str,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let key = key_id(connection, key)?;
    let SummaryQuery { from, to, ref token, buckets } = *query;
    let step = (to - from) / buckets as f64;
    let mut statement = connection.prepare_cached(
        "SELECT e.timestamp, e.execution_time FROM executions e JOIN tokens t ON t.id = e.token
         WHERE e.key = ?1 AND e.timestamp >= ?2 AND e.timestamp < ?3
         AND (?4 IS NULL OR t.name = ?4)",
    )?;
    let mut rows = statement.query((key, from, to, token))?;
    let mut times = vec![Vec::new(); buckets];
    while let Some(row) = rows.next()? {
        let at = ((row.get::<_, f64>(0)? - from) / step) as usize;
        times[at.min(buckets - 1)].push(row.get::<_, f64>(1)?);
    }
    let total = spread(times.concat());
    let buckets = times.into_iter().enumerate().map(|(at, times)| BucketRecord {
        from: from + at as f64 * step,
        to: from + (at + 1) as f64 * step,
        spread: spread(times),
    });
    Ok(Summary { from, to, step, total, buckets: buckets.collect() })
}

fn spread(mut times: Vec<f64>) -> Spread {
    times.sort_unstable_by(f64::total_cmp);
    let count = times.len();
    let at = |part: f64| times.get(((count as f64 * part).ceil() as usize).saturating_sub(1));
    Spread {
        count: count as u64,
        min: times.first().copied(),
        mean: (count > 0).then(|| times.iter().sum::<f64>() / count as f64),
        p50: at(0.5).copied(),
        p90: at(0.9).copied(),
        p99: at(0.99).copied(),
        max: times.last().copied(),
    }
}
