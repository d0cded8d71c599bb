//! Both stores return the same for the same executions.

use mmstats_testing::http::percent_encoded;
use mmstats_testing::kodemon::{Kodemon, now, store};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command;
use crate::engine::Engine;

/// What is sent: awkward keys, several senders, equal times.
const KEYS: [&str; 4] = ["a.rs-f", "dir/file name.py-100%", "🦀.rs-ünï", "a.rs-f/executions"];

#[test]
fn both_stores_return_the_same() {
    let Some(engine) = Engine::start() else { return };
    // Somebody else's document, which searches also find.
    engine.send("PUT", "/kodemon-logs", "{}");
    let directory = TempDir::new().unwrap();
    let file = store(directory.path());
    let both = [file.to_str().unwrap(), &*engine.store()];
    let first = Kodemon::of(&mut command(directory.path(), &both));
    let other = TempDir::new().unwrap();
    let second = Kodemon::of(&mut command(other.path(), &[&*engine.store()]));

    let begin = now().floor() - 3000.0;
    for number in 0..600_u32 {
        let message = json!({
            "key": KEYS[number as usize % KEYS.len()],
            "token": format!("token-{}", number % 3),
            "timestamp": begin + f64::from(number / 2) * 3.000_001,
            "execution_time": f64::from(number * 7 % 100 + 1) / 1000.0,
            "extra": {"number": number, "of": ["a", {"b": null}]},
        });
        first.send(message.to_string());
        if number % 100 == 0 {
            first.until(|health| health["received"] == number + 1);
        }
    }
    let health = first.until(|health| {
        ["sqlite", "elasticsearch"].iter().all(|store| health["stores"][store]["stored"] == 600)
    });
    for store in ["sqlite", "elasticsearch"] {
        for figure in ["dropped", "failed", "waiting"] {
            assert_eq!(health["stores"][store][figure], 0, "{store}: {health:#}");
        }
    }
    let metrics = first.server.get("/metrics").body;
    let calls = metrics.lines().filter(|line| line.starts_with("kodemon_calls_total{"));
    let calls = calls.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(
        calls.sum::<u64>(),
        600,
        "each is counted once, whatever the number of stores: {metrics}"
    );
    second.until_at("/api/tokens", |answer| sum(&answer["tokens"]) == 600);

    for query in ["/api/keys", "/api/keys?prefix=a", "/api/keys?token=token-1", "/api/tokens"] {
        assert_eq!(first.json(query), second.json(query), "{query}");
    }
    let since = format!("/api/keys?since={}", begin + 299.0 * 3.0);
    assert_eq!(first.json(&since), second.json(&since));
    for key in KEYS {
        let (from, to) = (begin + 100.5, begin + 777.25);
        for query in [
            String::new(),
            "?order=desc&limit=7".to_owned(),
            format!("?from={from}&to={to}"),
            format!("?from={from}&to={to}&token=token-2"),
        ] {
            let path = format!("/api/keys/{}/executions{query}", percent_encoded(key));
            let (one, other) = (pages(&first, &path), pages(&second, &path));
            assert!(!one.is_empty() || query.contains("token"), "{path}");
            assert_eq!(one, other, "{path}");
        }
        for query in [
            format!("?from={from}&to={to}&buckets=7"),
            format!("?from={from}&to={to}&buckets=2000"),
            format!("?from={begin}&to={}&buckets=10&token=token-0", begin + 3000.0),
            format!("?from={begin}&to={to}&token=nobody"),
            format!("?from=0&to={begin}"),
            "?from=-1e300&to=1e300&buckets=3".to_owned(),
        ] {
            let path = format!("/api/keys/{}/summary{query}", percent_encoded(key));
            are_alike(&first.json(&path), &second.json(&path), &path);
        }
    }
    for path in ["/api/keys/none/executions", "/api/keys/none/summary"] {
        let (one, other) = (first.server.get(path), second.server.get(path));
        assert_eq!((one.status, &one.body), (404, &other.body));
    }
    for cursor in ["x", "41dac07b00b27583-", "7ff0000000000000-0", "41dac07b00b27583-%22"] {
        let path = format!("/api/keys/a.rs-f/executions?cursor={cursor}");
        assert_eq!(second.server.get(&path).status, 400, "{cursor}");
    }
}

/// The same counts and edges. Percentiles are estimates: equal for one value, close for many, and
/// for a few either one of the values or between two of them.
fn are_alike(one: &Value, other: &Value, path: &str) {
    let (one, other) = (one.as_object().unwrap(), other.as_object().unwrap());
    assert!(one.keys().eq(other.keys()), "{path}");
    for (name, value) in one {
        let (value, other) = (value, &other[name]);
        match name.as_str() {
            "total" => are_alike(value, other, path),
            "buckets" => {
                let (ones, others) = (value.as_array().unwrap(), other.as_array().unwrap());
                assert_eq!(ones.len(), others.len(), "{path}");
                ones.iter().zip(others).for_each(|(one, other)| are_alike(one, other, path));
            }
            "mean" | "p50" | "p90" | "p99" if value.is_number() => {
                let (value, other) = (value.as_f64().unwrap(), other.as_f64().unwrap());
                let far = match (name.as_str(), one["count"].as_u64().unwrap()) {
                    ("mean", _) | (_, 1) => 1e-9,
                    (_, 100..) => 0.006,
                    _ => one["max"].as_f64().unwrap() - one["min"].as_f64().unwrap(),
                };
                assert!((value - other).abs() <= far, "{path}: {name}: {value} {other}");
            }
            // If the range isn't over: up to the time of the request.
            "rate" => {
                let (value, other) = (value.as_f64().unwrap(), other.as_f64().unwrap());
                assert!((value - other).abs() <= 0.01 * value, "{path}: {name}: {value} {other}");
            }
            _ => assert_eq!(value, other, "{path}: {name}"),
        }
    }
}

fn sum(records: &Value) -> u64 {
    records.as_array().unwrap().iter().map(|record| record["count"].as_u64().unwrap()).sum()
}

/// All executions, page by page, without what is specific to a store.
fn pages(kodemon: &Kodemon, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = path.to_owned();
    loop {
        let mut page = kodemon.json(&next);
        for execution in page["executions"].as_array_mut().unwrap() {
            execution.as_object_mut().unwrap().remove("id").unwrap();
            all.push(execution.take());
        }
        let Some(cursor) = page["next"].as_str() else { return all };
        let mark = if path.contains('?') { '&' } else { '?' };
        next = format!("{path}{mark}cursor={cursor}");
    }
}
