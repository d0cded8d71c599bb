//! `/api/v1/`: files and stats as JSON.

use std::fs;
use std::process;
use std::time::{Duration, Instant};

use mmstats::{Average, Field, Histogram, Options};
use mmstats_testing::command::{dead_pid, tool};
use mmstats_testing::document::assert_valid;
use mmstats_testing::http::percent_encoded;
use mmstats_testing::original::{content, field, original};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::mmash;
use crate::openapi::document;
use crate::workers::Workers;

/// The time limit of every wait.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The reason of a rejected request.
#[track_caller]
pub fn reason(server: &Server, path: &str, status: u16) -> String {
    let answer = server.get(path);
    assert_eq!(answer.status, status, "{path}: {}", answer.body);
    answer.json()["error"].as_str().expect("a reason").to_owned()
}

/// The labels in a path's response, in its order.
#[track_caller]
fn labels(server: &Server, path: &str) -> Vec<String> {
    let answer = server.get(path).json();
    let stats = answer["stats"].as_array().unwrap_or_else(|| panic!("{path}: {answer}"));
    stats.iter().map(|stat| stat["label"].as_str().unwrap().to_owned()).collect()
}

/// The total of a label.
#[track_caller]
fn total(server: &Server, label: &str) -> Value {
    server.get(&format!("/api/v1/stats/{label}")).json()["stat"].take()
}

#[test]
fn a_mean_is_of_all_values_and_not_of_the_means() {
    let directory = tempfile::tempdir().unwrap();
    let _writers = [(1000, 1.0), (1, 1001.0)].map(|(times, value)| {
        let stats = Options::dynamic("Worker").path(directory.path()).create().unwrap();
        let size: Average = stats.add(Average::named("size")).unwrap();
        (0..times).for_each(|_| size.add(value));
        stats
    });
    let size = total(&mmash(directory.path()), "size");
    assert_eq!(size["value"], 2001.0 / 1001.0);
    assert_eq!((&size["least"], &size["greatest"]), (&json!(1.0), &json!(1001.0)));
    assert_eq!(size["components"], json!({"total": 2001.0, "count": 1001}));
}

#[test]
fn a_stat_is_aggregated_over_all_files_as_declared() {
    let Workers { server, writers: _writers, .. } = &Workers::new();
    for mut expected in [
        json!({"label": "jobs.done", "kind": "counter", "unit": "jobs", "aggregate": "sum",
            "files": 3, "value": 6, "help": "Jobs that ended."}),
        json!({"label": "jobs.most", "kind": "gauge", "unit": null, "aggregate": "max",
            "files": 3, "value": u64::MAX, "help": null}),
        json!({"label": "queue.depth", "kind": "gauge", "unit": null, "aggregate": "each",
            "files": 3, "value": null, "least": 1, "greatest": 3, "help": null}),
        json!({"label": "queue.taken", "kind": "up-down-counter", "unit": null, "aggregate": "sum",
            "files": 3, "value": -3, "help": null}),
        json!({"label": "queue.load", "kind": "gauge", "unit": null, "aggregate": "each",
            "files": 3, "value": "-inf", "help": null}),
        json!({"label": "queue.recent", "kind": "average", "unit": null, "aggregate": "each",
            "files": 3, "value": null, "help": null}),
        json!({"label": "work", "kind": "timer", "unit": "seconds", "aggregate": "sum",
            "files": 3, "value": 8.0 / 3.0, "help": null,
            "components": {"count": 3, "total": 8.0, "min": 2.0, "max": 3.0}}),
        json!({"label": "sizes", "kind": "histogram", "unit": "bytes", "aggregate": "sum",
            "files": 3, "value": 3, "help": null,
            "components": {"count": 3, "p50": 2, "p90": 3, "p99": 3, "max": 3,
                "buckets": [[1, 1, 1], [2, 2, 1], [3, 3, 1]], "overflow": 0,
                "range_end": (1_u64 << 40) - 1}}),
        json!({"label": "name", "kind": "info", "unit": null, "aggregate": "each",
            "files": 3, "value": null, "help": null}),
    ] {
        let label = &expected["label"].as_str().unwrap().to_owned();
        (expected["name"], expected["labels"]) = (json!(label), json!({}));
        let listed = server.get(&format!("/api/v1/stats?prefix={label}")).json();
        assert_eq!(listed["stats"], json!([expected]), "{label}");
        assert_eq!(total(server, label), expected, "{label} alone");
    }
}

#[test]
fn stats_are_selected_by_prefix_kind_and_glob_and_sorted() {
    let Workers { server, directory, .. } = &Workers::new();
    let all = labels(server, "/api/v1/stats");
    assert!(all.is_sorted() && all.len() == 9 + 7, "with those of the process: {all:?}");
    assert_eq!(labels(server, "/api/v1/stats?prefix=jobs."), ["jobs.done", "jobs.most"]);
    assert_eq!(labels(server, "/api/v1/stats?kind=timer"), ["work"]);
    assert_eq!(labels(server, "/api/v1/stats?kind=up-down-counter"), ["queue.taken"]);
    assert_eq!(labels(server, "/api/v1/stats?kind=gauge&prefix=queue.&limit=1"), ["queue.depth"]);
    assert!(labels(server, "/api/v1/stats?kind=unknown").is_empty());
    assert!(labels(server, "/api/v1/stats?glob=none*").is_empty());

    let some = server.get("/api/v1/stats?glob=worker-[12].*&prefix=jobs.&limit=1").json();
    assert_eq!(some["found"], 2, "how many there are without the limit");
    assert_eq!((&some["stats"][0]["files"], &some["stats"][0]["value"]), (&json!(2), &json!(3)));
    assert!(some["stats"].as_array().unwrap().len() == 1 && some["time"].as_f64() > Some(1.7e9));

    let file = write(directory.path(), "mmstats-old", &original(process::id()));
    let server = mmash(directory.path());
    assert_eq!(labels(&server, "/api/v1/stats?kind=unknown"), ["hits"]);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_stat_lists_the_value_of_each_file() {
    let workers = Workers::new();
    let me = json!(process::id());
    let answer = workers.server.get("/api/v1/stats/work").json();
    let values = answer["values"].as_array().unwrap();
    assert_eq!(values.len(), 3);
    for (number, value) in (1..).zip(values) {
        assert_eq!(value["path"], workers.path(number).to_str().unwrap());
        assert_eq!((&value["life"], &value["pid"]), (&json!("alive"), &me));
        assert!(value["tid"].is_i64(), "{value}");
        assert_eq!(
            (&value["type"], &value["components"]["count"]),
            (&json!("dQddddQ"), &json!(number - 1))
        );
    }
    let idle = workers.server.get("/api/v1/stats/queue.recent?glob=*-2.mmstats").json();
    assert_eq!(
        (&idle["values"][0]["expired"], &idle["values"][0]["value"]),
        (&json!(true), &json!(4.0))
    );
    assert_eq!(
        (&idle["values"].as_array().unwrap().len(), &idle["stat"]["files"]),
        (&1, &json!(1))
    );
    assert!(workers.server.get("/api/v1/stats/work").body.starts_with("{\"time\":"));
}

#[test]
fn a_stat_lists_each_process_and_what_is_new_in_its_histogram() {
    let workers = Workers::new();
    // A program of the original, which records neither its command nor its host.
    let pid = dead_pid();
    write(workers.directory.path(), "mmstats-gone", &original(pid));
    let by_process = |label: &str| {
        let answer = workers.server.get(&format!("/api/v1/stats/{label}?by=process")).json();
        answer["processes"].clone()
    };
    let done = by_process("jobs.done");
    let record = &done[0];
    assert_eq!(done.as_array().unwrap().len(), 1, "three files, one process: {done}");
    assert_eq!((&record["pid"], &record["figures"]), (&json!(process::id()), &json!({"value": 6})));
    assert!(record["command"].is_string() && record["host"].is_string(), "{record}");
    let begin = Instant::now();
    while workers.server.get("/api/v1/stats/hits").status != 200 {
        assert!(begin.elapsed() < TIMEOUT, "no poll in time");
    }
    let hits = by_process("hits");
    let figures = json!({"value": 7, "dead_files": 1, "live_files": 0});
    let id = format!("{pid}-0-0");
    let expected =
        json!([{"id": id, "command": null, "host": null, "pid": pid, "figures": figures}]);
    assert_eq!(hits, expected);

    // New counts since the previous poll are only known if somebody requested them then.
    let sizes: Histogram =
        workers.writers[0].add(Histogram::named("new.sizes").unit("bytes")).unwrap();
    sizes.record(5);
    let figures_of = |count: u64| {
        let begin = Instant::now();
        loop {
            let answer = workers.server.get("/api/v1/stats/new.sizes?by=process").json();
            let figures = &answer["processes"][0]["figures"];
            if figures["count"] == json!(count) {
                return figures.clone();
            }
            assert!(begin.elapsed() < TIMEOUT, "{answer}");
        }
    };
    figures_of(1);
    sizes.record(1000);
    let figures = figures_of(2);
    assert_eq!(figures["p50"], json!(5.0));
    assert!(figures["recent"]["p50"].as_f64() > Some(500.0), "{figures}");
}

#[test]
fn files_are_listed_with_identity_liveness_and_errors() {
    let workers = Workers::new();
    let directory = workers.directory.path();
    write(directory, "mmstats-gone", &original(dead_pid()));
    write(directory, "mmstats-cut", &original(process::id())[..30]);
    write(directory, "mmstats-other", b"no stats at all");
    let server = mmash(directory);
    let answer = server.get("/api/v1/files").json();
    let file = |name: &str| {
        let mut files = answer["files"].as_array().unwrap().iter();
        files.find(|file| file["name"] == name).unwrap_or_else(|| panic!("{name} in {answer}"))
    };
    let ours = file("worker-2.mmstats");
    assert_eq!(ours["path"], workers.path(2).to_str().unwrap());
    assert_eq!((&ours["life"], &ours["pid"]), (&json!("alive"), &json!(process::id())));
    assert_eq!(ours["size"], fs::metadata(workers.path(2)).unwrap().len());
    assert_eq!((&ours["stats"], &ours["problem"]), (&json!(9 + 7), &Value::Null));
    assert_eq!(ours["identity"]["struct"], "Worker");
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(ours["identity"]["boot_id"], boot.trim());
    assert!(ours["identity"]["start_time"].is_u64() && ours["identity"]["tid"].is_i64());
    assert!(ours["identity"]["pid_namespace"].is_u64());

    let gone = file("mmstats-gone");
    assert_eq!((&gone["life"], &gone["identity"]), (&json!("dead"), &Value::Null));
    assert!(gone["reason"].as_str().unwrap().contains("gone"), "{gone}");
    assert!(file("mmstats-cut")["problem"].is_string());
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().any(|error| error["path"].as_str().unwrap().ends_with("mmstats-other")));
    assert!(answer["looked_at"][0].as_str().unwrap().starts_with(directory.to_str().unwrap()));

    let some = server.get("/api/v1/files?glob=worker-*").json();
    assert_eq!(some["files"].as_array().unwrap().len(), 3);
}

#[test]
fn dead_programs_and_unpublished_threads_are_reported() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-dead", &original(dead_pid()));
    let _stats = Options::dynamic("web").path(directory.path()).create().unwrap();
    let server = mmash(directory.path());
    assert_eq!(server.get("/api/v1/files").json().get("unpublished"), None);
    let (hits, pid) = (total(&server, "hits"), total(&server, "sys.pid"));
    assert_eq!(
        (&hits["value"], &hits["files"], &hits["dead_files"]),
        (&json!(7), &json!(1), &json!(1))
    );
    let pids = (&pid["value"], &pid["files"], &pid["dead_files"]);
    assert_eq!(pids, (&json!(process::id()), &json!(1), &json!(1)));
    assert_eq!(total(&server, "sys.unpublished").get("dead_files"), None);

    let lost = || Options::dynamic("lost").path("/does/not/exist").or_private_memory();
    let _lost = [lost().create().unwrap(), lost().create().unwrap()];
    drop(server);
    let server = mmash(directory.path());
    let path = "/api/v1/files";
    let answer = server.get(path);
    document(&server).check(path, path, &answer);
    let found = &answer.json()["unpublished"];
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    let found = &found[0];
    assert_eq!((&found["pid"], &found["threads"]), (&json!(process::id()), &json!(2)));
}

#[test]
fn without_files_the_reason_is_reported() {
    let directory = TempDir::new().unwrap();
    let mut command = tool(env!("CARGO_BIN_EXE_mmash"));
    command.args(["--listen", "127.0.0.1:0"]).env("MMSTATS_PATH", directory.path().join("none"));
    let server = Server::start(&mut command);
    let answer = server.get("/api/v1/files").json();
    let schema = json!({"$ref": "#/components/schemas/Files"});
    assert_valid(&document(&server).validator(&schema), &answer, "no files");
    let locations = answer["looked_at"].as_array().unwrap();
    assert_eq!(locations.len(), 2);
    for location in locations {
        let state = &answer["nothing"]["places"][location.as_str().unwrap()];
        assert!(state.as_str().unwrap().contains("no such directory"), "{location}: {state}");
    }
    let reasons = answer["nothing"]["reasons"].to_string();
    assert!(reasons.contains("PrivateTmp") && reasons.contains("may not look"), "{reasons}");
}

#[test]
fn a_label_may_contain_any_character_and_none_controls_a_terminal() {
    let odd =
        ["a/b", "/", "//a", "100%", "a?b&c=d#e", "🦀 grüße", "..", "\x1b[2J", "\u{202e}", "\u{9b}"];
    let directory = TempDir::new().unwrap();
    let fields: Vec<_> =
        odd.iter().map(|label| field(label, "Q", 0xff, &u64::MAX.to_ne_bytes())).collect();
    write(directory.path(), "mmstats-\x1b]0;odd", &content(&fields));
    let server = mmash(directory.path());
    for label in odd {
        for path in [
            format!("/api/v1/stats/{}", percent_encoded(label)),
            format!("/api/v1/stats?prefix={}", percent_encoded(label)),
            format!("/api/v1/stats/{}x", percent_encoded(label)),
            format!("/stats/{}", percent_encoded(label)),
        ] {
            let answer = server.get(&path);
            let harmful = |character: char| character != '\n' && character.is_control();
            assert!(!answer.body.contains(harmful) && !answer.body.contains('\u{202e}'), "{path}");
        }
        let answer = server.get(&format!("/api/v1/stats/{}", percent_encoded(label)));
        assert_eq!(answer.status, 200, "{label:?}: {}", answer.body);
        assert!(answer.body.contains("\"value\":18446744073709551615,"), "{}", answer.body);
        assert_eq!(answer.json()["stat"]["label"], label);
    }
}

#[test]
fn an_unknown_label_is_not_found_and_similar_ones_are_suggested() {
    let Workers { server, .. } = &Workers::new();
    let missing = reason(server, "/api/v1/stats/Jobs.Done", 404);
    assert!(missing.contains("\"Jobs.Done\"; did you mean \"jobs.done\"?"), "{missing}");
    let missing = reason(server, "/api/v1/stats/jobs", 404);
    assert!(missing.contains("did you mean \"jobs.done\" or \"jobs.most\"?"), "{missing}");
    let missing = reason(server, "/api/v1/stats/nothing%2Flike%20it", 404);
    assert!(missing.ends_with("\"nothing/like it\""), "{missing}");
    let missing = reason(server, "/api/v1/stats/work?glob=none", 404);
    assert!(missing.contains("\"work\""), "{missing}");
}

#[test]
fn an_invalid_parameter_is_rejected_by_name_and_value() {
    let Workers { server, .. } = &Workers::new();
    for (path, parts) in [
        ("stats?limit=-1", &["limit=\"-1\"", "integer"][..]),
        ("stats?limit=", &["limit=\"\""]),
        ("stats?limit=1e9", &["limit=\"1e9\""]),
        ("stats?kind=counters", &["kind=\"counters\"", "counter, gauge", "unknown"]),
        ("stats?glob=%5B", &["glob=\"[\""]),
        ("stats?glob=..%2F*", &["glob=\"../*\"", "'/'"]),
        (
            "stats?prefx=web",
            &["prefx=\"web\"", "unknown parameter", "prefix, name, glob, kind, limit"],
        ),
        ("stats?prefix=a&prefix=b", &["prefix=\"b\"", "twice"]),
        ("stats/work?prefix=a", &["prefix=\"a\"", "accepted are glob"]),
        ("stats/work?by=thread", &["by=\"thread\"", "process"]),
        ("stats/work?glob=/etc/*", &["glob=\"/etc/*\""]),
        ("stats/%FF", &["path=", "UTF-8"]),
        ("files?glob=%5B", &["glob=\"[\""]),
        ("files?x=%1B%5B2J", &["x=\"\\u{1b}[2J\""]),
        ("files?%1B", &["\\u{1b}=\"\""]),
    ] {
        let found = reason(server, &format!("/api/v1/{path}"), 400);
        for part in parts {
            assert!(found.contains(part), "{path}: {part:?} in {found:?}");
        }
    }
}

#[test]
fn responses_are_lines_of_json_that_are_not_cached() {
    let Workers { server, .. } = &Workers::new();
    for path in ["/api/v1/files", "/api/v1/stats", "/api/v1/stats/work", "/stats/", "/files/"] {
        let answer = server.get(path);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.body.lines().count() == 1 && answer.body.ends_with("}\n"), "{path}");
    }
}
