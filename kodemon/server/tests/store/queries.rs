//! Every result equals that of a store that reads each execution.

use kodemon_server::internals::{
    Distribution, ExecutionsQuery, KeysQuery, QueryError, Store, SummaryQuery,
};
use mmstats_testing::kodemon::store;
use rusqlite::Connection;

use crate::oracle::{Call, Random, Stores};

/// A full hour.
const BEGIN: f64 = 1_795_258_800.0;
const KEYS: [&str; 4] = ["a.py-f", "a.py-g", "b/ü.rs-h %", "b/ü.rs-i"];
const TOKENS: [&str; 3] = ["web", "worker", "Ω"];

/// Calls in three hours, some at the same time, some late, some with additional fields. The last
/// of four keys and of three tokens are rare.
fn calls(random: &mut Random, count: usize) -> Vec<Call> {
    let mut call = || {
        let rare = usize::from(random.below(50) == 0);
        let extra = (random.below(10) == 0).then(|| format!(r#"{{"n":{}}}"#, random.below(100)));
        Call {
            key: KEYS[random.below(3) as usize + rare].to_owned(),
            token: TOKENS[random.below(2) as usize + rare].to_owned(),
            timestamp: BEGIN + random.below(3 * 3600 * 4) as f64 / 4.0,
            execution_time: 1e-6 * 1.3_f64.powi(random.below(60) as i32),
            extra,
        }
    };
    (0..count).map(|_| call()).collect()
}

/// Some were compacted once, some twice, and some not yet.
fn stores() -> Stores {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut stores = Stores::new();
    for count in [2_000, 1, 700] {
        stores.write(calls(&mut random, count));
        stores.write(calls(&mut random, count));
        stores = stores.reopen();
    }
    stores.write(calls(&mut random, 300));
    stores.write(calls(&mut random, 200));
    stores
}

fn tokens() -> impl Iterator<Item = Option<String>> {
    let some = TOKENS.into_iter().chain(["nobody"]).map(|token| Some(token.to_owned()));
    some.chain([None])
}

fn ranges() -> [(f64, f64); 6] {
    [
        (BEGIN - 10.0, BEGIN + 4.0 * 3600.0),
        (BEGIN, BEGIN + 3600.0),
        (BEGIN + 59.75, BEGIN + 60.25),
        (BEGIN + 1234.5, BEGIN + 1300.25),
        (BEGIN + 1000.0, BEGIN + 9999.75),
        (BEGIN + 4.0 * 3600.0, BEGIN + 9.0 * 3600.0),
    ]
}

#[test]
fn keys_are_those_that_were_written() {
    let stores = stores();
    for token in tokens() {
        for prefix in ["", "a", "a.py-f", "b/ü", "c", "a.py-f0"] {
            for since in [None, Some(BEGIN + 3.0 * 3600.0 - 30.0)] {
                let query = KeysQuery { token: token.clone(), since, prefix: prefix.to_owned() };
                let keys = stores.sqlite.keys(&query).unwrap();
                assert_eq!(keys, stores.expected_keys(&query), "{query:?}");
            }
        }
    }
}

#[test]
fn tokens_are_those_that_sent() {
    let stores = stores();
    let reported = stores.sqlite.tokens().unwrap();
    assert_eq!(reported.iter().map(|it| &*it.token).collect::<Vec<_>>(), TOKENS);
    for record in reported {
        let token = Some(record.token.clone());
        let keys = stores.expected_keys(&KeysQuery { token, ..KeysQuery::default() });
        assert_eq!(record.keys, keys.len() as u64);
        assert_eq!(record.count, keys.iter().map(|key| key.count).sum::<u64>());
        assert_eq!(
            record.first_seen,
            keys.iter().map(|key| key.first_seen).fold(f64::MAX, f64::min)
        );
        assert_eq!(record.last_seen, keys.iter().map(|key| key.last_seen).fold(f64::MIN, f64::max));
    }
}

#[test]
fn pages_have_each_execution_once_and_in_order() {
    let stores = stores();
    for token in tokens() {
        for (from, to) in ranges() {
            for (limit, descending) in [(7, false), (7, true), (1_000, false), (1_000, true)] {
                let query = ExecutionsQuery {
                    from: (from >= BEGIN).then_some(from),
                    to: Some(to),
                    token: token.clone(),
                    limit,
                    cursor: None,
                    descending,
                };
                let (reported, expected) =
                    (stores.pages(KEYS[1], &query), stores.expected_pages(KEYS[1], &query));
                assert!(reported == expected, "{query:?}");
            }
        }
    }
}

#[test]
fn a_cursor_stays_valid_while_calls_arrive_and_are_compacted() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut stores = Stores::new();
    stores.write(calls(&mut random, 1_000));
    for descending in [false, true] {
        let before = stores.calls.clone();
        let (from, to, token, cursor) = (None, None, None, None);
        let mut query = ExecutionsQuery { from, to, token, limit: 10, cursor, descending };
        let mut reported = Vec::new();
        loop {
            let page = stores.sqlite.executions(KEYS[0], &query).unwrap();
            reported
                .extend(page.executions.into_iter().map(|it| (it.timestamp, it.execution_time)));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
            stores.write(calls(&mut random, 5));
            if random.below(4) == 0 {
                stores = stores.reopen();
            }
        }
        let mut left = reported.clone();
        for call in before.iter().filter(|call| call.key == KEYS[0]) {
            let call = (call.timestamp, call.execution_time);
            let at = left.iter().position(|reported| *reported == call).expect("each is returned");
            left.swap_remove(at);
        }
        // The others arrived meanwhile, and none of them is returned twice.
        for call in left {
            let is_it = |of: &&Call| (of.timestamp, of.execution_time) == call;
            let (all, old) = (stores.calls.iter().filter(is_it), before.iter().filter(is_it));
            assert!(all.count() > old.count(), "{call:?} is returned twice");
        }
        let is_before = |pair: &[(f64, f64)]| {
            if descending { pair[0].0 >= pair[1].0 } else { pair[0].0 <= pair[1].0 }
        };
        assert!(reported.windows(2).all(is_before));
    }
}

#[test]
fn many_calls_in_a_minute_are_compacted_at_once_and_pages_stay_bounded() {
    let mut stores = Stores::new();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let long = format!(r#"{{"padding":"{}"}}"#, "-".repeat(8_000));
    for _ in 0..3 {
        let mut some = calls(&mut random, 700);
        for call in &mut some {
            KEYS[0].clone_into(&mut call.key);
            call.timestamp = BEGIN + (call.timestamp - BEGIN) / 200.0;
            call.extra = Some(long.clone());
        }
        stores.write(some);
    }
    let database = Connection::open(store(stores.directory.path())).unwrap();
    let one = |sql: &str| database.query_row(sql, (), |row| row.get::<_, u64>(0)).unwrap();
    assert_eq!(one("SELECT count(*) FROM arrivals"), 0);
    assert!(one("SELECT count(*) FROM blocks") > 400);
    for (limit, descending) in [(100, false), (100, true), (100_000, false), (100_000, true)] {
        let (from, to, token, cursor) = (None, None, None, None);
        let query = ExecutionsQuery { from, to, token, limit, cursor, descending };
        assert!(stores.pages(KEYS[0], &query) == stores.expected_pages(KEYS[0], &query));
        let page = stores.sqlite.executions(KEYS[0], &query).unwrap();
        assert!(page.next.is_some() && page.executions.len() <= 2_100);
    }
}

#[test]
fn large_amounts_are_answered_from_sums() {
    let stores = stores().reopen();
    let database = Connection::open(store(stores.directory.path())).unwrap();
    let mut query = SummaryQuery { from: BEGIN, to: BEGIN + 300.0, token: None, buckets: 100 };
    assert_eq!(stores.sqlite.summary(KEYS[0], &query).unwrap().step, 5.0);
    database.execute("UPDATE minutes SET count = 100000", ()).unwrap();
    let summary = stores.sqlite.summary(KEYS[0], &query).unwrap();
    assert_eq!((summary.step, summary.buckets.len()), (60.0, 5));
    // 30 days, by minute or by hour.
    query = SummaryQuery { to: BEGIN + 30.0 * 86_400.0, token: None, buckets: 2_000, ..query };
    let all = stores.sqlite.summary(KEYS[0], &query).unwrap();
    query.token = Some(TOKENS[0].to_owned());
    let one = stores.sqlite.summary(KEYS[0], &query).unwrap();
    assert_eq!((all.step, one.step), (3600.0, 1800.0));
}

#[test]
fn summaries_of_short_ranges_are_exact() {
    let stores = stores();
    for token in tokens() {
        for (from, to) in ranges() {
            let buckets = 600;
            let query = SummaryQuery { from, to, token: token.clone(), buckets };
            let summary = stores.sqlite.summary(KEYS[0], &query).unwrap();
            assert_eq!((summary.from, summary.to), (from, to));
            assert!(summary.step < 60.0 && summary.step >= (to - from) / buckets as f64);
            assert_close(summary.total, stores.expected_spread(KEYS[0], &query), 1e-12);
            // One in seven, as the obvious way is slow.
            for bucket in summary.buckets.into_iter().step_by(7) {
                let query = SummaryQuery { from: bucket.from, to: bucket.to, ..query.clone() };
                assert_close(bucket.distribution, stores.expected_spread(KEYS[0], &query), 1e-12);
            }
        }
    }
}

#[test]
fn summaries_of_long_ranges_are_exact_but_for_percentiles() {
    let stores = stores();
    for key in [KEYS[0], KEYS[3]] {
        for token in tokens() {
            for (from, to) in ranges() {
                for (buckets, step) in [(1, None), (2, None), (9, None), (60, Some(60.0))] {
                    let query = SummaryQuery { from, to, token: token.clone(), buckets };
                    let summary = stores.sqlite.summary(key, &query).unwrap();
                    if (to - from) / (buckets as f64) < 60.0 {
                        continue;
                    }
                    assert!(step.is_none_or(|step| summary.step >= step));
                    assert_eq!(summary.step % 60.0, 0.0);
                    assert!(summary.buckets.len() <= buckets + 1);
                    assert_close(summary.total, stores.expected_spread(key, &query), 1.0 / 32.0);
                    assert_eq!(summary.buckets[0].from, from);
                    assert_eq!(summary.buckets.last().unwrap().to, to);
                    for pair in summary.buckets.windows(2) {
                        assert_eq!(pair[0].to, pair[1].from);
                        assert_eq!(pair[0].to % summary.step, 0.0);
                    }
                    for bucket in summary.buckets {
                        let (from, to) = (bucket.from, bucket.to);
                        let query = SummaryQuery { from, to, ..query.clone() };
                        let expected = stores.expected_spread(key, &query);
                        assert_close(bucket.distribution, expected, 1.0 / 32.0);
                    }
                }
            }
        }
    }
}

#[test]
fn what_was_never_sent_is_not_found() {
    let stores = stores();
    let query = SummaryQuery { from: 0.0, to: 1.0, token: None, buckets: 1 };
    assert_eq!(stores.sqlite.summary("a.py-", &query), Err(QueryError::UnknownKey));
}

/// The same, with percentiles within this fraction.
#[track_caller]
fn assert_close(reported: Distribution, expected: Distribution, part: f64) {
    let is_close =
        |reported: Option<f64>, expected: Option<f64>, part: f64| match (reported, expected) {
            (Some(reported), Some(expected)) => (reported / expected - 1.0).abs() <= part,
            (reported, expected) => reported.is_none() && expected.is_none(),
        };
    let exact = (reported.count, reported.min, reported.max)
        == (expected.count, expected.min, expected.max);
    let close = exact
        && is_close(reported.mean, expected.mean, 1e-9)
        && is_close(reported.p50, expected.p50, part)
        && is_close(reported.p90, expected.p90, part)
        && is_close(reported.p99, expected.p99, part);
    assert!(close, "{reported:?} for {expected:?}");
}
