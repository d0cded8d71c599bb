//! How much mmash accepts of what others put into the directory.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use mmstats_testing::http;
use mmstats_testing::original::{content, field, original};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use serde_json::Value;
use tempfile::TempDir;

use crate::command;

/// The largest resident set of a process so far, in MiB.
fn peak(server: &Server) -> u64 {
    server.proc_number("status", "VmHWM:") >> 10
}

/// mmash with a stream and a scrape, after several polls.
fn watched(directory: &Path, arguments: &[&str]) -> (Server, Value) {
    let server = Server::start(command(directory).args(["--interval", "0.2"]).args(arguments));
    let mut stream = http::connect(server.address);
    stream.write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    http::receive_head(&mut stream).expect("an answer");
    let files = server.get("/api/v1/files").json();
    for _ in 0..3 {
        assert_eq!(server.get("/metrics").status, 200);
        let time = &server.get("/api/v1/files").json()["time"];
        while &server.get("/api/v1/files").json()["time"] == time {}
    }
    (server, files)
}

fn labelled(count: usize) -> Vec<u8> {
    let stats: Vec<_> = (0..count).map(|n| field(n.to_string(), "B", 0xff, &[7])).collect();
    content(&stats)
}

#[test]
fn a_file_of_too_many_labels_is_an_error_and_the_others_are_read() {
    let directory = TempDir::new().unwrap();
    let large = write(directory.path(), "mmstats-large", &labelled(300_000));
    write(directory.path(), "mmstats-small", &original(1));
    let (server, files) = watched(directory.path(), &[]);
    let errors = files["errors"].as_array().unwrap();
    assert_eq!((errors.len(), errors[0]["path"].as_str()), (1, large.to_str()));
    let reason = errors[0]["error"].as_str().unwrap();
    assert!(reason.contains("more than 200000 labels (--max-labels,"), "{reason}");
    assert_eq!(server.get("/stats/hits").json(), serde_json::json!({"hits": [7]}));
    let peak = peak(&server);
    assert!(peak < 128, "{peak} MiB");
}

#[test]
fn limits_are_over_all_files_in_the_order_of_their_paths() {
    let directory = TempDir::new().unwrap();
    for name in ["mmstats-1", "mmstats-2", "mmstats-3"] {
        write(directory.path(), name, &content(&[field(name, "B", 0xff, &[7])]));
    }
    write(directory.path(), "mmstats-4", &content(&[field("mmstats-1", "B", 0xff, &[7])]));
    let (server, files) = watched(directory.path(), &["--max-labels", "2"]);
    let error = &files["errors"][0];
    assert!(error["path"].as_str().unwrap().ends_with("/mmstats-3"), "{error}");
    let labels = server.get("/stats/").json();
    assert_eq!(labels, serde_json::json!({"stats": ["mmstats-1", "mmstats-2"]}));
    let (_server, files) = watched(directory.path(), &["--max-bytes", "2100"]);
    let errors = files["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{files}");
    assert!(errors[0]["error"].as_str().unwrap().contains("(--max-bytes, "), "{files}");
}

#[test]
fn full_responses_block_no_other_request() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "mmstats-large", &labelled(100_000));
    let server = Server::start(command(directory.path()).args(["--interval", "3600"]));
    for path in ["/stats/", "/api/v1/stats"] {
        let mut everything = [(); 3].map(|()| http::connect(server.address));
        for stream in &mut everything {
            http::ask(stream, server.address, path);
        }
        assert_eq!(server.get("/healthz").status, 200);
        assert!(everything.iter().all(|stream| !http::has_answer(stream)), "{path} takes longer");
    }
}

#[test]
fn holes_take_no_memory() {
    let directory = TempDir::new_in("/dev/shm").unwrap();
    for number in 0..40 {
        let path = write(directory.path(), format!("mmstats-{number}"), b"\x01\0\0");
        File::options().write(true).open(path).unwrap().set_len(64 << 20).unwrap();
    }
    let (server, files) = watched(directory.path(), &[]);
    assert_eq!(files["files"].as_array().unwrap().len(), 40);
    let peak = peak(&server);
    assert!(peak < 128, "{peak} MiB");
}

#[test]
fn the_list_of_errors_is_limited() {
    let directory = TempDir::new().unwrap();
    for number in 0..1_500 {
        write(directory.path(), format!("mmstats-{number}"), b"no stats");
    }
    let (_server, files) = watched(directory.path(), &[]);
    let errors = files["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1_001);
    assert!(errors[1_000]["error"].as_str().unwrap().contains("more are not listed"));
}
