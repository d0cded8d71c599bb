//! Writes executions by `_bulk` requests that can be repeated.
//!
//! Each document gets its id here and is only ever created: if the response to a request is lost, the
//! same request is sent again, and a document that exists already is a conflict that counts as
//! stored. The response has a status for each document, so some may have to be sent again.

use std::hash::{BuildHasher, RandomState};
use std::time::SystemTime;

use super::bulk::{Bulk, Document, Limits, Stored, USUAL};
use super::client::{Cause, Client, RequestError};
use super::index;
use crate::execution::Execution;
use crate::store::backend::{WriteError, Written};

/// A document that can't be stored although the engine answers is given up after this number of
/// attempts: with the pauses between them, after some five minutes.
const ATTEMPTS: u32 = 60;

/// Writes executions, and remembers which of the last ones are unfinished.
pub struct BulkWriter {
    /// The prefix of the ids of this run.
    run: String,
    /// The next execution gets this number.
    next: u64,
    /// Whether the index template has been created.
    prepared: bool,
    /// Reduced after requests that were too large or too slow.
    limits: Limits,
    unfinished: Option<Unfinished>,
}

/// The state of executions that couldn't all be stored.
struct Unfinished {
    rest: Vec<usize>,
    stored: usize,
    refused: Option<String>,
    /// Attempts that the engine answered.
    attempts: u32,
}

impl BulkWriter {
    /// Starts a run with unique ids.
    pub fn new() -> Self {
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
        let chance = RandomState::new().hash_one(std::process::id()) as u32;
        // Sorted by time, which suits an index of ids.
        let run = format!("{now:012x}{chance:08x}");
        Self { run, next: 0, prepared: false, limits: USUAL, unfinished: None }
    }

    /// Checks the engine and creates the index template, unless that is done.
    pub fn prepare(&mut self, client: &Client) -> Result<(), RequestError> {
        if !self.prepared {
            index::prepare(client)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Writes all of them, or what is left of them from the last attempt.
    pub fn write(
        &mut self,
        client: &Client,
        executions: &[Execution],
    ) -> Result<Written, WriteError> {
        let fresh = || Unfinished {
            rest: (0..executions.len()).collect(),
            stored: 0,
            refused: None,
            attempts: 0,
        };
        let mut work = self.unfinished.take().unwrap_or_else(fresh);
        let prepared = self.prepare(client);
        let reason = match prepared.and_then(|()| self.send_all(client, executions, &mut work)) {
            Ok(None) => return Ok(self.finish(work, executions)),
            Ok(Some(reason)) => {
                work.attempts += 1;
                if work.attempts == ATTEMPTS {
                    work.refused = Some(format!("{reason}, {ATTEMPTS} times"));
                    return Ok(self.finish(work, executions));
                }
                reason
            }
            Err(failure) => {
                // The engine may come back without the template.
                self.prepared = false;
                failure.to_string()
            }
        };
        let stored = work.stored;
        self.unfinished = Some(work);
        Err(WriteError { reason, stored })
    }

    /// The next call has other executions.
    fn finish(&mut self, work: Unfinished, executions: &[Execution]) -> Written {
        self.next += executions.len() as u64;
        Written { stored: work.stored, refused: work.refused }
    }

    /// Sends the rest in as many requests as needed. Returns why some of it is left.
    fn send_all(
        &mut self,
        client: &Client,
        executions: &[Execution],
        work: &mut Unfinished,
    ) -> Result<Option<String>, RequestError> {
        let mut again = None;
        let mut left = Vec::new();
        while !work.rest.is_empty() {
            let bulk = self.bulk(executions, &work.rest);
            let results = match bulk.send(client) {
                Ok(results) => results,
                Err(failure) if failure.is_too_large() && bulk.documents() > 1 => {
                    self.limits.bytes = bulk.bytes() / 2;
                    continue;
                }
                Err(failure) if failure.is_too_large() => {
                    vec![Stored::Refused(failure.to_string())]
                }
                Err(failure) => {
                    if matches!(failure.cause, Cause::Timeout(_)) {
                        self.limits.documents = (bulk.documents() / 2).max(1);
                    }
                    work.rest.splice(0..0, left);
                    return Err(failure);
                }
            };
            if bulk.documents() >= self.limits.documents {
                self.limits.documents = USUAL.documents.min(self.limits.documents * 9 / 8 + 1);
            }
            let sent = work.rest.drain(..bulk.documents());
            for (result, execution) in results.into_iter().zip(sent) {
                match result {
                    Stored::Yes => work.stored += 1,
                    Stored::Refused(reason) => work.refused = Some(reason),
                    Stored::Retry(reason) => {
                        left.push(execution);
                        again = Some(reason);
                    }
                }
            }
        }
        work.rest = left;
        Ok(again)
    }

    /// A request with as many of these executions as fit.
    fn bulk(&self, executions: &[Execution], which: &[usize]) -> Bulk {
        let mut bulk = Bulk::default();
        let mut day = (f64::NAN, String::new());
        for &at in which {
            let Execution { key, token, timestamp, execution_time, extra } = &executions[at];
            let today = (timestamp / 86400.0).floor();
            if day.0 != today {
                day = (today, index::of(*timestamp));
            }
            let document = Document {
                date: (timestamp * 1000.0).floor() as i64,
                timestamp: *timestamp,
                execution_time: *execution_time,
                key,
                token,
                id: &format!("{}{:010x}", self.run, self.next + at as u64),
                extra: extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
            };
            if !bulk.add(&day.1, &document, self.limits) {
                break;
            }
        }
        bulk
    }
}

impl RequestError {
    const fn is_too_large(&self) -> bool {
        matches!(self.cause, Cause::Status(413, _))
    }
}
