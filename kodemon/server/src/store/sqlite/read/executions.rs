//! Executions of a key in pages.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::HashMap;

use mmstats_sqlite::ReadTransaction;
use serde_json::value::RawValue;

use super::selection::{Selection, TokenFilter, key_id};
use crate::store::query::{ExecutionRecord, ExecutionsQuery, Page, QueryError};
use crate::store::sqlite::block::Row;
use crate::store::sqlite::rollup::MINUTES;

/// Maximum size of the further fields in a page, in bytes.
const MAX_EXTRA: usize = 16 << 20;

/// The position of an execution among those of its key.
///
/// An execution never gets a position before an earlier arrival with the same timestamp; so
/// continuing after a cursor returns each execution once and misses none.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cursor {
    timestamp: f64,
    number: i64,
}

impl Cursor {
    fn of(row: &Row<impl AsRef<str>>) -> Self {
        Self { timestamp: row.timestamp, number: row.number }
    }

    fn encode(self) -> String {
        format!("{:x}-{:x}", self.timestamp.to_bits(), self.number)
    }

    fn parse(cursor: &str) -> Option<Self> {
        let (timestamp, number) = cursor.split_once('-')?;
        let timestamp = f64::from_bits(u64::from_str_radix(timestamp, 16).ok()?);
        let number = i64::from_str_radix(number, 16).ok()?;
        // Only as it was encoded: no capitals, no signs.
        Some(Self { timestamp, number }).filter(|it| timestamp.is_finite() && it.encode() == cursor)
    }

    fn order(self, other: Self, descending: bool) -> Ordering {
        let order = self.timestamp.total_cmp(&other.timestamp);
        let order = order.then(self.number.cmp(&other.number));
        if descending { order.reverse() } else { order }
    }
}

/// One page of executions.
pub fn executions(
    transaction: &ReadTransaction<'_>,
    key: &str,
    query: &ExecutionsQuery,
) -> Result<Page, QueryError> {
    let key = key_id(transaction, key)?;
    let cursor = query.cursor.as_deref().map(|it| Cursor::parse(it).ok_or(QueryError::Cursor));
    let cursor = cursor.transpose()?;
    let mut selection = Selection {
        key,
        tokens: TokenFilter::new(transaction, query.token.as_deref())?,
        from: query.from.unwrap_or(f64::MIN),
        to: query.to.unwrap_or(f64::MAX),
    };
    match cursor {
        Some(Cursor { timestamp, .. }) if query.descending => {
            selection.to = selection.to.min(timestamp.next_up());
        }
        Some(Cursor { timestamp, .. }) => selection.from = selection.from.max(timestamp),
        None => {}
    }
    let mut first = First::new(query.limit, cursor, query.descending);
    selection.for_each_arrival(transaction, |row| first.offer(row))?;
    selection.for_each_block(transaction, query.descending, |begin, rows| {
        let proceed = !first.is_before(begin);
        if proceed {
            selection.filter(rows, |row| first.offer(row))?;
        }
        Ok(proceed)
    })?;
    first.page(transaction)
}

/// Keeps the first executions of those that are offered in any order.
struct First {
    limit: usize,
    /// Only those after it.
    cursor: Option<Cursor>,
    descending: bool,
    /// The last one is on top.
    rows: BinaryHeap<Offered>,
    /// Bytes of further fields.
    extra: usize,
    /// Whether some were left out.
    more: bool,
}

struct Offered {
    descending: bool,
    row: Row<Box<str>>,
}

impl First {
    fn new(limit: usize, cursor: Option<Cursor>, descending: bool) -> Self {
        Self { limit, cursor, descending, rows: BinaryHeap::new(), extra: 0, more: false }
    }

    fn offer(&mut self, row: Row<&str>) {
        let (position, descending) = (Cursor::of(&row), self.descending);
        let is_after = |other: Cursor| position.order(other, descending).is_gt();
        if !self.cursor.is_none_or(is_after) {
            return;
        }
        if self.is_full() && self.last().is_some_and(is_after) {
            self.more = true;
            return;
        }
        let Row { timestamp, number, execution_time, token, extra } = row;
        self.extra += extra.map_or(0, str::len);
        let row = Row { timestamp, number, execution_time, token, extra: extra.map(Box::from) };
        self.rows.push(Offered { descending, row });
        while self.rows.len() > self.limit || (self.extra > MAX_EXTRA && self.rows.len() > 1) {
            let dropped = self.rows.pop().and_then(|offered| offered.row.extra);
            self.extra -= dropped.map_or(0, |extra| extra.len());
            self.more = true;
        }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || self.more
    }

    fn last(&self) -> Option<Cursor> {
        self.rows.peek().map(|offered| Cursor::of(&offered.row))
    }

    /// Whether the page is complete before a block that starts at this time.
    fn is_before(&self, begin: f64) -> bool {
        let Some(last) = self.last().filter(|_| self.more) else {
            return false;
        };
        if self.descending {
            last.timestamp >= MINUTES.floor(begin) + MINUTES.step
        } else {
            last.timestamp < begin
        }
    }

    fn page(self, transaction: &ReadTransaction<'_>) -> Result<Page, QueryError> {
        let rows = self.rows.into_sorted_vec();
        let next = rows.last().filter(|_| self.more).map(|it| Cursor::of(&it.row).encode());
        let mut tokens = Tokens::default();
        let mut executions = Vec::with_capacity(rows.len());
        for Offered { row, .. } in rows {
            executions.push(ExecutionRecord {
                id: Cursor::of(&row).encode(),
                timestamp: row.timestamp,
                execution_time: row.execution_time,
                token: tokens.name(transaction, row.token)?,
                extra: row.extra.and_then(|it| RawValue::from_string(it.into_string()).ok()),
            });
        }
        Ok(Page { executions, next })
    }
}

impl Ord for Offered {
    fn cmp(&self, other: &Self) -> Ordering {
        Cursor::of(&self.row).order(Cursor::of(&other.row), self.descending)
    }
}

impl PartialOrd for Offered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Offered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Offered {}

/// A cache of the names of tokens.
#[derive(Default)]
struct Tokens(HashMap<i64, String>);

impl Tokens {
    fn name(&mut self, transaction: &ReadTransaction<'_>, id: i64) -> rusqlite::Result<String> {
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let mut statement = transaction.prepare_cached("SELECT name FROM tokens WHERE id = ?")?;
        let name: String = statement.query_row((id,), |row| row.get(0))?;
        self.0.insert(id, name.clone());
        Ok(name)
    }
}
