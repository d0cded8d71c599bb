//! The OpenAPI document is accurate: responses match it, and it lists what is accepted.

use std::collections::BTreeSet;
use std::process;

use mmstats::Kind;
use mmstats_testing::command::dead_pid;
use mmstats_testing::document::Document;
use mmstats_testing::http;
use mmstats_testing::original::{content, field, original};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;

use crate::workers::Workers;

/// The document as it is served.
pub fn document(server: &Server) -> Document {
    Document::at(server, "/api/v1/openapi.json")
}

/// mmash on files of every kind: ours, the original's, dead, odd and broken ones.
fn everything() -> (Workers, Server) {
    let workers = Workers::new();
    let directory = workers.directory.path();
    write(directory, "mmstats-alive", &original(process::id()));
    write(directory, "mmstats-dead", &original(dead_pid()));
    write(directory, "mmstats-cut", &original(1)[..30]);
    write(directory, "mmstats-other", b"no stats at all");
    let odd = [
        field("odd.nan", "d", 0xff, &f64::NAN.to_ne_bytes()),
        field("odd.struct", "QQ", 0xff, &[7; 16]),
        field("odd.flag", "?", 0xff, &[1]),
        field("odd/🦀", "q", 0xff, &(-1_i64).to_ne_bytes()),
        field(r#"odd{way="east"}"#, "Q", 0xff, &[1; 8]),
        field(r#"odd{"my-key"="\\\n\"",way="west"}"#, "Q", 0xff, &[2; 8]),
    ];
    write(directory, "mmstats-odd", &content(&odd));
    for vector in ["py-0.6.1-every", "py-0.8.0-web"] {
        let from = format!("{}/../../tests/data/{vector}.mmstats", env!("CARGO_MANIFEST_DIR"));
        std::fs::copy(from, directory.join(format!("mmstats-{vector}"))).unwrap();
    }
    let server = crate::mmash(directory);
    (workers, server)
}

/// Requests: the document's path, the target and the expected status.
const REQUESTS: &[(&str, &str, u16)] = &[
    ("/", "/", 200),
    ("/api/v1/files", "/api/v1/files", 200),
    ("/api/v1/files", "/api/v1/files?glob=*.mmstats", 200),
    ("/api/v1/files", "/api/v1/files?glob=[", 400),
    ("/api/v1/files", "/api/v1/files?file=x", 400),
    ("/api/v1/history", "/api/v1/history", 200),
    ("/api/v1/history", "/api/v1/history?label=work&label=sizes&name=odd&from=1&step=2.5", 200),
    ("/api/v1/history", "/api/v1/history?label=none&to=1", 200),
    ("/api/v1/history", "/api/v1/history?from=yesterday", 400),
    ("/api/v1/history/ended", "/api/v1/history/ended", 200),
    ("/api/v1/history/ended", "/api/v1/history/ended?all=1", 400),
    ("/api/v1/stats", "/api/v1/stats", 200),
    ("/api/v1/stats", "/api/v1/stats?prefix=queue.&kind=gauge&limit=1&glob=worker-*", 200),
    ("/api/v1/stats", "/api/v1/stats?kind=unknown", 200),
    ("/api/v1/stats", "/api/v1/stats?limit=-1", 400),
    ("/api/v1/stats/{label}", "/api/v1/stats/work", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/sizes", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/queue.recent", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/sys.pid", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/odd.nan", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/odd.struct", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/odd%2F%F0%9F%A6%80", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/t.text", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/none", 404),
    ("/api/v1/stats/{label}", "/api/v1/stats/sizes?by=process", 200),
    ("/api/v1/stats/{label}", "/api/v1/stats/%FF", 400),
    ("/api/v1/stats/{label}", "/api/v1/stats/odd", 200),
    ("/api/v1/stats", "/api/v1/stats?name=odd", 200),
    ("/api/v1/names/{name}", "/api/v1/names/odd", 200),
    ("/api/v1/names/{name}", "/api/v1/names/odd?by=process&glob=*odd", 200),
    ("/api/v1/names/{name}", "/api/v1/names/odd.nan?by=thread", 400),
    ("/api/v1/names/{name}", "/api/v1/names/none", 404),
    ("/api/v1/openapi.json", "/api/v1/openapi.json", 200),
    ("/api/v1/openapi.json", "/api/v1/openapi.json?yaml", 400),
    ("/api/v1/stream", "/api/v1/stream?since=1", 400),
    ("/healthz", "/healthz", 200),
    ("/metrics", "/metrics", 200),
    ("/metrics", "/metrics?name=x", 200),
    ("/graph/", "/graph/", 308),
    ("/stats/", "/stats/", 200),
    ("/stats/{prefix}", "/stats/t.", 200),
    ("/stats/{prefix}", "/stats/odd?exact&glob=*odd", 200),
    ("/stats/{prefix}", "/stats/odd.", 200),
    ("/stats/{prefix}", "/stats/t.su64?aggr=sum", 200),
    ("/stats/{prefix}", "/stats/t.text?aggr=max", 200),
    ("/stats/{prefix}", "/stats/t.text?aggr=sum", 400),
    ("/files/", "/files/", 200),
    ("/files/{glob}", "/files/*.mmstats", 200),
    ("/files/{glob}", "/files/[", 400),
    ("/stats", "/stats", 308),
    ("/files", "/files", 308),
    ("/graph", "/graph", 308),
];

#[test]
fn every_response_matches_the_document() {
    let (_workers, server) = everything();
    let document = document(&server);
    for (path, target, status) in REQUESTS {
        let answer = server.get(target);
        assert_eq!(answer.status, *status, "{target}: {}", answer.body);
        document.check(path, target, &answer);
        let wrong = format!("PUT {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let rejected = http::send(server.address, &wrong).expect("an answer");
        assert_eq!(rejected.status, 405, "{target}");
        document.check(path, target, &rejected);
    }
}

#[test]
fn responses_without_stats_match_the_document_too() {
    let directory = tempfile::TempDir::new().unwrap();
    let server = crate::mmash(directory.path());
    let document = document(&server);
    for path in ["/api/v1/files", "/api/v1/stats", "/stats/", "/files/", "/metrics"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        document.check(path, path, &answer);
    }
}

#[test]
fn every_documented_response_is_tested() {
    let (_workers, server) = everything();
    let tested: BTreeSet<_> =
        REQUESTS.iter().map(|(path, _, status)| format!("{path} {status}")).collect();
    let mut documented = document(&server).answers();
    // Another test opens streams; nothing is stuck here.
    documented.retain(|answer| answer != "/api/v1/stream 200" && !answer.ends_with(" 503"));
    assert_eq!(documented, tested);
}

#[test]
fn v1_accepts_the_documented_parameters_and_no_others() {
    let (_workers, server) = everything();
    let document = document(&server);
    for (path, target) in [
        ("/api/v1/files", "/api/v1/files"),
        ("/api/v1/stats", "/api/v1/stats"),
        ("/api/v1/history", "/api/v1/history"),
        ("/api/v1/history/ended", "/api/v1/history/ended"),
        ("/api/v1/stats/{label}", "/api/v1/stats/work"),
        ("/api/v1/names/{name}", "/api/v1/names/work"),
        ("/api/v1/stream", "/api/v1/stream"),
        ("/api/v1/openapi.json", "/api/v1/openapi.json"),
    ] {
        let answer = server.get(&format!("{target}?surely=none"));
        assert_eq!(answer.status, 400, "{target}");
        let reason = answer.json()["error"].as_str().unwrap().to_owned();
        let known = match &*document.parameters(path) {
            [] => "none is accepted".to_owned(),
            names => format!("accepted are {}", names.join(", ")),
        };
        assert_eq!(reason, format!("surely=\"none\": unknown parameter; {known}"));
    }
    let kinds = document.operation("/api/v1/stats")["parameters"].as_array().unwrap();
    let kinds = kinds.iter().find(|given| given["name"] == "kind").unwrap();
    let kinds = kinds["schema"]["enum"].as_array().unwrap();
    let known = Kind::ALL.into_iter().map(Kind::name).chain(["unknown"]);
    assert!(kinds.iter().eq(known), "every kind and nothing else: {kinds:?}");
    for kind in kinds {
        let target = format!("/api/v1/stats?kind={}", kind.as_str().unwrap());
        assert_eq!(server.get(&target).status, 200, "{target}");
    }
}

#[test]
fn exactly_what_a_parameter_s_schema_allows_is_accepted() {
    let (_workers, server) = everything();
    let document = document(&server);
    let globs: Vec<_> = texts("a*?[!]-/", 3).chain(texts("a*[!]", 4)).collect();
    let numbers = ["", "0", "7", "-1", "1.5", "05", "+5", " 5", "x", "2147483648"].map(Into::into);
    let decimals =
        ["", "0", "1.5", "1e3", "-1", "05", "+5", " 5", ".5", "5.", "inf", "253402300801"];
    let decimals = decimals.map(Into::into);
    let kinds = ["", "counter", "unknown", "Counter", "kind"].map(Into::into);
    let others = ["", "a/b", "[", "\u{e9}", "%"].map(Into::into);
    for (path, parameter, texts) in [
        ("/api/v1/files", "glob", &globs[..]),
        ("/api/v1/stats", "limit", &numbers),
        ("/api/v1/history", "from", &decimals),
        ("/api/v1/history", "step", &decimals),
        ("/api/v1/stats", "kind", &kinds),
        ("/api/v1/stats", "prefix", &others),
    ] {
        let allowed = document.allowed(path, parameter);
        let mut connection = http::connect(server.address);
        for text in texts {
            let encoded = http::percent_encoded(text);
            http::ask(&mut connection, server.address, &format!("{path}?{parameter}={encoded}"));
            let answer = http::receive(&mut connection).expect("an answer");
            assert_eq!(
                answer.status == 200,
                allowed(text),
                "{parameter}={text:?}: {}",
                answer.body
            );
        }
    }
}

/// All texts of up to this many of these characters.
fn texts(characters: &'static str, length: u32) -> impl Iterator<Item = String> {
    (0..=length).flat_map(move |length| {
        (0..characters.len().pow(length)).map(move |number| {
            let digit = |at| number / characters.len().pow(at) % characters.len();
            (0..length).map(|at| characters.as_bytes()[digit(at)] as char).collect()
        })
    })
}
