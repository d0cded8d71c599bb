//! Executions into an engine, by `_bulk` requests that may be sent twice.
//!
//! Each document has an id of ours and is only ever created: where the answer to a request was
//! lost, the same request is sent again, and what is there already is a conflict that counts as
//! stored. The answer has a status for each document, and so some may have to be sent again.

use std::hash::{BuildHasher, RandomState};
use std::time::SystemTime;

use super::bulk::{Bulk, Document, Fate, Limits, USUAL};
use super::client::{Cause, Client, Failure};
use super::index;
use crate::store::{Execution, WriteError, Written};

/// A document that can't be stored, though the engine answers, is given up after so many tries:
/// with the writer's pauses, some five minutes.
const TRIES: u32 = 60;

/// Who writes, and what is left of the executions of the last time.
pub struct Pen {
    /// What the ids of this run begin with.
    run: String,
    /// The next execution gets this number.
    next: u64,
    /// Whether the engine knows how indices are to be made.
    prepared: bool,
    /// What was too large isn't sent again; what took too long, after a while.
    limits: Limits,
    unfinished: Option<Unfinished>,
}

/// Of executions that couldn't all be stored, those that are to be tried again.
struct Unfinished {
    rest: Vec<usize>,
    stored: usize,
    refused: Option<String>,
    /// Times that the engine answered, and there was a rest.
    tries: u32,
}

impl Pen {
    /// Begins a run, with ids that no other has.
    pub fn new() -> Self {
        let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as u64);
        let chance = RandomState::new().hash_one(std::process::id()) as u32;
        // In the order of time, which an index of ids likes.
        let run = format!("{now:012x}{chance:08x}");
        Self { run, next: 0, prepared: false, limits: USUAL, unfinished: None }
    }

    /// Sees who is there, and says how indices are to be made, unless that is done.
    pub fn prepare(&mut self, client: &Client) -> Result<(), Failure> {
        if !self.prepared {
            index::prepare(client)?;
            self.prepared = true;
        }
        Ok(())
    }

    /// Writes all of them, or what is left of them.
    pub fn write(
        &mut self,
        client: &Client,
        executions: &[Execution],
    ) -> Result<Written, WriteError> {
        let fresh = || Unfinished {
            rest: (0..executions.len()).collect(),
            stored: 0,
            refused: None,
            tries: 0,
        };
        let mut work = self.unfinished.take().unwrap_or_else(fresh);
        let prepared = self.prepare(client);
        let reason = match prepared.and_then(|()| self.send_all(client, executions, &mut work)) {
            Ok(None) => return Ok(self.finish(work, executions)),
            Ok(Some(reason)) => {
                work.tries += 1;
                if work.tries == TRIES {
                    work.refused = Some(format!("{reason}, {TRIES} times"));
                    return Ok(self.finish(work, executions));
                }
                reason
            }
            Err(failure) => {
                // It may come back without what it had.
                self.prepared = false;
                failure.to_string()
            }
        };
        let stored = work.stored;
        self.unfinished = Some(work);
        Err(WriteError { reason, stored })
    }

    /// The next ones are others.
    fn finish(&mut self, work: Unfinished, executions: &[Execution]) -> Written {
        self.next += executions.len() as u64;
        Written { stored: work.stored, refused: work.refused }
    }

    /// Sends the rest in as many requests as it needs. What comes out is why some of it is left.
    fn send_all(
        &mut self,
        client: &Client,
        executions: &[Execution],
        work: &mut Unfinished,
    ) -> Result<Option<String>, Failure> {
        let mut again = None;
        let mut left = Vec::new();
        while !work.rest.is_empty() {
            let bulk = self.bulk(executions, &work.rest);
            let fates = match bulk.send(client) {
                Ok(fates) => fates,
                Err(failure) if failure.is_too_large() && bulk.documents() > 1 => {
                    self.limits.bytes = bulk.bytes() / 2;
                    continue;
                }
                Err(failure) if failure.is_too_large() => vec![Fate::Refused(failure.to_string())],
                Err(failure) => {
                    if matches!(failure.cause, Cause::TooLong(_)) {
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
            for (fate, execution) in fates.into_iter().zip(sent) {
                match fate {
                    Fate::Stored => work.stored += 1,
                    Fate::Refused(reason) => work.refused = Some(reason),
                    Fate::Again(reason) => {
                        left.push(execution);
                        again = Some(reason);
                    }
                }
            }
        }
        work.rest = left;
        Ok(again)
    }

    /// As many of these executions as a request may have.
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

impl Failure {
    const fn is_too_large(&self) -> bool {
        matches!(self.cause, Cause::Refused(413, _))
    }
}
