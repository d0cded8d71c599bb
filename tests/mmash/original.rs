//! The original's routes: its answers, worked out by hand from files of its own writers.

use std::fs;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::mmash;
use crate::support::server::Server;
use crate::support::{content, field};

/// What a static field of the vectors has: too large for a signed number.
const SU64: u64 = 9_223_372_036_854_775_815;

/// Two writers of a web server's stats and two of every kind, under names that tell them apart.
fn originals() -> (TempDir, Server) {
    let directory = TempDir::new().unwrap();
    for (vector, name) in [
        ("py-0.6.1-web", "mmstats-web-1"),
        ("py-0.8.0-web", "mmstats-web-2"),
        ("py-0.6.1-every", "mmstats-every-1"),
        ("py-0.8.0-every", "mmstats-every-2"),
    ] {
        let vector = format!("{}/tests/data/{vector}.mmstats", env!("CARGO_MANIFEST_DIR"));
        fs::copy(vector, directory.path().join(name)).unwrap();
    }
    let server = mmash(directory.path());
    (directory, server)
}

#[track_caller]
fn assert_answers(server: &Server, table: &[(&str, u16, Value)]) {
    for (path, status, expected) in table {
        let answer = server.get(path);
        assert_eq!(answer.status, *status, "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(answer.json(), *expected, "{path}");
    }
}

/// The reason of a refused request.
#[track_caller]
fn refusal(server: &Server, path: &str) -> String {
    let answer = server.get(path);
    assert_eq!(answer.status, 400, "{path}: {}", answer.body);
    answer.json()["error"].as_str().expect("a reason").to_owned()
}

#[test]
fn labels_are_those_of_all_files_each_once() {
    let (_directory, server) = originals();
    let labels = server.get("/stats/").json();
    let labels = labels["stats"].as_array().unwrap();
    assert_eq!(labels.len(), 11 + 28);
    assert!(labels.is_sorted_by_key(|label| label.as_str().unwrap().to_owned()));
}

#[test]
fn values_come_in_lists_by_prefix_or_exactly() {
    let (_directory, server) = originals();
    assert_answers(
        &server,
        &[
            ("/stats/web.stats.status.2XX", 200, json!({"web.stats.status.2XX": [7, 7]})),
            (
                "/stats/web.stats.status.",
                200,
                json!({
                    "web.stats.status.2XX": [7, 7], "web.stats.status.3XX": [14, 14],
                    "web.stats.status.4XX": [21, 21], "web.stats.status.5XX": [28, 28],
                }),
            ),
            ("/stats/web.stats.sys.pid", 200, json!({"web.stats.sys.pid": [21293, 21299]})),
            ("/stats/t.text?exact", 200, json!({"t.text": ["grüße ☃", "grüße ☃"]})),
            (
                "/stats/t.flag",
                200,
                json!({"t.flag_off": [false, false], "t.flag_on": [true, true]}),
            ),
            ("/stats/t.su64", 200, json!({"t.su64": [SU64, SU64]})),
            ("/stats/t.f64?exact=1", 200, json!({"t.f64": [1e300, 1e300]})),
            // The original's was no different from a prefix.
            ("/stats/web.stats.status?exact", 200, json!({})),
            ("/stats/web.stats.status.?exact=yes", 200, json!({})),
            ("/stats/none.of.these", 200, json!({})),
        ],
    );
}

#[test]
fn every_aggregator_gives_what_the_original_gives() {
    let (_directory, server) = originals();
    assert_answers(
        &server,
        &[
            ("/stats/web.stats.sys.pid?aggr=avg", 200, json!({"web.stats.sys.pid": 21296.0})),
            ("/stats/web.stats.sys.pid?aggr=one", 200, json!({"web.stats.sys.pid": 21293})),
            ("/stats/web.stats.sys.pid?aggr=max", 200, json!({"web.stats.sys.pid": 21299})),
            ("/stats/web.stats.sys.pid?aggr=min", 200, json!({"web.stats.sys.pid": 21293})),
            ("/stats/web.stats.sys.pid?aggr=sum", 200, json!({"web.stats.sys.pid": 42592})),
            ("/stats/web.stats.sys.pid?aggr=nonzero-min", 200, json!({"web.stats.sys.pid": 21293})),
            (
                "/stats/web.stats.sys.pid?aggr=nonzero-avg",
                200,
                json!({"web.stats.sys.pid": 21296.0}),
            ),
            ("/stats/t.i16?aggr=sum", 200, json!({"t.i16": -65536})),
            ("/stats/t.avg?aggr=sum", 200, json!({"t.avg": 6.0})),
            ("/stats/t.flag_on?aggr=sum", 200, json!({"t.flag_on": 2})),
            ("/stats/t.flag_on?aggr=max", 200, json!({"t.flag_on": true})),
            ("/stats/t.flag_off?aggr=avg", 200, json!({"t.flag_off": 0.0})),
            ("/stats/t.sys.uid?aggr=sum", 200, json!({"t.sys.uid": 0})),
            ("/stats/t.text?aggr=max", 200, json!({"t.text": "grüße ☃"})),
            ("/stats/t.text?aggr=min", 200, json!({"t.text": "grüße ☃"})),
            ("/stats/t.text?aggr=one", 200, json!({"t.text": "grüße ☃"})),
            ("/stats/none?aggr=sum", 200, json!({})),
            // An unknown one, or none: lists.
            ("/stats/t.counter?aggr=median", 200, json!({"t.counter": [10, 10]})),
            ("/stats/t.counter?aggr=", 200, json!({"t.counter": [10, 10]})),
        ],
    );
}

#[test]
fn what_has_no_answer_is_refused_with_a_reason() {
    let (_directory, server) = originals();
    for aggregator in ["avg", "sum", "nonzero-min", "nonzero-avg"] {
        let reason = refusal(&server, &format!("/stats/t.text?aggr={aggregator}"));
        assert!(reason.contains(aggregator) && reason.contains("\"t.text\""), "{reason}");
    }
    for aggregator in ["nonzero-min", "nonzero-avg"] {
        let reason = refusal(&server, &format!("/stats/t.sys.uid?aggr={aggregator}"));
        assert!(reason.contains("\"t.sys.uid\"") && reason.contains("0 everywhere"), "{reason}");
    }
    for glob in ["[", "a**b/", "../*", "/etc/*", "%2Fetc%2F*"] {
        let reason = refusal(&server, &format!("/stats/t.?glob={glob}"));
        assert!(reason.starts_with("glob="), "{reason}");
    }
    assert!(refusal(&server, "/files/%5B").starts_with("glob="));
    assert!(refusal(&server, "/files//etc/passwd").starts_with("glob="));
}

#[test]
fn a_glob_matches_names_of_files() {
    let (directory, server) = originals();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let [every, web] =
        ["every", "web"].map(|kind| [1, 2].map(|number| path(&format!("mmstats-{kind}-{number}"))));
    assert_answers(
        &server,
        &[
            ("/files/", 200, json!({"files": [every[0], every[1], web[0], web[1]]})),
            ("/files/*web*", 200, json!({"files": web})),
            ("/files/mmstats-every-2", 200, json!({"files": [every[1]]})),
            ("/files/none*", 200, json!({"files": []})),
            ("/stats/web.stats.sys.pid?glob=*-2", 200, json!({"web.stats.sys.pid": [21299]})),
            ("/stats/t.counter?glob=*web*", 200, json!({})),
            (
                "/stats/web.stats.sys.pid?exact=&glob=mmstats-web-*&aggr=max",
                200,
                json!({"web.stats.sys.pid": 21299}),
            ),
        ],
    );
}

#[test]
fn numbers_that_json_lacks_are_texts_and_labels_may_have_any_character() {
    let directory = TempDir::new().unwrap();
    let number = |label: &str, value: f64| field(label, "d", 0xff, &value.to_ne_bytes());
    let fields = [
        number("a/b c%d?é", f64::NAN),
        number("up", f64::INFINITY),
        number("down", f64::NEG_INFINITY),
    ];
    fs::write(directory.path().join("mmstats-odd"), content(&fields)).unwrap();
    let server = mmash(directory.path());
    assert_answers(
        &server,
        &[
            ("/stats/a%2Fb%20c%25d%3F%C3%A9?exact", 200, json!({"a/b c%d?é": ["NaN"]})),
            ("/stats/a/b", 200, json!({"a/b c%d?é": ["NaN"]})),
            ("/stats/up", 200, json!({"up": ["inf"]})),
            ("/stats/down?aggr=sum", 200, json!({"down": "-inf"})),
        ],
    );
}

#[test]
fn it_ends_by_a_signal_in_good_order() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let (_directory, server) = originals();
        assert_eq!(server.end(signal), Some(code));
    }
}
