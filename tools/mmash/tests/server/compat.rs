//! The original's routes: expected responses, worked out by hand from files of its own writers.

use std::fs;

use mmstats_testing::original::{content, field};
use mmstats_testing::server::Server;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::reason;
use crate::mmash;

/// The value of a static field of the vectors: too large for a signed number.
const SU64: u64 = 9_223_372_036_854_775_815;

/// Two writers of a web server's stats and two of every kind, with distinct names.
fn originals() -> (TempDir, Server) {
    let directory = TempDir::new().unwrap();
    for (vector, name) in [
        ("py-0.6.1-web", "mmstats-web-1"),
        ("py-0.8.0-web", "mmstats-web-2"),
        ("py-0.6.1-every", "mmstats-every-1"),
        ("py-0.8.0-every", "mmstats-every-2"),
    ] {
        let vector = format!("{}/../../tests/data/{vector}.mmstats", env!("CARGO_MANIFEST_DIR"));
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

#[test]
fn labels_are_those_of_all_files_without_duplicates() {
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
            // The original treated it like a prefix.
            ("/stats/web.stats.status?exact", 200, json!({})),
            ("/stats/web.stats.status.?exact=yes", 200, json!({})),
            ("/stats/none.of.these", 200, json!({})),
        ],
    );
}

/// The aggregate over two files. `None` if there is none: the request is rejected.
type Aggregated = [Option<Value>; 7];

/// Every aggregator, in the order of [`Aggregated`].
const AGGREGATORS: [&str; 7] = ["avg", "one", "max", "min", "sum", "nonzero-min", "nonzero-avg"];

#[test]
fn every_aggregator_gives_what_the_original_gives_of_every_type() {
    let (_directory, server) = originals();
    let same = |avg: Value, one: Value, sum: Value| -> Aggregated {
        let [avg, one, sum] = [avg, one, sum].map(Some);
        [avg.clone(), one.clone(), one.clone(), one.clone(), sum, one, avg]
    };
    let zeros = |one: Value, sum: Value| -> Aggregated {
        let [one, sum] = [one, sum].map(Some);
        [Some(json!(0.0)), one.clone(), one.clone(), one, sum, None, None]
    };
    let text = |text: &str| -> Aggregated {
        let text = Some(json!(text));
        [None, text.clone(), text.clone(), text, None, None, None]
    };
    let table: &[(&str, Aggregated)] = &[
        ("t.counter", same(json!(10.0), json!(10), json!(20))),
        ("t.byte", same(json!(-100.0), json!(-100), json!(-200))),
        ("t.i16", same(json!(-32768.0), json!(-32768), json!(-65536))),
        ("t.i32", same(json!(-9001.0), json!(-9001), json!(-18002))),
        ("t.f32", same(json!(0.5), json!(0.5), json!(1.0))),
        ("t.f64", same(json!(1e300), json!(1e300), json!(2e300))),
        ("t.avg", same(json!(3.0), json!(3.0), json!(6.0))),
        ("t.flag_on", same(json!(1.0), json!(true), json!(2))),
        ("t.flag_off", zeros(json!(false), json!(0))),
        ("t.sys.uid", zeros(json!(0), json!(0))),
        ("t.text", text("grüße ☃")),
        (
            "web.stats.sys.pid",
            [
                21296.0.into(),
                21293.into(),
                21299.into(),
                21293.into(),
                42592.into(),
                21293.into(),
                21296.0.into(),
            ]
            .map(Some),
        ),
    ];
    for (label, answers) in table {
        for (aggregator, expected) in AGGREGATORS.iter().zip(answers) {
            let path = format!("/stats/{label}?exact&aggr={aggregator}");
            match expected {
                Some(expected) => {
                    assert_answers(&server, &[(&path, 200, json!({*label: expected}))]);
                }
                None => assert!(reason(&server, &path, 400).contains(aggregator), "{path}"),
            }
        }
    }
}

#[test]
fn a_sum_beyond_64_bits_is_exact() {
    let (_directory, server) = originals();
    let sum = server.get("/stats/t.su64?aggr=sum").body;
    assert_eq!(sum.trim_end(), r#"{"t.su64":18446744073709551630}"#);
    let mean = json!({"t.su64": SU64 as f64});
    assert_answers(&server, &[("/stats/t.su64?aggr=avg", 200, mean)]);
}

#[test]
fn an_unknown_or_missing_aggregator_gives_lists() {
    let (_directory, server) = originals();
    let lists = json!({"t.counter": [10, 10]});
    for path in ["/stats/t.counter", "/stats/t.counter?aggr=median", "/stats/t.counter?aggr="] {
        assert_answers(&server, &[(path, 200, lists.clone())]);
    }
    assert_answers(&server, &[("/stats/none?aggr=sum", 200, json!({}))]);
    // The original ignores unknown parameters and takes the first of two with one name.
    assert_answers(
        &server,
        &[("/stats/t.counter?agr=max&aggr=sum&aggr=max", 200, json!({"t.counter": 20}))],
    );
}

#[test]
fn old_paths_redirect_to_new_ones_by_relative_urls() {
    let (_directory, server) = originals();
    for (path, location) in [
        ("/stats", "stats/"),
        ("/stats?glob=*&exact", "stats/?glob=*&exact"),
        ("/files", "files/"),
        ("/graph", "./"),
        ("/graph/?filter=web", "../?filter=web"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (308, Some(location)), "{path}");
    }
}

#[test]
fn values_without_an_aggregate_are_rejected_with_a_reason() {
    let (_directory, server) = originals();
    for aggregator in ["avg", "sum", "nonzero-min", "nonzero-avg"] {
        let reason = reason(&server, &format!("/stats/t.text?aggr={aggregator}"), 400);
        assert!(reason.contains(aggregator) && reason.contains("\"t.text\""), "{reason}");
    }
    for aggregator in ["nonzero-min", "nonzero-avg"] {
        let reason = reason(&server, &format!("/stats/t.sys.uid?aggr={aggregator}"), 400);
        assert!(reason.contains("\"t.sys.uid\"") && reason.contains("0 in every file"), "{reason}");
    }
    for glob in ["[", "a**b/", "../*", "/etc/*", "%2Fetc%2F*"] {
        let reason = reason(&server, &format!("/stats/t.?glob={glob}"), 400);
        assert!(reason.starts_with("glob="), "{reason}");
    }
    assert!(reason(&server, "/files/%5B", 400).starts_with("glob="));
    assert!(reason(&server, "/files//etc/passwd", 400).starts_with("glob="));
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
fn non_finite_numbers_are_strings_and_labels_may_contain_any_character() {
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
fn a_signal_shuts_it_down_cleanly() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 0)] {
        let (_directory, server) = originals();
        assert_eq!(server.end(signal), Some(code));
    }
}
