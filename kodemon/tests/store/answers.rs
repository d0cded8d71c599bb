//! Every answer is that of a store that looks at each execution.

use kodemon::store::{ExecutionsQuery, KeysQuery, QueryError, Spread, Store, SummaryQuery};

use crate::oracle::{Call, Random, Stores};

/// A full hour.
const BEGIN: f64 = 1_795_258_800.0;
const KEYS: [&str; 4] = ["a.py-f", "a.py-g", "b/ü.rs-h %", "b/ü.rs-i"];
const TOKENS: [&str; 3] = ["web", "worker", "Ω"];

/// Calls in three hours, some in the same moment, some late, some with further fields. The last
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

/// Some were folded once, some twice, and some are as they came.
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
    let told = stores.sqlite.tokens().unwrap();
    assert_eq!(told.iter().map(|it| &*it.token).collect::<Vec<_>>(), TOKENS);
    for record in told {
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
                let (told, expected) =
                    (stores.pages(KEYS[1], &query), stores.expected_pages(KEYS[1], &query));
                assert!(told == expected, "{query:?}");
            }
        }
    }
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
            for bucket in summary.buckets {
                let query = SummaryQuery { from: bucket.from, to: bucket.to, ..query.clone() };
                assert_close(bucket.spread, stores.expected_spread(KEYS[0], &query), 1e-12);
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
                        assert_close(bucket.spread, expected, 1.0 / 32.0);
                    }
                }
            }
        }
    }
}

#[test]
fn what_was_never_sent_is_unknown() {
    let stores = stores();
    let query = SummaryQuery { from: 0.0, to: 1.0, token: None, buckets: 1 };
    assert_eq!(stores.sqlite.summary("a.py-", &query), Err(QueryError::UnknownKey));
}

/// The same, with percentiles within a part.
#[track_caller]
fn assert_close(told: Spread, expected: Spread, part: f64) {
    let is_close = |told: Option<f64>, expected: Option<f64>, part: f64| match (told, expected) {
        (Some(told), Some(expected)) => (told / expected - 1.0).abs() <= part,
        (told, expected) => told.is_none() && expected.is_none(),
    };
    let exact = (told.count, told.min, told.max) == (expected.count, expected.min, expected.max);
    let close = exact
        && is_close(told.mean, expected.mean, 1e-9)
        && is_close(told.p50, expected.p50, part)
        && is_close(told.p90, expected.p90, part)
        && is_close(told.p99, expected.p99, part);
    assert!(close, "{told:?} for {expected:?}");
}
