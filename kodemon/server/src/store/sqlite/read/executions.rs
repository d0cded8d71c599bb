//! Executions of a key, page by page.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::rows::Wanted;
use super::{Of, key_id};
use crate::store::sqlite::block::Row;
use crate::store::sqlite::readers::Question;
use crate::store::sqlite::rollup::MINUTES;
use crate::store::{ExecutionRecord, ExecutionsQuery, Page, QueryError};

/// A page ends behind so many bytes of further fields.
const MOST_EXTRA: usize = 16 << 20;

/// Where an execution stands among all of its key.
///
/// Nothing is ever put before an execution that came before it with the same timestamp; so who
/// goes on behind one meets no execution twice, and each that there was.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    timestamp: f64,
    number: i64,
}

impl Place {
    fn of(row: &Row<impl AsRef<str>>) -> Self {
        Self { timestamp: row.timestamp, number: row.number }
    }

    fn cursor(self) -> String {
        format!("{:x}-{:x}", self.timestamp.to_bits(), self.number)
    }

    fn parse(cursor: &str) -> Option<Self> {
        let (timestamp, number) = cursor.split_once('-')?;
        let timestamp = f64::from_bits(u64::from_str_radix(timestamp, 16).ok()?);
        let number = i64::from_str_radix(number, 16).ok()?;
        // Only as it was written: no capitals, no signs.
        Some(Self { timestamp, number }).filter(|it| timestamp.is_finite() && it.cursor() == cursor)
    }

    fn order(self, other: Self, descending: bool) -> Ordering {
        let order = self.timestamp.total_cmp(&other.timestamp);
        let order = order.then(self.number.cmp(&other.number));
        if descending { order.reverse() } else { order }
    }
}

/// A page of executions.
pub fn executions(
    question: &Question<'_>,
    key: &str,
    query: &ExecutionsQuery,
) -> Result<Page, QueryError> {
    let key = key_id(question, key)?;
    let cursor = query.cursor.as_deref().map(|it| Place::parse(it).ok_or(QueryError::Cursor));
    let cursor = cursor.transpose()?;
    let mut wanted = Wanted {
        key,
        of: Of::token(question, query.token.as_deref())?,
        from: query.from.unwrap_or(f64::MIN),
        to: query.to.unwrap_or(f64::MAX),
    };
    match cursor {
        Some(Place { timestamp, .. }) if query.descending => {
            wanted.to = wanted.to.min(timestamp.next_up());
        }
        Some(Place { timestamp, .. }) => wanted.from = wanted.from.max(timestamp),
        None => {}
    }
    let mut first = First::new(query.limit, cursor, query.descending);
    wanted.each_arrival(question, |row| first.offer(row))?;
    wanted.each_block(question, query.descending, |begin, rows| {
        let goes_on = !first.is_before(begin);
        if goes_on {
            wanted.filter(rows, |row| first.offer(row))?;
        }
        Ok(goes_on)
    })?;
    first.page(question)
}

/// The first executions of those that are offered, in whatever order.
struct First {
    limit: usize,
    /// Only those behind it.
    cursor: Option<Place>,
    descending: bool,
    /// The last one on top.
    rows: BinaryHeap<Offered>,
    /// Bytes of further fields.
    extra: usize,
    /// There were others.
    more: bool,
}

struct Offered {
    descending: bool,
    row: Row<Box<str>>,
}

impl First {
    fn new(limit: usize, cursor: Option<Place>, descending: bool) -> Self {
        Self { limit, cursor, descending, rows: BinaryHeap::new(), extra: 0, more: false }
    }

    fn offer(&mut self, row: Row<&str>) {
        let (place, descending) = (Place::of(&row), self.descending);
        let behind = |other: Place| place.order(other, descending).is_gt();
        if !self.cursor.is_none_or(behind) {
            return;
        }
        if self.is_full() && self.last().is_some_and(behind) {
            self.more = true;
            return;
        }
        let Row { timestamp, number, execution_time, token, extra } = row;
        self.extra += extra.map_or(0, str::len);
        let row = Row { timestamp, number, execution_time, token, extra: extra.map(Box::from) };
        self.rows.push(Offered { descending, row });
        while self.rows.len() > self.limit || (self.extra > MOST_EXTRA && self.rows.len() > 1) {
            let dropped = self.rows.pop().and_then(|offered| offered.row.extra);
            self.extra -= dropped.map_or(0, |extra| extra.len());
            self.more = true;
        }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.limit || self.more
    }

    fn last(&self) -> Option<Place> {
        self.rows.peek().map(|offered| Place::of(&offered.row))
    }

    /// Whether all of them are before a block that begins at this time, and there are more.
    fn is_before(&self, begin: f64) -> bool {
        let Some(last) = self.last().filter(|_| self.more) else {
            return false;
        };
        if self.descending {
            last.timestamp >= MINUTES.begin(begin) + MINUTES.step
        } else {
            last.timestamp < begin
        }
    }

    fn page(self, question: &Question<'_>) -> Result<Page, QueryError> {
        let rows = self.rows.into_sorted_vec();
        let next = rows.last().filter(|_| self.more).map(|it| Place::of(&it.row).cursor());
        let mut tokens = Tokens::default();
        let mut executions = Vec::with_capacity(rows.len());
        for Offered { row, .. } in rows {
            executions.push(ExecutionRecord {
                id: Place::of(&row).cursor(),
                timestamp: row.timestamp,
                execution_time: row.execution_time,
                token: tokens.name(question, row.token)?,
                extra: row.extra.and_then(|it| RawValue::from_string(it.into_string()).ok()),
            });
        }
        Ok(Page { executions, next })
    }
}

impl Ord for Offered {
    fn cmp(&self, other: &Self) -> Ordering {
        Place::of(&self.row).order(Place::of(&other.row), self.descending)
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

/// Names of tokens that were met.
#[derive(Default)]
struct Tokens(HashMap<i64, String>);

impl Tokens {
    fn name(&mut self, question: &Question<'_>, id: i64) -> rusqlite::Result<String> {
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let mut statement = question.prepare_cached("SELECT name FROM tokens WHERE id = ?")?;
        let name: String = statement.query_row((id,), |row| row.get(0))?;
        self.0.insert(id, name.clone());
        Ok(name)
    }
}
