//! Summaries: from single executions if there are few, else from minutes and hours.

use mmstats_sqlite::ReadTransaction;

use super::selection::{Selection, TokenFilter, key_id};
use crate::store::aggregate::{Aggregate, exact};
use crate::store::query::{QueryError, Summary, SummaryQuery};
use crate::store::sqlite::block::Row;
use crate::store::sqlite::rollup::{HOURS, MINUTES, RollUp};
use crate::store::time_buckets::{HOUR, MINUTE, TimeBuckets};

/// Up to this number of executions in blocks, in a range of up to a day, are read one by one. That
/// doesn't depend on the buckets: a range has the same total however it is divided.
const MAX_EXECUTIONS: u64 = 200_000;
const MAX_RANGE: f64 = 86_400.0;
/// Up to this number of minutes of all tokens are added up; otherwise hours.
const MAX_MINUTES: f64 = 50_000.0;

/// A summary of execution times.
pub fn summary(
    transaction: &ReadTransaction<'_>,
    key: &str,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let key = key_id(transaction, key)?;
    let tokens = TokenFilter::new(transaction, query.token.as_deref())?;
    let first_seen = first_seen(transaction, key, tokens)?;
    Ok(Summary { first_seen, ..in_range(transaction, key, tokens, query)? })
}

/// When the earliest execution began that is or was in blocks; if there is none, the earliest
/// arrival.
fn first_seen(
    transaction: &ReadTransaction<'_>,
    key: i64,
    tokens: TokenFilter,
) -> rusqlite::Result<Option<f64>> {
    let mut statement =
        transaction.prepare_cached("SELECT token, first FROM series WHERE key = ?")?;
    let mut rows = statement.query((key,))?;
    let mut first = f64::INFINITY;
    while let Some(row) = rows.next()? {
        if tokens.contains(row.get(0)?) {
            first = first.min(row.get(1)?);
        }
    }
    if first.is_infinite() {
        let all = Selection { key, tokens, from: f64::MIN, to: f64::MAX };
        all.for_each_arrival(transaction, |row| first = first.min(row.timestamp))?;
    }
    Ok(Some(first).filter(|first| first.is_finite()))
}

fn in_range(
    transaction: &ReadTransaction<'_>,
    key: i64,
    tokens: TokenFilter,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let kept_since = transaction.query_row("SELECT since FROM state", (), |row| row.get(0))?;
    let SummaryQuery { from, to, .. } = *query;
    if from < kept_since {
        // Only hours are left, which can't be cut.
        let from = HOURS.floor(from);
        let to = if HOURS.floor(to) < kept_since { HOURS.ceil(to) } else { to };
        let buckets = TimeBuckets::at_least(&SummaryQuery { from, to, ..query.clone() }, HOUR);
        let selection = Selection { key, tokens, from, to };
        return Ok(added_up(transaction, selection, tokens_of(transaction, selection)?, buckets)?);
    }
    let selection = Selection { key, tokens, from, to };
    let tokens = tokens_of(transaction, selection)?;
    if to - from <= MAX_RANGE && count(transaction, selection, &tokens)? <= MAX_EXECUTIONS {
        return Ok(one_by_one(transaction, selection, TimeBuckets::of(query))?);
    }
    let minutes = (to - from) / MINUTES.step * tokens.len() as f64;
    let shortest = if minutes > MAX_MINUTES { HOUR } else { MINUTE };
    Ok(added_up(transaction, selection, tokens, TimeBuckets::at_least(query, shortest))?)
}

/// An upper bound of the number of executions, not counting arrivals.
fn count(
    transaction: &ReadTransaction<'_>,
    selection: Selection,
    tokens: &[i64],
) -> rusqlite::Result<u64> {
    let range = (MINUTES.index(selection.from), MINUTES.index(selection.to).saturating_add(1));
    let mut count = 0;
    for token in tokens {
        count += MINUTES.count(transaction, (selection.key, *token), range)?;
    }
    Ok(count)
}

/// The selected tokens that sent the key, not counting arrivals.
fn tokens_of(
    transaction: &ReadTransaction<'_>,
    selection: Selection,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = transaction.prepare_cached("SELECT token FROM series WHERE key = ?")?;
    let tokens = statement.query_map((selection.key,), |row| row.get(0))?;
    tokens
        .filter(|token| token.as_ref().map_or(true, |token| selection.tokens.contains(*token)))
        .collect()
}

fn one_by_one(
    transaction: &ReadTransaction<'_>,
    selection: Selection,
    buckets: TimeBuckets,
) -> rusqlite::Result<Summary> {
    let mut times = vec![Vec::new(); buckets.count];
    let mut add = |row: Row<&str>| {
        times[buckets.index(row.timestamp * 1_000.0)].push(row.execution_time);
    };
    selection.for_each_arrival(transaction, &mut add)?;
    selection.for_each_in_blocks(transaction, &mut add)?;
    let total = exact(times.concat());
    Ok(buckets.summary(total, times.into_iter().map(exact)))
}

fn added_up(
    transaction: &ReadTransaction<'_>,
    selection: Selection,
    tokens: Vec<i64>,
    buckets: TimeBuckets,
) -> rusqlite::Result<Summary> {
    let aggregates = vec![Aggregate::default(); buckets.count];
    let mut adding = Adding { transaction, tokens, buckets, aggregates };
    selection.for_each_arrival(transaction, |row| {
        adding.aggregate(row.timestamp).record(row.execution_time);
    })?;
    let of_hours = buckets.step_ms % HOUR == 0.0;
    adding.add(selection, if of_hours { &[HOURS, MINUTES] } else { &[MINUTES] })?;
    let mut total = Aggregate::default();
    adding.aggregates.iter().for_each(|aggregate| total.merge(aggregate));
    Ok(buckets.summary(total.distribution(), adding.aggregates.iter().map(Aggregate::distribution)))
}

struct Adding<'a> {
    transaction: &'a ReadTransaction<'a>,
    tokens: Vec<i64>,
    buckets: TimeBuckets,
    aggregates: Vec<Aggregate>,
}

impl Adding<'_> {
    fn aggregate(&mut self, time: f64) -> &mut Aggregate {
        &mut self.aggregates[self.buckets.index(time * 1_000.0)]
    }

    /// Adds what is in blocks: whole steps from the first of these roll-ups, and what is cut of them
    /// from the next one, in the end from the executions.
    fn add(&mut self, selection: Selection, roll_ups: &[RollUp]) -> rusqlite::Result<()> {
        let transaction = self.transaction;
        let Some((roll_up, finer)) = roll_ups.split_first() else {
            return selection.for_each_in_blocks(transaction, |row| {
                self.aggregate(row.timestamp).record(row.execution_time);
            });
        };
        let Selection { key, from, to, .. } = selection;
        let begin = roll_up.ceil(from);
        let end = roll_up.floor(to).max(begin);
        for token in self.tokens.clone() {
            let range = (roll_up.index(begin), roll_up.index(end));
            roll_up.for_each(transaction, (key, token), range, |time, aggregate| {
                self.aggregate(time as f64 * roll_up.step).merge(&aggregate);
            })?;
        }
        for (from, to) in [(from, to.min(begin)), (from.max(end), to)] {
            if from < to {
                self.add(Selection { from, to, ..selection }, finer)?;
            }
        }
        Ok(())
    }
}
