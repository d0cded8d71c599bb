//! What mmash rejects, with requests that no browser would send.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use mmstats_testing::http::{self, Answer};
use mmstats_testing::original::original;
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use crate::command;

/// The maximum number of streams.
const STREAMS: usize = 128;

const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; object-src 'none'";

/// mmash on one file of the original's.
fn served() -> (TempDir, Server) {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-one", &original(1));
    let server = Server::start(command(directory.path()).args(["--interval", "0.05"]));
    (directory, server)
}

/// The response to a request with these lines, up to but without the empty one.
#[track_caller]
fn ask(server: &Server, lines: &str) -> Answer {
    let answer = http::send(server.address, &format!("{lines}\r\n\r\n"));
    answer.unwrap_or_else(|| panic!("no answer to {lines:?}"))
}

/// The response to HEAD, on a connection that stays open.
fn head(connection: &mut TcpStream, path: &str) -> Answer {
    let request = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    http::receive_head(connection).expect("an answer")
}

/// An open stream, and the head of its response.
fn watch(server: &Server) -> (TcpStream, Answer) {
    let mut connection = http::connect(server.address);
    let request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    connection.write_all(request.as_bytes()).unwrap();
    let answer = http::receive_head(&mut connection).expect("an answer");
    (connection, answer)
}

/// Reads until this text has arrived.
#[track_caller]
fn await_text(connection: &mut TcpStream, text: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        let mut part = [0; 4096];
        let length = connection.read(&mut part).unwrap();
        assert!(length > 0, "it ended without {text:?}");
        seen.extend_from_slice(&part[..length]);
    }
}

#[track_caller]
fn assert_safe(answer: &Answer) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
    assert!(answer.header("cache-control").is_some(), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), None, "{answer:?}");
}

/// Rejected with this status and a reason that contains this.
#[track_caller]
fn assert_refused(answer: &Answer, status: u16, reason: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let reported = answer.json();
    assert!(
        reported["error"].as_str().is_some_and(|reported| reported.contains(reason)),
        "{reported}"
    );
    assert_safe(answer);
}

#[test]
fn hosts_that_nobody_else_can_own_are_answered() {
    let (_directory, server) = served();
    let port = server.address.port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LocalHost.:{port}"),
        format!("[::1]:{port}"),
        "localhost".into(),
        "192.168.7.9".into(),
    ] {
        let answer = ask(&server, &format!("GET /stats/ HTTP/1.1\r\nHost: {host}"));
        assert_eq!(answer.status, 200, "{host}: {answer:?}");
    }
    let answer = ask(&server, "GET http://localhost:1/stats/ HTTP/1.1\r\nhost: LOCALHOST:1");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(ask(&server, "GET /stats/ HTTP/1.0\r\nHost: localhost").status, 200);
}

#[test]
fn names_that_others_may_have_pointed_here_are_rejected() {
    let (_directory, server) = served();
    for host in [
        "evil.example",
        "evil.example:5002",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "2130706433",
        "",
    ] {
        let answer = ask(&server, &format!("GET /stats/ HTTP/1.1\r\nHost: {host}"));
        assert_refused(&answer, 421, &format!("host {host:?} isn't accepted"));
    }
    let answer = ask(&server, "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example");
    assert_refused(&answer, 421, "evil.example");
}

#[test]
fn a_request_names_exactly_one_host() {
    let (_directory, server) = served();
    for (lines, reason) in [
        ("GET /stats/ HTTP/1.1", "no Host header"),
        ("GET /stats/ HTTP/1.0", "no Host header"),
        ("GET http://localhost/stats/ HTTP/1.1", "no Host header"),
        ("GET /stats/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example", "several hosts"),
        ("GET /stats/ HTTP/1.1\r\nHost: localhost\r\nHost: localhost", "several hosts"),
        ("GET http://evil.example/stats/ HTTP/1.1\r\nHost: localhost", "several hosts"),
        ("GET http://localhost/stats/ HTTP/1.1\r\nHost: evil.example", "several hosts"),
        ("GET http://x@localhost/stats/ HTTP/1.1\r\nHost: localhost", "several hosts"),
        ("GET /stats/ HTTP/1.1\r\nHost: \u{e9}vil", "isn't ASCII"),
    ] {
        assert_refused(&ask(&server, lines), 400, reason);
    }
}

#[test]
fn a_host_given_as_an_argument_is_answered() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(command(directory.path()).args(["--host", "Stats.Example."]));
    for host in ["stats.example", "STATS.example:80", "localhost"] {
        let answer = ask(&server, &format!("GET /stats/ HTTP/1.1\r\nHost: {host}"));
        assert_eq!(answer.status, 200, "{host}");
    }
    let answer = ask(&server, "GET /stats/ HTTP/1.1\r\nHost: more.stats.example");
    assert_refused(&answer, 421, "more.stats.example");
}

#[test]
fn only_get_and_head_are_allowed() {
    let (_directory, server) = served();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "FROBNICATE"] {
        let answer = ask(&server, &format!("{method} /stats/ HTTP/1.1\r\nHost: localhost"));
        assert_refused(&answer, 405, &format!("{method} isn't allowed"));
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    }
    let answer = ask(&server, "OPTIONS * HTTP/1.1\r\nHost: localhost");
    assert_refused(&answer, 405, "OPTIONS isn't allowed");
    let answer = ask(&server, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80");
    assert_refused(&answer, 405, "CONNECT isn't allowed");
    let preflight = "OPTIONS /stats/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\
                     Access-Control-Request-Method: GET";
    assert_refused(&ask(&server, preflight), 405, "OPTIONS isn't allowed");
}

#[test]
fn invalid_http_is_rejected_and_the_connection_closed() {
    let (_directory, server) = served();
    for garbage in [
        "\0\0\0\0\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n",
        "GET\r\n\r\n",
        "GET /stats/\r\n\r\n",
        "GET /stats/ HTTP/9.9\r\n\r\n",
        "GET /stats/ HTTP/1.1\r\nHost localhost\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut connection = http::connect(server.address);
        connection.write_all(garbage.as_bytes()).unwrap();
        let answer = http::receive(&mut connection);
        assert!(
            answer.as_ref().is_none_or(|answer| answer.status == 400),
            "{garbage:?}: {answer:?}"
        );
        assert!(answer.is_none_or(|answer| answer.body.is_empty()), "{garbage:?}");
        assert!(matches!(connection.read(&mut [0]), Ok(0) | Err(_)), "{garbage:?}: it stays open");
    }
    assert_eq!(server.get("/stats/").status, 200);
}

#[test]
fn a_request_has_no_body() {
    let (_directory, server) = served();
    for lines in [
        "GET /stats/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5",
        "HEAD /stats/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999",
        "GET /stats/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked",
        "GET /stats/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue",
    ] {
        let mut connection = http::connect(server.address);
        connection.write_all(format!("{lines}\r\n\r\n").as_bytes()).unwrap();
        let answer = http::receive_head(&mut connection).expect("an answer");
        assert_eq!(answer.status, 413, "{lines}: {answer:?}");
        assert_safe(&answer);
    }
    let none = "GET /stats/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0";
    assert_eq!(ask(&server, none).status, 200);
}

#[test]
fn a_body_is_never_taken_for_a_request() {
    let (_directory, server) = served();
    let hidden = "GET /stats/ HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut connection = http::connect(server.address);
    let head = "POST /stats/ HTTP/1.1\r\nHost: localhost\r\nContent-Length";
    let next = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let request = format!("{head}: {}\r\n\r\n{hidden}{next}", hidden.len());
    connection.write_all(request.as_bytes()).unwrap();
    assert_eq!(http::receive(&mut connection).expect("an answer").status, 405);
    assert_ne!(http::receive(&mut connection).map(|answer| answer.status), Some(200));
    for contradiction in ["Content-Length: 1\r\nContent-Length: 2", "Content-Length: +1"] {
        let lines = format!("GET /stats/ HTTP/1.1\r\nHost: localhost\r\n{contradiction}");
        assert_eq!(ask(&server, &lines).status, 400, "{contradiction}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (_directory, server) = served();
    let mut connection = http::connect(server.address);
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let all = [request("/stats/hits"), request("/nowhere"), request("/stats/sys.pid")].concat();
    connection.write_all(all.as_bytes()).unwrap();
    let mut next = || http::receive(&mut connection).expect("an answer");
    assert_eq!(next().body.trim_end(), r#"{"hits":[7]}"#);
    assert_eq!(next().status, 404);
    assert_eq!(next().body.trim_end(), r#"{"sys.pid":[1]}"#);
}

#[test]
fn a_head_that_is_too_large_is_rejected() {
    let (_directory, server) = served();
    let long = "x".repeat(64 << 10);
    let many = "X-Many: x\r\n".repeat(200);
    for lines in [
        format!("GET /{long} HTTP/1.1\r\nHost: localhost"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {long}"),
        format!("GET / HTTP/1.1\r\n{many}Host: localhost"),
    ] {
        let mut connection = http::connect(server.address);
        // The server may have closed before everything is sent.
        let _ = connection.write_all(format!("{lines}\r\n\r\n").as_bytes());
        if let Some(answer) = http::receive(&mut connection) {
            assert!(matches!(answer.status, 414 | 431), "{answer:?}");
        }
        assert!(matches!(connection.read(&mut [0]), Ok(0) | Err(_)), "it stays open");
    }
    let fits = "x".repeat(4 << 10);
    let answer =
        ask(&server, &format!("GET /stats/ HTTP/1.1\r\nHost: localhost\r\nCookie: {fits}"));
    assert_eq!(answer.status, 200);
}

#[test]
fn every_kind_of_response_has_security_headers() {
    let (_directory, server) = served();
    for path in ["/", "/page/page.js", "/kit/style.css", "/stats/", "/files/", "/api/v1/files"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_safe(&answer);
    }
    assert_refused(&server.get("/stats/x?glob=["), 400, "glob=");
    let (_connection, stream) = watch(&server);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_safe(&stream);
}

#[test]
fn a_cached_asset_is_not_sent_again() {
    let (_directory, server) = served();
    let tag = server.get("/page/page.js").header("etag").expect("a tag").to_owned();
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let lines =
            format!("GET /page/page.js HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {known}");
        let answer = ask(&server, &lines);
        assert_eq!((answer.status, &*answer.body), (304, ""));
        assert_eq!(answer.header("etag"), Some(&*tag));
        assert_safe(&answer);
    }
    let lines = "GET /page/page.js HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"other\"";
    assert_eq!(ask(&server, lines).status, 200);
}

#[test]
fn a_missing_path_is_reported_with_a_reason() {
    let (_directory, server) = served();
    for path in ["/nowhere", "/../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd"] {
        assert_refused(&server.get(path), 404, "there is nothing at");
    }
}

#[test]
fn no_glob_reaches_outside_the_stats_directories() {
    let (directory, server) = served();
    let outside = TempDir::new().unwrap();
    let secret = write(outside.path(), "mmstats-secret", &original(2));
    let secret = secret.to_str().unwrap();
    fs::create_dir(directory.path().join("deeper")).unwrap();
    write(&directory.path().join("deeper"), "mmstats-deeper", &original(3));
    for glob in [secret, "../*", "/etc/*", "deeper/*", "**/mmstats-deeper", "*/*"] {
        let encoded = glob.replace('/', "%2F");
        assert_refused(&server.get(&format!("/stats/hits?glob={encoded}")), 400, "glob=");
        assert_refused(&server.get(&format!("/files/{encoded}")), 400, "glob=");
    }
    for glob in ["..", "mmstats-secret", "mmstats-deeper", "..%00", "passwd"] {
        assert_eq!(server.get(&format!("/stats/hits?glob={glob}")).json(), serde_json::json!({}));
    }
    assert_eq!(server.get("/stats/hits?glob=*").json(), serde_json::json!({"hits": [7]}));
}

#[test]
fn head_is_answered_like_get_without_the_body() {
    let (_directory, server) = served();
    let mut connection = http::connect(server.address);
    for path in ["/", "/page/page.js", "/stats/", "/api/v1/files", "/nowhere", "/stats/x?glob=["] {
        let (long, short) = (server.get(path), head(&mut connection, path));
        assert_eq!(short.status, long.status, "{path}");
        assert_eq!(short.header("content-type"), long.header("content-type"), "{path}");
        assert_safe(&short);
    }
    let scripted = server.get("/page/page.js");
    let answer = head(&mut connection, "/page/page.js");
    assert_eq!(answer.header("content-length"), scripted.header("content-length"));
}

#[test]
fn head_of_the_stream_opens_no_stream() {
    let (_directory, server) = served();
    let mut connection = http::connect(server.address);
    for _ in 0..=STREAMS {
        assert_eq!(head(&mut connection, "/api/v1/stream").status, 200);
    }
    assert_eq!(watch(&server).1.status, 200);
}

#[test]
fn too_many_streams_are_rejected_and_the_others_continue() {
    let (_directory, server) = served();
    let mut pages: Vec<_> = (0..STREAMS).map(|_| watch(&server)).collect();
    assert!(pages.iter().all(|(_, answer)| answer.status == 200));
    let refused = server.get("/api/v1/stream");
    assert_refused(&refused, 503, "too many open streams (limit 128)");
    assert_eq!(server.get("/stats/hits").status, 200);
    for page in [0, STREAMS - 1] {
        await_text(&mut pages[page].0, "event: change");
    }
    // When one closes, another one may open, as soon as the server has noticed.
    drop(pages.pop());
    assert!((0..10_000).any(|_| watch(&server).1.status == 200));
}

#[test]
fn a_page_that_reads_nothing_blocks_nobody() {
    let (_directory, server) = served();
    let (_idle, answer) = watch(&server);
    assert_eq!(answer.status, 200);
    let (mut reading, _) = watch(&server);
    for _ in 0..3 {
        await_text(&mut reading, "event: change");
    }
    assert_eq!(server.get("/stats/hits").status, 200);
}
