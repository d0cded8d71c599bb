//! Live streams of what is stored: counts and durations for all keys, or each call of one key.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::Response;
use mmstats_cli::clock::now;
use mmstats_cli::json;
use mmstats_web::{Feed, TooManyStreams};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::call_totals::{CallTotal, CallTotals};
use crate::execution::Execution;
use crate::store::aggregate::Aggregate;
use crate::store::query::Distribution;

/// Maximum number of streams of all keys.
const MAX_STREAMS: usize = 64;
/// Maximum number of streams of one key, and of keys with streams.
const MAX_STREAMS_PER_KEY: usize = 16;
const MAX_WATCHED_KEYS: usize = 64;
/// Maximum number of executions of a key per step; further ones are only counted.
const MAX_EXECUTIONS: usize = 1_000;

/// The live streams.
#[derive(Debug)]
pub struct Live {
    all: Feed,
    /// Maximum number of keys with totals.
    max_keys: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By key, since the server started.
    totals: CallTotals,
    /// By key, since the last step; only while there are streams.
    aggregates: BTreeMap<Arc<str>, Aggregate>,
    /// The keys that have streams, with their calls since the last step.
    watched: HashMap<String, Watched>,
}

#[derive(Debug)]
struct Watched {
    feed: Feed,
    executions: Vec<Execution>,
    left_out: usize,
}

/// The calls of one step.
#[derive(Serialize)]
struct Step<'a> {
    /// When the step ended: Unix time in seconds.
    time: f64,
    /// The keys that were called.
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

/// The calls of one key in one step.
#[derive(Serialize)]
struct StepOfKey<'a> {
    /// When the step ended: Unix time in seconds.
    time: f64,
    executions: Vec<ExecutionStep<'a>>,
    /// Number of further executions.
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
    /// Creates it without streams. Totals are kept for the `max_keys` keys called last.
    pub fn new(max_keys: usize) -> Self {
        let all = Feed::new(MAX_STREAMS);
        all.publish(None, || empty_step("keys"));
        Self { all, max_keys, state: Mutex::default() }
    }

    /// Opens a stream of all keys.
    ///
    /// # Errors
    ///
    /// Returns an error if there are too many streams.
    pub fn stream(&self) -> Result<Response, TooManyStreams> {
        self.all.stream()
    }

    /// Opens a stream of one key, which needn't exist yet.
    ///
    /// # Errors
    ///
    /// Returns an error if there are too many streams.
    pub fn stream_of(&self, key: &str) -> Result<Response, TooManyStreams> {
        let mut state = self.state();
        if !state.watched.contains_key(key) && state.watched.len() >= MAX_WATCHED_KEYS {
            return Err(TooManyStreams { limit: MAX_WATCHED_KEYS });
        }
        let new = || {
            let feed = Feed::new(MAX_STREAMS_PER_KEY);
            feed.publish(None, || empty_step("executions"));
            Watched { feed, executions: Vec::new(), left_out: 0 }
        };
        state.watched.entry(key.to_owned()).or_insert_with(new).feed.stream()
    }

    /// The totals of each key since the server started, sorted by name.
    pub fn totals(&self) -> Vec<(Arc<str>, CallTotal)> {
        let mut totals = self.state().totals.all();
        totals.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        totals
    }

    /// To be called with what was stored.
    pub fn stored(&self, executions: &[Execution]) {
        let mut state = self.state();
        let State { totals, aggregates, watched } = &mut *state;
        for execution in executions {
            totals.add(execution);
        }
        totals.shrink(self.max_keys);
        if self.all.open_streams() > 0 {
            for Execution { key, execution_time, .. } in executions {
                aggregates.entry(Arc::clone(key)).or_default().record(*execution_time);
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

    /// Publishes what was stored since the last call. To be called regularly.
    pub fn publish(&self) {
        let mut state = self.state();
        state.watched.retain(|_, watched| watched.feed.open_streams() > 0);
        state.watched.values_mut().for_each(Watched::publish);
        let aggregates = mem::take(&mut state.aggregates);
        drop(state);
        let keys = aggregates.iter().map(|(key, aggregate)| KeyStep::of(key, aggregate)).collect();
        self.all.publish(Some(&json::text(&Step { time: now(), keys })), || empty_step("keys"));
    }

    /// Ends all streams.
    pub fn close(&self) {
        self.all.close();
        self.state().watched.values().for_each(|watched| watched.feed.close());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    fn add(&mut self, execution: &Execution) {
        if self.executions.len() < MAX_EXECUTIONS {
            self.executions.push(execution.clone());
        } else {
            self.left_out += 1;
        }
    }

    fn publish(&mut self) {
        let executions = mem::take(&mut self.executions);
        let steps = executions.iter().map(|execution| ExecutionStep {
            timestamp: execution.timestamp,
            execution_time: execution.execution_time,
            token: &execution.token,
            extra: execution.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
        });
        let (executions, left_out) = (steps.collect(), mem::take(&mut self.left_out));
        let step = StepOfKey { time: now(), executions, left_out };
        self.feed.publish(Some(&json::text(&step)), || empty_step("executions"));
    }
}

impl<'a> KeyStep<'a> {
    fn of(key: &'a str, aggregate: &Aggregate) -> Self {
        let Distribution { count, mean, p50, p99, max, .. } = aggregate.distribution();
        Self { key, count, mean, p50, p99, max }
    }
}

/// What a new stream begins with: the API has everything else.
fn empty_step(what: &str) -> String {
    format!("{{\"time\":{},\"{what}\":[]}}", now())
}
