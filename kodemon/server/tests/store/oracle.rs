//! A store that does everything the obvious way, and an SQLite store with the same executions.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kodemon_server::internals::{
    Catalog, Distribution, Execution, ExecutionsQuery, KeyRecord, KeysQuery, Page, Sqlite, Store,
    SummaryQuery, WriteError, Written,
};
use mmstats_testing::kodemon::store;
use tempfile::TempDir;

pub const KEEP: Duration = Duration::from_hours(30 * 24);

/// An execution with its names.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub key: String,
    pub token: String,
    pub timestamp: f64,
    pub execution_time: f64,
    pub extra: Option<String>,
}

/// A store and everything that was put into it.
pub struct Stores {
    pub directory: TempDir,
    pub sqlite: Sqlite,
    catalog: Catalog,
    /// In order of arrival.
    pub calls: Vec<Call>,
}

fn open(directory: &Path) -> (Sqlite, Catalog) {
    let (sqlite, known) = Sqlite::open(&store(directory), KEEP).unwrap();
    (sqlite, Catalog::new(known, 10_000, KEEP, Instant::now()))
}

impl Stores {
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let (sqlite, catalog) = open(directory.path());
        Self { directory, sqlite, catalog, calls: Vec::new() }
    }

    /// How many keys and tokens are known.
    pub fn known(&self) -> (usize, usize) {
        self.catalog.len()
    }

    /// Stores them in one transaction.
    pub fn write(&mut self, calls: impl IntoIterator<Item = Call>) {
        self.try_write(calls).unwrap();
    }

    /// Stores them in one transaction, or none of them.
    pub fn try_write(&mut self, calls: impl IntoIterator<Item = Call>) -> Result<(), WriteError> {
        let calls: Vec<_> = calls.into_iter().collect();
        let executions: Vec<_> = calls
            .iter()
            .map(|call| {
                let (key, token) =
                    self.catalog.admit(&call.key, &call.token, Instant::now()).unwrap();
                let Call { timestamp, execution_time, ref extra, .. } = *call;
                let extra = extra.as_deref().map(Arc::from);
                Execution { key, token, timestamp, execution_time, extra }
            })
            .collect();
        assert_eq!(self.sqlite.write(&executions)?, Written::all(calls.len()));
        self.calls.extend(calls);
        Ok(())
    }

    /// As when the server restarts: what was written is compacted.
    pub fn reopen(self) -> Self {
        let Self { directory, sqlite, calls, .. } = self;
        drop(sqlite);
        let (sqlite, catalog) = open(directory.path());
        Self { directory, sqlite, catalog, calls }
    }

    /// All pages, concatenated.
    pub fn pages(&self, key: &str, query: &ExecutionsQuery) -> Vec<Call> {
        let mut calls = Vec::new();
        let mut ids = BTreeSet::new();
        let mut query = query.clone();
        loop {
            let Page { executions, next } = self.sqlite.executions(key, &query).unwrap();
            assert!(executions.len() <= query.limit);
            for record in executions {
                assert!(ids.insert(record.id), "twice");
                calls.push(Call {
                    key: key.to_owned(),
                    token: record.token,
                    timestamp: record.timestamp,
                    execution_time: record.execution_time,
                    extra: record.extra.map(|extra| extra.get().to_owned()),
                });
            }
            if next.is_none() {
                return calls;
            }
            query.cursor = next;
        }
    }

    /// What the pages should be.
    pub fn expected_pages(&self, key: &str, query: &ExecutionsQuery) -> Vec<Call> {
        let from = query.from.unwrap_or(f64::MIN);
        let to = query.to.unwrap_or(f64::MAX);
        let mut calls = self.wanted(key, query.token.as_deref(), from, to);
        calls.sort_by(|one, other| one.timestamp.total_cmp(&other.timestamp));
        if query.descending {
            calls.reverse();
        }
        calls
    }

    pub fn wanted(&self, key: &str, token: Option<&str>, from: f64, to: f64) -> Vec<Call> {
        let calls = self.calls.iter().filter(|call| {
            call.key == key
                && token.is_none_or(|token| token == call.token)
                && (from..to).contains(&call.timestamp)
        });
        calls.cloned().collect()
    }

    /// What a summary should be, exactly.
    pub fn expected_spread(&self, key: &str, query: &SummaryQuery) -> Distribution {
        let calls = self.wanted(key, query.token.as_deref(), query.from, query.to);
        let mut times: Vec<_> = calls.iter().map(|call| call.execution_time).collect();
        times.sort_unstable_by(f64::total_cmp);
        let part = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1);
        Distribution {
            count: times.len() as u64,
            rate: 0.0,
            min: times.first().copied(),
            mean: (!times.is_empty()).then(|| times.iter().sum::<f64>() / times.len() as f64),
            p50: part(50).copied(),
            p90: part(90).copied(),
            p99: part(99).copied(),
            max: times.last().copied(),
        }
    }

    pub fn expected_keys(&self, query: &KeysQuery) -> Vec<KeyRecord> {
        let names: BTreeSet<_> = self.calls.iter().map(|call| call.key.as_str()).collect();
        let of = |key: &str| {
            let calls = self.wanted(key, query.token.as_deref(), f64::MIN, f64::MAX);
            let times = || calls.iter().map(|call| call.timestamp);
            let tokens: BTreeSet<_> = calls.iter().map(|call| call.token.clone()).collect();
            KeyRecord {
                key: key.to_owned(),
                count: calls.len() as u64,
                first_seen: times().fold(f64::MAX, f64::min),
                last_seen: times().fold(f64::MIN, f64::max),
                tokens: tokens.into_iter().collect(),
            }
        };
        let records = names.into_iter().filter(|key| key.starts_with(&query.prefix)).map(of);
        let since = query.since.unwrap_or(f64::MIN);
        records.filter(|it| it.count > 0 && it.last_seen >= since).collect()
    }
}

/// Reproducible random numbers.
pub struct Random(pub u64);

impl Random {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
