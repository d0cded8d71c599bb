//! Queries of Kodemon's store, with many executions and with few.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use kodemon_server::internals::{Catalog, Execution, KeysQuery, Sqlite, Store, SummaryQuery};

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "kodemon: the list of 100 keys, 10 million executions",
        against: Against::Other("the same of 100 thousand"),
        asked: Some(2.0),
        measure: keys,
    },
    Comparison {
        operation: "kodemon: summary of a key over 30 days, 1 million executions",
        against: Against::Other("the same of 10 thousand"),
        asked: Some(2.0),
        measure: summary,
    },
];

const DAY: f64 = 86400.0;
/// The server's batch size.
const TOGETHER: usize = 10_000;

fn keys(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let [many, few] = [10_000_000, 100_000].map(|executions| {
        filled(&bench.directory.join(format!("keys-{executions}")), executions, 100, DAY)
    });
    let (many, few) = (many?, few?);
    let ask = |store: &Sqlite| {
        let keys = store.keys(&KeysQuery::default()).expect("an answer");
        assert_eq!(keys.len(), 100);
    };
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| ask(&many)),
        other: repeated(|| ask(&few)),
        besides: None,
    })?)
}

fn summary(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let to = now();
    let query = |store: &Sqlite, executions| {
        let (from, token) = (to - 30.0 * DAY, None);
        let query = SummaryQuery { from, to, token, buckets: 120 };
        let summary = store.summary("module.rs-function 0", &query).expect("an answer");
        assert_eq!(summary.total.count, executions);
    };
    let [many, few] = [1_000_000, 10_000].map(|executions| {
        filled(&bench.directory.join(format!("summary-{executions}")), executions, 1, 30.0 * DAY)
    });
    let (many, few) = (many?, few?);
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| query(&many, 1_000_000)),
        other: repeated(|| query(&few, 10_000)),
        besides: None,
    })?)
}

/// A store of a number of executions of a number of keys, spread evenly over a time that ends a
/// moment ago.
fn filled(
    directory: &Path,
    executions: usize,
    keys: usize,
    time: f64,
) -> Result<Sqlite, Box<dyn Error>> {
    std::fs::create_dir(directory)?;
    let keep = Duration::from_hours(24 * 40);
    let (store, known) = Sqlite::open(&directory.join("kodemon.db"), keep)?;
    let mut catalog = Catalog::new(known, keys, keep, Instant::now());
    let names: Vec<_> = (0..keys).map(|key| format!("module.rs-function {key}")).collect();
    let began = now() - time;
    let mut batch = Vec::with_capacity(TOGETHER);
    for number in 0..executions {
        let names = catalog.admit(&names[number % keys], "token", Instant::now());
        let (key, token) = names.map_err(|_| "too many")?;
        let timestamp = began + time * number as f64 / executions as f64;
        let execution_time = 0.01 + (number % 1_009) as f64 * 1e-5;
        batch.push(Execution { key, token, timestamp, execution_time, extra: None });
        if batch.len() == TOGETHER {
            store.write(&batch)?;
            batch.clear();
        }
    }
    store.write(&batch)?;
    drop(store);
    // As they are after compaction, however many came last.
    Ok(Sqlite::open(&directory.join("kodemon.db"), keep)?.0)
}

fn now() -> f64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64()
}
