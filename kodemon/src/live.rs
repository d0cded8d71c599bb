//! What is stored, told to everybody who watches: all keys, and one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use web::{Feed, TooManyStreams};

use crate::catalog::Catalog;
use crate::store::Execution;

/// So many may watch all keys.
const STREAMS: usize = 64;
/// So many may watch one, and so many keys may be watched.
const STREAMS_OF_KEY: usize = 16;
const WATCHED_KEYS: usize = 64;
/// All keys are told so often.
const EVERY: Duration = Duration::from_secs(1);
/// So many executions of a key are told at a time; the others are only counted.
const TOLD: usize = 1_000;

/// What is told.
#[derive(Debug)]
pub struct Live {
    catalog: Arc<Catalog>,
    all: Feed,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Execution times by key, since all keys were told last.
    times: HashMap<u32, Vec<f64>>,
    told: Instant,
    /// The keys that somebody watches.
    watched: HashMap<String, Arc<Feed>>,
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
    count: usize,
    mean: f64,
    p50: f64,
    p99: f64,
    max: f64,
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
    /// Nobody watches yet.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        let (times, watched) = (HashMap::new(), HashMap::new());
        let state = Mutex::new(State { times, told: Instant::now(), watched });
        Self { catalog, all: Feed::new(STREAMS), state }
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
        state.watched.retain(|_, feed| feed.watching() > 0);
        if !state.watched.contains_key(key) && state.watched.len() >= WATCHED_KEYS {
            return Err(TooManyStreams);
        }
        let new = || {
            let feed = Feed::new(STREAMS_OF_KEY);
            feed.publish(None, || nothing("executions"));
            Arc::new(feed)
        };
        state.watched.entry(key.to_owned()).or_insert_with(new).stream()
    }

    /// Tells what was stored.
    pub fn stored(&self, executions: &[Execution]) {
        let mut state = self.state();
        for execution in executions {
            state.times.entry(execution.key).or_default().push(execution.execution_time);
        }
        for (key, feed) in &state.watched {
            self.tell_key(key, feed, executions);
        }
        self.tell_all(&mut state);
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.all.end();
        self.state().watched.values().for_each(|feed| feed.end());
    }

    fn tell_key(&self, key: &str, feed: &Feed, executions: &[Execution]) {
        let of_key = |execution: &&Execution| *self.catalog.keys.of(execution.key) == *key;
        let mut found: Vec<_> = executions.iter().filter(of_key).collect();
        if found.is_empty() {
            return;
        }
        let left_out = found.len().saturating_sub(TOLD);
        found.truncate(TOLD);
        let tokens: Vec<_> = found.iter().map(|it| self.catalog.tokens.of(it.token)).collect();
        let told = found.into_iter().zip(&tokens).map(|(execution, token)| ExecutionStep {
            timestamp: execution.timestamp,
            execution_time: execution.execution_time,
            token,
            extra: execution.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()),
        });
        let step = StepOfKey { time: now(), executions: told.collect(), left_out };
        feed.publish(Some(&cli::json::text(&step)), || nothing("executions"));
    }

    fn tell_all(&self, state: &mut State) {
        if state.told.elapsed() < EVERY {
            return;
        }
        state.told = Instant::now();
        let times = std::mem::take(&mut state.times);
        let names: Vec<_> =
            times.into_iter().map(|(key, times)| (self.catalog.keys.of(key), times)).collect();
        let keys = names.iter().map(|(key, times)| KeyStep::of(key, times.clone()));
        let step = Step { time: now(), keys: keys.collect() };
        self.all.publish(Some(&cli::json::text(&step)), || nothing("keys"));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> KeyStep<'a> {
    fn of(key: &'a str, mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() as f64 * part).ceil() as usize).max(1) - 1];
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        Self { key, count: times.len(), mean, p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

/// What who comes later is told: everything else can be asked for.
fn nothing(what: &str) -> String {
    format!("{{\"time\":{},\"{what}\":[]}}", now())
}

fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0.0, |since| since.as_secs_f64())
}
