//! Engine failures: each execution is stored once, or counted.

use std::time::Duration;

use kodemon_server::internals::{
    Address, Elastic, Execution, KeysQuery, QueryError, Store, Written,
};
use serde_json::json;

use crate::fake_engine::{Act, FakeEngine};

/// A store on an engine, without a server.
fn store(engine: &FakeEngine) -> Elastic {
    let address = Address::parse(&engine.url()).unwrap();
    Elastic::new(address, Duration::from_hours(24)).unwrap()
}

fn executions(count: u32) -> Vec<Execution> {
    let execution = |number| Execution {
        key: "a.rs-f".into(),
        token: "token".into(),
        timestamp: 1_763_720_000.0,
        execution_time: f64::from(number),
        extra: None,
    };
    (0..count).map(execution).collect()
}

/// The stored executions, with any duplicates.
fn stored(engine: &FakeEngine) -> Vec<f64> {
    let documents = engine.documents();
    documents.iter().map(|document| document["execution_time"].as_f64().unwrap()).collect()
}

fn refusal(status: u16) -> Act {
    let body = r#"{"error": {"type": "test_error", "reason": "on purpose"}, "status": 0}"#;
    Act::Answer(status, body.to_owned())
}

#[test]
fn a_temporarily_rejected_request_is_retried_whole() {
    for status in [429, 401, 403, 404, 500, 502, 503] {
        let engine = FakeEngine::start();
        let store = store(&engine);
        engine.next("_bulk", [refusal(status)]);
        let error = store.write(&executions(3)).unwrap_err();
        assert_eq!(error.stored, 0);
        assert_eq!(error.reason, format!("{}: {status}: on purpose", engine.url()));
        assert_eq!(store.write(&executions(3)).unwrap(), Written::all(3));
        assert_eq!(stored(&engine), [0.0, 1.0, 2.0]);
    }
}

#[test]
fn only_temporarily_failed_documents_are_retried() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    engine.next("_bulk", [Act::Except(vec![(1, 429), (2, 400), (3, 503)])]);
    let error = store.write(&executions(5)).unwrap_err();
    assert_eq!((error.stored, &*error.reason), (2, "503: on purpose"));
    let written = store.write(&executions(5)).unwrap();
    assert_eq!(written, Written { stored: 4, refused: Some("400: on purpose".to_owned()) });
    assert_eq!(engine.requests("_bulk")[1].body.lines().count(), 2 * 2);
    assert_eq!(stored(&engine), [0.0, 1.0, 3.0, 4.0]);
}

#[test]
fn a_failing_request_does_not_affect_the_others() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    engine.next("_bulk", [Act::Except(vec![(1, 429), (4_999, 503)]), refusal(503)]);
    assert_eq!(store.write(&executions(10_001)).unwrap_err().stored, 4_998);
    assert_eq!(store.write(&executions(10_001)).unwrap(), Written::all(10_001));
    let lines = engine.requests("_bulk").into_iter().map(|it| it.body.lines().count() / 2);
    assert_eq!(lines.collect::<Vec<_>>(), [5_000, 5_000, 5_000, 3]);
    assert_eq!(stored(&engine).len(), 10_001);
}

#[test]
fn a_request_whose_response_was_lost_is_stored_once() {
    for lost in [Act::CutShort, Act::Endless] {
        let engine = FakeEngine::start();
        let store = store(&engine);
        engine.next("_bulk", [lost]);
        let error = store.write(&executions(4)).unwrap_err();
        assert_eq!(error.stored, 0, "unknown");
        assert_eq!(store.write(&executions(4)).unwrap(), Written::all(4));
        assert_eq!(stored(&engine), [0.0, 1.0, 2.0, 3.0]);
        // Others have other ids.
        assert_eq!(store.write(&executions(1)).unwrap(), Written::all(1));
        assert_eq!(stored(&engine), [0.0, 1.0, 2.0, 3.0, 0.0]);
    }
}

#[test]
fn persistent_failures_are_given_up_and_the_next_batch_is_stored() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    engine.next("_bulk", [Act::Except(vec![(1, 503)])]);
    engine.next("_bulk", vec![Act::Except(vec![(0, 503)]); 100]);
    let tries = std::iter::from_fn(|| Some(store.write(&executions(2)))).take(100);
    let mut tries = tries.skip_while(Result::is_err);
    let written = tries.next().unwrap().unwrap();
    assert_eq!(written.stored, 1);
    assert_eq!(written.refused.unwrap(), "503: on purpose, 60 times");
    assert_eq!(engine.requests("_bulk").len(), 60);
}

#[test]
fn a_full_disk_is_retried_whatever_the_status() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    let blocked = r#"{"errors": true, "items": [{"create": {"status": 403, "error":
        {"type": "cluster_block_exception", "reason": "index [k] blocked by: read-only"}}}]}"#;
    engine.next("_bulk", [Act::Answer(200, blocked.to_owned())]);
    assert!(store.write(&executions(1)).unwrap_err().reason.contains("read-only"));
    assert_eq!(store.write(&executions(1)).unwrap(), Written::all(1));
}

#[test]
fn a_request_that_is_too_large_is_split() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    engine.next("_bulk", [refusal(413), refusal(413)]);
    assert_eq!(store.write(&executions(100)).unwrap(), Written::all(100));
    let lines = engine.requests("_bulk").iter().map(|it| it.body.lines().count()).max();
    assert_eq!((stored(&engine).len(), lines), (100, Some(200)));
    engine.next("_bulk", vec![refusal(413); 9]);
    let written = store.write(&executions(1)).unwrap();
    assert_eq!(
        (written.stored, engine.requests("_bulk").last().unwrap().body.lines().count()),
        (0, 2)
    );
    assert!(written.refused.unwrap().contains("413"));
}

#[test]
fn a_slow_request_is_split_and_parts_grow_again() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    store.prepare().unwrap();
    let store = store.with_timeout(Duration::from_secs(1));
    engine.next("_bulk", [Act::Silence]);
    let error = store.write(&executions(800)).unwrap_err();
    assert_eq!(error.reason, format!("{}: no response within 1s", engine.url()));
    let store = store.with_timeout(Duration::from_mins(1));
    assert_eq!(store.write(&executions(800)).unwrap(), Written::all(800));
    let lines = engine.requests("_bulk").into_iter().map(|it| it.body.lines().count() / 2);
    assert_eq!(lines.collect::<Vec<_>>(), [800, 400, 400]);
    assert_eq!(store.write(&executions(1_000)).unwrap(), Written::all(1_000));
    let lines = engine.requests("_bulk").into_iter().map(|it| it.body.lines().count() / 2);
    assert_eq!(lines.skip(3).collect::<Vec<_>>(), [451, 508, 41]);
    assert_eq!(stored(&engine).len(), 1_800);
}

#[test]
fn an_invalid_response_does_not_count_as_stored() {
    for garbage in ["", "<html>", "{}", "[]", r#"{"errors": false, "items": []}"#] {
        let engine = FakeEngine::start();
        let store = store(&engine);
        engine.next("_bulk", [Act::Answer(200, garbage.to_owned())]);
        let error = store.write(&executions(1)).unwrap_err();
        assert!(error.reason.starts_with(&engine.url()), "{garbage}: {error}");
        assert_eq!(store.write(&executions(1)).unwrap(), Written::all(1), "{garbage}");
    }
}

#[test]
fn an_engine_that_comes_back_gets_the_index_template_again() {
    let engine = FakeEngine::start();
    let store = store(&engine);
    store.write(&executions(1)).unwrap();
    store.write(&executions(1)).unwrap();
    assert_eq!(engine.requests("kodemon").len(), 1);
    engine.next("_bulk", [refusal(503)]);
    store.write(&executions(1)).unwrap_err();
    store.write(&executions(1)).unwrap();
    assert_eq!(engine.requests("kodemon").len(), 2);
}

#[test]
fn more_series_than_one_response_holds_are_paged() {
    let page = |from: usize, to: usize| {
        let series = |number: usize| {
            let name = json!({"key": format!("{:05}", number / 2), "token": number.to_string()});
            let (first, last) = (json!({"value": number}), json!({"value": 10_000}));
            json!({"key": name, "doc_count": 3, "first": first, "last": last})
        };
        let series =
            json!({"buckets": (from..to).map(series).collect::<Vec<_>>(), "after_key": to});
        let answer = json!({
            "timed_out": false, "_shards": {"failed": 0, "total": 1}, "hits": {"hits": []},
            "aggregations": {"series": series},
        });
        Act::Answer(200, answer.to_string())
    };
    let engine = FakeEngine::start();
    engine.next("_search", [page(0, 5_000), page(5_000, 5_003)]);
    let keys = store(&engine).keys(&KeysQuery::default()).unwrap();
    assert_eq!((keys.len(), keys[2_501].count), (2_502, 3));
    let record = &keys[2_500];
    assert_eq!((&*record.key, record.count, record.tokens.len()), ("02500", 6, 2));
    assert_eq!((record.first_seen, record.last_seen), (5_000.0, 10_000.0));
    let searches = engine.requests("_search");
    assert!(!searches[0].body.contains("after") && searches[1].body.contains(r#""after":5000"#));
}

#[test]
fn a_partial_search_result_is_an_error() {
    let shards = r#"{"timed_out": false, "hits": {"hits": []}, "_shards": {"failed": 1, "total": 3,
        "failures": [{"reason": {"type": "test_error", "reason": "on purpose"}}]}}"#;
    let late = r#"{"timed_out": true, "hits": {"hits": []}, "_shards": {"failed": 0, "total": 3}}"#;
    let engine = FakeEngine::start();
    let (store, url) = (store(&engine), engine.url());
    let failed = |reason: &str| QueryError::Failed(format!("{url}: {reason}"));
    for (act, expected) in [
        (Act::Answer(200, shards.to_owned()), failed("1 of 3 shards failed: on purpose")),
        (Act::Answer(200, late.to_owned()), QueryError::TooLong(Duration::from_secs(10))),
        (refusal(503), failed("503: on purpose")),
        (refusal(400), failed("400: on purpose")),
        (Act::Answer(500, "<p>\n\x1b[1m".to_owned()), failed("500: <p> \x1b[1m")),
        (Act::Endless, failed("response larger than 33554432 bytes")),
    ] {
        engine.next("_search", [act]);
        assert_eq!(store.keys(&KeysQuery::default()).unwrap_err(), expected);
    }
    engine.next("_search", [Act::CutShort]);
    let error = store.tokens().unwrap_err().to_string();
    assert!(error.starts_with(&url), "{error}");
}
