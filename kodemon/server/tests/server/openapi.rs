//! The OpenAPI document is accurate: responses match it, and it lists what is accepted.

use std::collections::BTreeSet;

use mmstats_testing::document::Document;
use mmstats_testing::http;
use mmstats_testing::kodemon::{Kodemon, message, now, start};
use tempfile::TempDir;

const KEY: &str = "/api/keys/{key}";

/// A server with some of everything.
fn filled() -> (TempDir, Kodemon, Document) {
    let (directory, kodemon) = start();
    kodemon.call("a.rs-f", 0.25, 1.0);
    let mut extended = message("b/c.py-g h", 1.0, now());
    extended["customer"] = 42.into();
    kodemon.send(extended.to_string());
    kodemon.send("malformed");
    kodemon.until(|health| health["received"] == 3 && health["stores"]["sqlite"]["stored"] == 2);
    let document = Document::at(&kodemon.server, "/api/openapi.json");
    (directory, kodemon, document)
}

/// Requests: the document's path, the target and the expected status.
fn requests() -> Vec<(String, String, u16)> {
    let mut requests = Vec::new();
    let mut ask = |path: &str, target: &str, status| {
        requests.push((path.to_owned(), target.to_owned(), status));
    };
    ask("/api/keys", "/api/keys", 200);
    ask("/api/keys", "/api/keys?token=test-token&since=0&prefix=a", 200);
    ask("/api/keys", "/api/keys?since=x", 400);
    for (end, parameters) in [
        ("executions", "from=0&to=2100-01-01T00:00:00Z&token=test-token&limit=1&order=desc"),
        ("summary", "from=0&to=2100-01-01T00:00:00Z&token=test-token&buckets=10"),
    ] {
        let path = format!("{KEY}/{end}");
        ask(&path, &format!("/api/keys/a.rs-f/{end}"), 200);
        ask(&path, &format!("/api/keys/b%2Fc.py-g%20h/{end}?{parameters}"), 200);
        ask(&path, &format!("/api/keys/b/c.py-g%20h/{end}?token=nobody"), 200);
        ask(&path, &format!("/api/keys/a.rs-f/{end}?from=x"), 400);
        ask(&path, &format!("/api/keys/none/{end}"), 404);
    }
    ask("/api/tokens", "/api/tokens", 200);
    ask("/api/tokens", "/api/tokens?limit=1", 400);
    ask("/api/stream", "/api/stream?since=1", 400);
    ask("/api/health", "/api/health", 200);
    ask("/api/health", "/api/health?full", 400);
    ask("/api/openapi.json", "/api/openapi.json", 200);
    ask("/api/openapi.json", "/api/openapi.json?yaml", 400);
    ask("/healthz", "/healthz", 200);
    ask("/metrics", "/metrics", 200);
    requests
}

#[test]
fn every_response_matches_the_document() {
    let (_directory, kodemon, document) = filled();
    for (path, target, status) in requests() {
        let answer = kodemon.server.get(&target);
        assert_eq!(answer.status, status, "{target}: {}", answer.body);
        document.check(&path, &target, &answer);
    }
}

#[test]
fn every_documented_response_is_tested() {
    let (_directory, _kodemon, document) = filled();
    let requests = requests();
    let tested: BTreeSet<_> =
        requests.iter().map(|(path, _, status)| format!("{path} {status}")).collect();
    let mut documented = document.answers();
    // Other tests cover the page and the stream; no test exceeds the limits.
    documented.retain(|answer| {
        answer != "/ 200" && answer != "/api/stream 200" && !answer.ends_with(" 503")
    });
    assert_eq!(documented, tested);
}

#[test]
fn the_documented_parameters_are_accepted_and_no_others() {
    let (_directory, kodemon, document) = filled();
    for (path, target) in [
        ("/api/keys", "/api/keys"),
        ("/api/keys/{key}/executions", "/api/keys/f/executions"),
        ("/api/keys/{key}/summary", "/api/keys/f/summary"),
        ("/api/tokens", "/api/tokens"),
        ("/api/stream", "/api/stream"),
        ("/api/health", "/api/health"),
        ("/api/openapi.json", "/api/openapi.json"),
    ] {
        let answer = kodemon.server.get(&format!("{target}?surely=none"));
        assert_eq!(answer.status, 400, "{target}");
        let known = match &*document.parameters(path) {
            [] => "none is accepted".to_owned(),
            names => format!("accepted are {}", names.join(", ")),
        };
        let reason = format!("surely=\"none\": unknown parameter; {known}");
        assert_eq!(answer.json()["error"], reason);
    }
}

#[test]
fn exactly_what_a_parameter_s_schema_allows_is_accepted() {
    let (_directory, kodemon, document) = filled();
    let cursor = kodemon.json("/api/keys/a.rs-f/executions")["executions"][0]["id"].clone();
    let numbers = ["", "0", "1", "100", "2001", "100001", "-1", "1.5", "05", "+5", " 5", "x"];
    let times = [
        "",
        "0",
        "-1",
        "1.5",
        "1e3",
        "+5",
        "05",
        ".5",
        "5.",
        " 5",
        "inf",
        "NaN",
        "x",
        "2026-11-21T10:14:05Z",
        "2026-11-21t10:14:05.5z",
        "2026-11-21T10:14:05+01:00",
        "2026-11-21T10:14:05.123456789123Z",
        "2026-11-21 10:14:05Z",
        "2026-11-21T10:14:05",
        "2026-11-21T10:14Z",
        "2026-11-21",
        "2026-13-21T10:14:05Z",
        "2026-11-21T10:14:05+01",
        "2026-11-21T10:14:05,5Z",
        "20261121T101405Z",
        "2026-11-21T10:14:05Z[UTC]",
    ];
    let cursors = ["", "x", "41DAC07B00B27583-1", cursor.as_str().unwrap()];
    let orders = ["", "asc", "desc", "ASC"];
    let names = ["", "a/b", "\u{e9}"];
    let key = "/api/keys/{key}";
    for (end, parameter, texts) in [
        ("", "since", &times[..]),
        ("", "prefix", &names),
        ("", "token", &names),
        ("/executions", "from", &times),
        ("/executions", "to", &times),
        ("/executions", "limit", &numbers),
        ("/executions", "order", &orders),
        ("/executions", "cursor", &cursors),
        ("/executions", "token", &names),
        ("/summary", "from", &times),
        ("/summary", "buckets", &numbers),
    ] {
        let path = if end.is_empty() { "/api/keys".to_owned() } else { format!("{key}{end}") };
        let allowed = document.allowed(&path, parameter);
        for text in texts {
            let encoded = http::percent_encoded(text);
            // Later than every time.
            let to = if end == "/summary" { "&to=1e11" } else { "" };
            let target = path.replace("{key}", "a.rs-f");
            let answer = kodemon.server.get(&format!("{target}?{parameter}={encoded}{to}"));
            assert_eq!(
                answer.status == 200,
                allowed(text),
                "{path} {parameter}={text:?}: {}",
                answer.body
            );
        }
    }
}

#[test]
fn an_empty_range_has_an_empty_summary() {
    let (_directory, kodemon, document) = filled();
    let target = "/api/keys/a.rs-f/summary?from=1795288066.5&to=1795288066.5";
    let answer = kodemon.server.get(target);
    assert_eq!(answer.status, 200, "{}", answer.body);
    document.check("/api/keys/{key}/summary", target, &answer);
    let total = &answer.json()["total"];
    assert_eq!((&total["count"], &total["rate"]), (&0.into(), &0.0.into()));
}
