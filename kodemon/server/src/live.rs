//! What is stored, told to everybody who watches: of all keys how many calls there were and how
//! long they took, of one key each call.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::Response;
use mmstats_cli::clock::now;
use mmstats_cli::json;
use mmstats_web::{Feed, TooManyStreams};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::store::tally::Tally;
use crate::store::{Execution, Spread};
use crate::totals::{Total, Totals};

/// So many may watch all keys.
const STREAMS: usize = 64;
/// So many may watch one, and so many keys may be watched.
const STREAMS_OF_KEY: usize = 16;
const WATCHED_KEYS: usize = 64;
/// So many executions of a key are told in a step; the others are only counted.
const TOLD: usize = 1_000;

/// What is told.
#[derive(Debug)]
pub struct Live {
    all: Feed,
    /// So many keys have totals.
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By key, since this server began.
    totals: Totals,
    /// By key, since the last step; only where somebody watches.
    tallies: BTreeMap<Arc<str>, Tally>,
    /// The keys that somebody watches, with what happened since the last step.
    watched: HashMap<String, Watched>,
}

#[derive(Debug)]
struct Watched {
    feed: Feed,
    executions: Vec<Execution>,
    left_out: usize,
}

/// What happened in a step of time.
#[derive(Serialize)]
struct Step<'a> {
    /// Unix time in seconds of its end.
    time: f64,
    /// Those that were called.
    keys: Vec<KeyStep<'a>>,
}

#[derive(Serialize)]
struct KeyStep<'a> {
    key: &'a str,
    count: u64,
    mean: Option<f64>,
    p50: Option<f64>,
    p99: Option<f64>,
    max: Option<f64>,
}

/// What happened in a step of time to one key.
#[derive(Serialize)]
struct StepOfKey<'a> {
    /// Unix time in seconds of its end.
    time: f64,
    executions: Vec<ExecutionStep<'a>>,
    /// So many more there were.
    left_out: usize,
}

#[derive(Serialize)]
struct ExecutionStep<'a> {
    timestamp: f64,
    execution_time: f64,
    token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<&'a RawValue>,
}

impl Live {
    /// Nobody watches yet. So many keys have totals: those that were called last.
    pub fn new(most: usize) -> Self {
        let all = Feed::new(STREAMS);
        all.publish(None, || nothing("keys"));
        Self { all, most, state: Mutex::default() }
    }

    /// A stream of all keys.
    ///
    /// # Errors
    ///
    /// Where as many watch as may.
    pub fn all(&self) -> Result<Response, TooManyStreams> {
        self.all.stream()
    }

    /// A stream of one key, which may come up later.
    ///
    /// # Errors
    ///
    /// Where as many watch as may.
    pub fn of(&self, key: &str) -> Result<Response, TooManyStreams> {
        let mut state = self.state();
        if !state.watched.contains_key(key) && state.watched.len() >= WATCHED_KEYS {
            return Err(TooManyStreams);
        }
        let new = || {
            let feed = Feed::new(STREAMS_OF_KEY);
            feed.publish(None, || nothing("executions"));
            Watched { feed, executions: Vec::new(), left_out: 0 }
        };
        state.watched.entry(key.to_owned()).or_insert_with(new).feed.stream()
    }

    /// What was stored of each key since this server began, by name.
    pub fn totals(&self) -> Vec<(Arc<str>, Total)> {
        let mut totals = self.state().totals.all();
        totals.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        totals
    }

    /// To be called with what was stored.
    pub fn stored(&self, executions: &[Execution]) {
        let mut state = self.state();
        let State { totals, tallies, watched } = &mut *state;
        for execution in executions {
            totals.add(execution);
        }
        totals.shrink(self.most);
        if self.all.watching() > 0 {
            for Execution { key, execution_time, .. } in executions {
                tallies.entry(Arc::clone(key)).or_default().record(*execution_time);
            }
        }
        if !watched.is_empty() {
            for execution in executions {
                if let Some(watched) = watched.get_mut(&*execution.key) {
                    watched.add(execution);
                }
            }
        }
    }

    /// To be called now and then: tells what was stored since.
    pub fn step(&self) {
        let mut state = self.state();
        state.watched.retain(|_, watched| watched.feed.watching() > 0);
        state.watched.values_mut().for_each(Watched::step);
        let tallies = mem::take(&mut state.tallies);
        drop(state);
        let keys = tallies.iter().map(|(key, tally)| KeyStep::of(key, tally)).collect();
        self.all.publish(Some(&json::text(&Step { time: now(), keys })), || nothing("keys"));
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.all.end();
        self.state().watched.values().for_each(|watched| watched.feed.end());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn add(&mut self, execution: &Execution) {
        if self.executions.len() < TOLD {
            self.executions.push(execution.clone());
        } else {
            self.left_out += 1;
        }
    }

    fn step(&mut self) {
        let executions = mem::take(&mut self.executions);
        let told = executions.iter().map(|execution| ExecutionStep {
            timestamp: execution.timestamp,
            execution_time: execution.execution_time,
            token: &execution.token,
            extra: execution.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
        });
        let (executions, left_out) = (told.collect(), mem::take(&mut self.left_out));
        let step = StepOfKey { time: now(), executions, left_out };
        self.feed.publish(Some(&json::text(&step)), || nothing("executions"));
    }
}

impl<'a> KeyStep<'a> {
    fn of(key: &'a str, tally: &Tally) -> Self {
        let Spread { count, mean, p50, p99, max, .. } = tally.spread();
        Self { key, count, mean, p50, p99, max }
    }
}

/// What who comes later is told: everything else can be asked for.
fn nothing(what: &str) -> String {
    format!("{{\"time\":{},\"{what}\":[]}}", now())
}
