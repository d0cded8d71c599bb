//! The JSON API.

use mmstats_testing::http::percent_encoded;
use mmstats_testing::kodemon::{Kodemon, message, now, start};
use serde_json::{Value, json};

/// The names of keys.
fn names(keys: &Value) -> Vec<&str> {
    keys["keys"].as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap()).collect()
}

fn times(page: &Value) -> Vec<f64> {
    let executions = page["executions"].as_array().unwrap().iter();
    executions.map(|execution| execution["execution_time"].as_f64().unwrap()).collect()
}

#[test]
fn a_message_is_returned_as_it_was_sent() {
    let (_directory, kodemon) = start();
    let timestamp = now().floor() - 10.0;
    kodemon.send(format!(
        r#"{{"execution_time": 0.031948089599609375, "timestamp": {timestamp}, "token": "test-token",
        "key": "foo.py-foobar", "customer": 12345678901234567890, "phase": {{"a": [1, "x"]}}}}"#
    ));
    kodemon.until_stored(1);
    let keys = json!({"keys": [{
        "key": "foo.py-foobar", "count": 1, "first_seen": timestamp, "last_seen": timestamp,
        "tokens": ["test-token"],
    }]});
    assert_eq!(kodemon.json("/api/keys"), keys);
    let page = kodemon.json("/api/keys/foo.py-foobar/executions");
    let execution = &page["executions"][0];
    assert_eq!(execution["execution_time"], 0.031_948_089_599_609_375);
    assert_eq!(execution["timestamp"], timestamp);
    assert_eq!(execution["token"], "test-token");
    let extra = json!({"customer": 12_345_678_901_234_567_890_u64, "phase": {"a": [1, "x"]}});
    assert_eq!(execution["extra"], extra);
    assert_eq!(page["next"], Value::Null);
}

#[test]
fn keys_are_selected_by_name_token_prefix_and_time() {
    let (_directory, kodemon) = start();
    let send = |key: &str, token: &str, ago: f64| {
        let mut message = message(key, 0.5, now() - ago);
        message["token"] = token.into();
        kodemon.send(message.to_string());
    };
    send("b.rs-x", "one", 5000.0);
    send("a.rs-x", "one", 10.0);
    send("a.rs-x", "two", 3000.0);
    send("a.rs-y%_", "two", 3000.0);
    kodemon.until_stored(4);
    let keys = |query: &str| kodemon.json(&format!("/api/keys{query}"));
    assert_eq!(names(&keys("")), ["a.rs-x", "a.rs-y%_", "b.rs-x"]);
    assert_eq!(keys("")["keys"][0]["tokens"], json!(["one", "two"]));
    assert_eq!(keys("")["keys"][0]["count"], 2);
    assert_eq!(names(&keys("?token=two")), ["a.rs-x", "a.rs-y%_"]);
    assert_eq!(keys("?token=two")["keys"][0]["count"], 1);
    assert_eq!(names(&keys("?prefix=a.rs-y%25_")), ["a.rs-y%_"]);
    assert_eq!(names(&keys("?prefix=%25")), [""; 0]);
    assert_eq!(names(&keys(&format!("?since={}", now() - 60.0))), ["a.rs-x"]);
    assert_eq!(names(&keys("?since=2001-01-01T00:00:00Z")), ["a.rs-x", "a.rs-y%_", "b.rs-x"]);
    assert_eq!(names(&keys("?token=three")), [""; 0]);
    let tokens = kodemon.json("/api/tokens");
    let of = |at: usize| tokens["tokens"][at].clone();
    assert_eq!(
        (&of(0)["token"], &of(0)["keys"], &of(0)["count"]),
        (&json!("one"), &json!(2), &json!(2))
    );
    assert_eq!(
        (&of(1)["token"], &of(1)["keys"], &of(1)["count"]),
        (&json!("two"), &json!(2), &json!(2))
    );
}

/// Sends ten calls, a second apart, the `n`th of `n` seconds. Returns when the first began.
fn ten(kodemon: &Kodemon) -> f64 {
    // Also the start of a two-second step.
    let began = (now() / 2.0).floor() * 2.0 - 100.0;
    for number in 0..10 {
        let time = f64::from(number);
        kodemon.send(message("f", time, began + time).to_string());
    }
    kodemon.until_stored(10);
    began
}

#[test]
fn a_range_includes_its_start_and_excludes_its_end() {
    let (_directory, kodemon) = start();
    let began = ten(&kodemon);
    let found = |from: &str, to: &str| {
        times(&kodemon.json(&format!("/api/keys/f/executions?from={from}&to={to}")))
    };
    let at = |seconds: f64| (began + seconds).to_string();
    assert_eq!(found(&at(2.0), &at(5.0)), [2.0, 3.0, 4.0]);
    assert_eq!(found(&at(9.0), &at(100.0)), [9.0]);
    assert_eq!(found(&at(5.0), &at(5.0)), [0.0; 0]);
    let date = jiff::Timestamp::from_second(began as i64 + 8).unwrap().to_string();
    assert_eq!(found(&date, &at(100.0)), [8.0, 9.0]);
    assert_eq!(times(&kodemon.json("/api/keys/f/executions?order=desc&limit=2")), [9.0, 8.0]);
}

#[test]
fn paging_works_while_rows_arrive() {
    let (_directory, kodemon) = start();
    let began = ten(&kodemon);
    for (order, expected) in [
        ("asc", vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]),
        ("desc", vec![9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]),
    ] {
        let (mut cursor, mut found) = (String::new(), Vec::new());
        loop {
            let path = format!("/api/keys/f/executions?order={order}&limit=3{cursor}");
            let page = kodemon.json(&path);
            found.extend(times(&page));
            if found.len() == 6 && order == "asc" {
                // At the same time as others, and later than all: each is returned at most once.
                kodemon.send(message("f", 10.0, began + 20.0).to_string());
                kodemon.until_stored(11);
            }
            let Some(next) = page["next"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        if order == "desc" {
            assert_eq!(found.remove(0), 10.0);
        }
        assert_eq!(found, expected, "{order}");
    }
}

#[test]
fn calls_with_equal_timestamps_are_all_returned() {
    let (_directory, kodemon) = start();
    let began = now() - 50.0;
    for number in 0..100 {
        kodemon.send(message("f", f64::from(number), began).to_string());
    }
    kodemon.until_stored(100);
    let mut found = Vec::new();
    let mut page = kodemon.json("/api/keys/f/executions?limit=7");
    loop {
        found.extend(times(&page));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        page = kodemon.json(&format!("/api/keys/f/executions?limit=7&cursor={next}"));
    }
    assert_eq!(found, (0..100).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_summary_has_each_step_and_the_total() {
    let (_directory, kodemon) = start();
    let began = ten(&kodemon);
    let (from, to) = (began, began + 10.0);
    let path = format!("/api/keys/f/summary?from={from}&to={to}&buckets=5");
    let summary = kodemon.json(&path);
    assert_eq!(summary["step"], 2.0);
    // A range counts as at least a minute, unless it is shorter.
    let total = json!({"count": 10, "rate": 1.0, "min": 0.0, "mean": 4.5, "p50": 4.0, "p90": 8.0, "p99": 9.0, "max": 9.0});
    assert_eq!(summary["total"], total);
    let buckets = summary["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 5);
    let counts: Vec<_> = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [2; 5]);
    assert_eq!(buckets[1]["rate"], 1.0);
    assert_eq!((&buckets[1]["min"], &buckets[1]["max"]), (&json!(2.0), &json!(3.0)));
    let none = kodemon.json(&format!("/api/keys/f/summary?to={from}&token=nobody"));
    assert_eq!((&none["total"]["count"], &none["total"]["p50"]), (&json!(0), &Value::Null));
}

/// The page divides a range differently for its list and for its chart.
#[test]
fn a_range_has_the_same_totals_for_any_steps() {
    let (_directory, kodemon) = start();
    // The first of them is older than the range.
    for number in 0..501 {
        kodemon.call("f", 0.001 * f64::from(number * number % 977), 7.5 * f64::from(number));
    }
    kodemon.until_stored(501);
    let (from, to) = (now() - 3600.0 + 7.5 / 2.0, now());
    let total = |buckets: u32| {
        let path = format!("/api/keys/f/summary?from={from}&to={to}&buckets={buckets}");
        kodemon.json(&path)["total"].clone()
    };
    let expected = total(1);
    assert_eq!(expected["count"], 480);
    assert_eq!(expected["rate"], 480.0 / (to - from));
    for buckets in [2, 30, 31, 120, 2_000] {
        assert_eq!(total(buckets), expected, "{buckets}");
    }
    // If a range isn't over, its future part doesn't count.
    let path = format!("/api/keys/f/summary?from={from}&to={}", to + 3600.0);
    let rate = kodemon.json(&path)["total"]["rate"].as_f64().unwrap();
    assert!((rate * (now() - from) / 480.0 - 1.0).abs() < 0.01, "{rate}");
    // Nor does the time before the first call.
    let path = format!("/api/keys/f/summary?from={}&to={to}", to - 86_400.0);
    let rate = kodemon.json(&path)["total"]["rate"].as_f64().unwrap();
    assert!((rate * 7.5 * 500.0 / 501.0 - 1.0).abs() < 0.01, "{rate}");
}

#[test]
fn keys_may_contain_any_character() {
    let (_directory, kodemon) = start();
    let keys = [
        "src/a b.rs-f",
        "100%.rs-f?x=1&y#z",
        "a//b/executions",
        "../../etc",
        "🦀.rs-é",
        "a.rs-\u{202e}\n\u{1b}[2J",
        "%2F",
    ];
    for key in keys {
        kodemon.call(key, 0.25, 1.0);
    }
    kodemon.until_stored(keys.len() as u64);
    for key in keys {
        let path = format!("/api/keys/{}", percent_encoded(key));
        assert_eq!(times(&kodemon.json(&format!("{path}/executions"))), [0.25], "{key:?}");
        let total = &kodemon.json(&format!("{path}/summary"))["total"];
        assert_eq!(total["count"], 1, "{key:?}");
        let named = kodemon.json(&format!("/api/keys?prefix={}", percent_encoded(key)));
        assert_eq!(names(&named), [key]);
    }
    assert_eq!(times(&kodemon.json("/api/keys/a//b/executions/executions")), [0.25]);
}

#[test]
fn errors_name_what_is_wrong() {
    let (_directory, kodemon) = start();
    kodemon.call("f", 1.0, 1.0);
    kodemon.until_stored(1);
    for (path, status, reason) in [
        ("/api/keys?since=yesterday", 400, "since=\"yesterday\": expected Unix"),
        ("/api/keys?since=NaN", 400, "since=\"NaN\": expected Unix"),
        ("/api/keys?sinze=1", 400, "sinze=\"1\": unknown parameter"),
        ("/api/keys?since=1&since=2", 400, "given twice"),
        ("/api/keys/%FF/summary", 400, "UTF-8"),
        ("/api/keys/f", 404, "f/executions"),
        ("/api/keys/f/other", 404, "f/other"),
        ("/api/keys/g/executions", 404, "\"g\""),
        ("/api/keys/g/summary", 404, "\"g\""),
        ("/api/keys/f/executions?from=x", 400, "from=\"x\""),
        ("/api/keys/f/executions?to=2026-13-01", 400, "to=\"2026-13-01\""),
        ("/api/keys/f/executions?limit=0", 400, "limit=\"0\""),
        ("/api/keys/f/executions?limit=-1", 400, "limit=\"-1\""),
        ("/api/keys/f/executions?limit=100001", 400, "limit=\"100001\""),
        ("/api/keys/f/executions?order=up", 400, "order=\"up\": expected asc or desc"),
        ("/api/keys/f/executions?cursor=x", 400, "cursor=\"x\""),
        ("/api/keys/f/executions?cursor=7ff0000000000000-0", 400, "cursor="),
        ("/api/keys/f/summary?buckets=0", 400, "buckets=\"0\""),
        ("/api/keys/f/summary?buckets=1e3", 400, "buckets=\"1e3\""),
        ("/api/keys/f/summary?from=5&to=4", 400, "from=5"),
        ("/api/keys/f/summary?from=1e308&to=-1e308", 400, "from="),
        ("/api/tokens?token=x", 400, "unknown parameter"),
        ("/api/nothing", 404, "/api/nothing"),
    ] {
        let answer = kodemon.server.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(reason), "{path}: {error}");
    }
}

#[test]
fn the_widest_range_is_accepted() {
    let (_directory, kodemon) = start();
    kodemon.call("f", 1.0, 1.0);
    kodemon.until_stored(1);
    for range in ["from=-1e308&to=1e308", "from=0&to=1e300", "from=-1e18&to=4e18"] {
        let summary = kodemon.json(&format!("/api/keys/f/summary?{range}&buckets=2000"));
        assert_eq!(summary["total"]["count"], 1, "{range}");
        let page = kodemon.json(&format!("/api/keys/f/executions?{range}"));
        assert_eq!(times(&page), [1.0], "{range}");
    }
}
