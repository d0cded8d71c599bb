//! How execution times were spread: from the executions where they are few, otherwise from
//! minutes and hours.

use super::rows::Wanted;
use super::{Of, key_id};
use crate::store::sqlite::block::Row;
use crate::store::sqlite::readers::Question;
use crate::store::sqlite::rollup::{HOURS, MINUTES, RollUp};
use crate::store::steps::{HOUR, MINUTE, Steps};
use crate::store::tally::{Tally, exact};
use crate::store::{QueryError, Summary, SummaryQuery};

/// Up to so many executions in blocks are looked at one by one, if their range is no longer than a
/// day. That doesn't depend on the steps: a range has the same total however it is divided.
const FEW: u64 = 200_000;
const SHORT: f64 = 86_400.0;
/// Up to so many minutes are added up, of all tokens; otherwise hours.
const MANY: f64 = 50_000.0;

/// How execution times were spread.
pub fn summary(
    question: &Question<'_>,
    key: &str,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let key = key_id(question, key)?;
    let of = Of::token(question, query.token.as_deref())?;
    let first_seen = first_seen(question, key, of)?;
    Ok(Summary { first_seen, ..in_range(question, key, of, query)? })
}

/// When the earliest execution began that is in blocks, or was; else, that came last.
fn first_seen(question: &Question<'_>, key: i64, of: Of) -> rusqlite::Result<Option<f64>> {
    let mut statement = question.prepare_cached("SELECT token, first FROM series WHERE key = ?")?;
    let mut rows = statement.query((key,))?;
    let mut first = f64::INFINITY;
    while let Some(row) = rows.next()? {
        if of.has(row.get(0)?) {
            first = first.min(row.get(1)?);
        }
    }
    if first.is_infinite() {
        let all = Wanted { key, of, from: f64::MIN, to: f64::MAX };
        all.each_arrival(question, |row| first = first.min(row.timestamp))?;
    }
    Ok(Some(first).filter(|first| first.is_finite()))
}

fn in_range(
    question: &Question<'_>,
    key: i64,
    of: Of,
    query: &SummaryQuery,
) -> Result<Summary, QueryError> {
    let kept_since = question.query_row("SELECT since FROM state", (), |row| row.get(0))?;
    let SummaryQuery { from, to, .. } = *query;
    if from < kept_since {
        // There are only hours, and so they can't be cut.
        let from = HOURS.begin(from);
        let to = if HOURS.begin(to) < kept_since { HOURS.end(to) } else { to };
        let steps = Steps::no_shorter(&SummaryQuery { from, to, ..query.clone() }, HOUR);
        let wanted = Wanted { key, of, from, to };
        return Ok(added_up(question, wanted, tokens(question, wanted)?, steps)?);
    }
    let wanted = Wanted { key, of, from, to };
    let tokens = tokens(question, wanted)?;
    if to - from <= SHORT && count(question, wanted, &tokens)? <= FEW {
        return Ok(one_by_one(question, wanted, Steps::of(query))?);
    }
    let minutes = (to - from) / MINUTES.step * tokens.len() as f64;
    let shortest = if minutes > MANY { HOUR } else { MINUTE };
    Ok(added_up(question, wanted, tokens, Steps::no_shorter(query, shortest))?)
}

/// Not fewer than how many there are, but for what came last.
fn count(question: &Question<'_>, wanted: Wanted, tokens: &[i64]) -> rusqlite::Result<u64> {
    let range = (MINUTES.of(wanted.from), MINUTES.of(wanted.to).saturating_add(1));
    let mut count = 0;
    for token in tokens {
        count += MINUTES.count(question, (wanted.key, *token), range)?;
    }
    Ok(count)
}

/// Who sent of a key, but for what came last.
fn tokens(question: &Question<'_>, wanted: Wanted) -> rusqlite::Result<Vec<i64>> {
    let mut statement = question.prepare_cached("SELECT token FROM series WHERE key = ?")?;
    let tokens = statement.query_map((wanted.key,), |row| row.get(0))?;
    tokens.filter(|token| token.as_ref().map_or(true, |token| wanted.of.has(*token))).collect()
}

fn one_by_one(question: &Question<'_>, wanted: Wanted, steps: Steps) -> rusqlite::Result<Summary> {
    let mut times = vec![Vec::new(); steps.count];
    let mut add = |row: Row<&str>| {
        times[steps.at(row.timestamp * 1_000.0)].push(row.execution_time);
    };
    wanted.each_arrival(question, &mut add)?;
    wanted.each_in_blocks(question, &mut add)?;
    let total = exact(times.concat());
    Ok(steps.summary(total, times.into_iter().map(exact)))
}

fn added_up(
    question: &Question<'_>,
    wanted: Wanted,
    tokens: Vec<i64>,
    steps: Steps,
) -> rusqlite::Result<Summary> {
    let tallies = vec![Tally::default(); steps.count];
    let mut adding = Adding { question, tokens, steps, tallies };
    wanted.each_arrival(question, |row| {
        adding.tally(row.timestamp).record(row.execution_time);
    })?;
    let of_hours = steps.milliseconds % HOUR == 0.0;
    adding.add(wanted, if of_hours { &[HOURS, MINUTES] } else { &[MINUTES] })?;
    let mut total = Tally::default();
    adding.tallies.iter().for_each(|tally| total.merge(tally));
    Ok(steps.summary(total.spread(), adding.tallies.iter().map(Tally::spread)))
}

struct Adding<'a> {
    question: &'a Question<'a>,
    tokens: Vec<i64>,
    steps: Steps,
    tallies: Vec<Tally>,
}

impl Adding<'_> {
    fn tally(&mut self, time: f64) -> &mut Tally {
        &mut self.tallies[self.steps.at(time * 1_000.0)]
    }

    /// Adds what is in blocks: whole steps of the first of these roll-ups, and what is cut of
    /// them by the next ones, at last by the executions.
    fn add(&mut self, wanted: Wanted, roll_ups: &[RollUp]) -> rusqlite::Result<()> {
        let question = self.question;
        let Some((roll_up, finer)) = roll_ups.split_first() else {
            return wanted.each_in_blocks(question, |row| {
                self.tally(row.timestamp).record(row.execution_time);
            });
        };
        let Wanted { key, from, to, .. } = wanted;
        let begin = roll_up.end(from);
        let end = roll_up.begin(to).max(begin);
        for token in self.tokens.clone() {
            let range = (roll_up.of(begin), roll_up.of(end));
            roll_up.each(question, (key, token), range, |time, tally| {
                self.tally(time as f64 * roll_up.step).merge(&tally);
            })?;
        }
        for (from, to) in [(from, to.min(begin)), (from.max(end), to)] {
            if from < to {
                self.add(Wanted { from, to, ..wanted }, finer)?;
            }
        }
        Ok(())
    }
}
