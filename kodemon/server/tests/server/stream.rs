//! `/api/stream`: executions as they are stored.

use std::io::{BufRead, BufReader, Write};

use mmstats_testing::document::{Document, assert_valid};
use mmstats_testing::http::{self, Chunks};
use mmstats_testing::kodemon::{Kodemon, start};
use serde_json::{Value, json};

/// A client that watches.
struct Watcher(BufReader<Chunks>);

impl Watcher {
    fn of(kodemon: &Kodemon, path: &str) -> Self {
        let mut stream = http::connect(kodemon.server.address);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let head = http::receive_head(&mut stream).expect("an answer");
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        Self(BufReader::new(Chunks::of(stream)))
    }

    /// The name and the data of the next event; `None` at the end.
    fn next(&mut self) -> Option<(String, Value)> {
        let name = self.line("event: ")?;
        Some((name, serde_json::from_str(&self.line("data: ")?).unwrap()))
    }

    /// The next event with this member.
    fn next_with(&mut self, member: &str) -> Value {
        loop {
            let (_, data) = self.next().expect("more events");
            if data[member] != json!([]) {
                return data;
            }
        }
    }

    fn line(&mut self, field: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(value) = line.strip_prefix(field) {
                return Some(value.trim_end().to_owned());
            }
        }
    }
}

#[test]
fn calls_of_all_keys_are_streamed_as_sums() {
    let (_directory, kodemon) = start();
    let document = Document::at(&kodemon.server, "/api/openapi.json");
    let step = document.validator(&json!({"$ref": "#/components/schemas/Step"}));
    let mut watcher = Watcher::of(&kodemon, "/api/stream");
    let (name, whole) = watcher.next().unwrap();
    assert_eq!((&*name, &whole["keys"]), ("whole", &json!([])));
    assert_valid(&step, &whole, "whole");
    for time in [0.25, 0.5, 0.75, 1.0] {
        kodemon.call("f", time, 1.0);
    }
    let mut reported = json!({"count": 0});
    while reported["count"] != 4 {
        let event = watcher.next_with("keys");
        assert_valid(&step, &event, "change");
        let next = event["keys"][0].clone();
        // They may be stored in two steps.
        let count = reported["count"].as_u64().unwrap() + next["count"].as_u64().unwrap();
        assert_eq!(next["key"], "f");
        reported = next;
        reported["count"] = count.into();
    }
    assert_eq!(reported["max"], 1.0);
}

#[test]
fn each_call_of_one_key_is_streamed() {
    let (_directory, kodemon) = start();
    let document = Document::at(&kodemon.server, "/api/openapi.json");
    let step = document.validator(&json!({"$ref": "#/components/schemas/StepOfKey"}));
    let mut watcher = Watcher::of(&kodemon, "/api/stream?key=a%2Fb.rs-f%20g");
    assert_eq!(watcher.next().unwrap().0, "whole");
    kodemon.call("other", 9.0, 1.0);
    kodemon.send(format!(
        r#"{{"execution_time":0.5,"timestamp":{},"token":"t","key":"a/b.rs-f g","customer":
"<b>","more":{{
}}}}"#,
        mmstats_testing::kodemon::now()
    ));
    let event = watcher.next_with("executions");
    assert_eq!(event["executions"].as_array().unwrap().len(), 1, "{event}");
    let reported = &event["executions"][0];
    assert_eq!(reported["execution_time"], 0.5);
    assert_eq!(
        (&reported["token"], &reported["extra"]),
        (&json!("t"), &json!({"customer": "<b>", "more": {}}))
    );
    assert_eq!(event["left_out"], 0);
    assert_valid(&step, &event, "change");
}

#[test]
fn calls_beyond_the_limit_of_a_step_are_counted() {
    let (_directory, kodemon) = start();
    let mut watcher = Watcher::of(&kodemon, "/api/stream?key=f");
    assert_eq!(watcher.next().unwrap().0, "whole");
    let sent = 5_000;
    for _ in 0..sent {
        kodemon.call("f", 0.001, 1.0);
    }
    let mut reported = 0;
    while reported < sent {
        let event = watcher.next_with("executions");
        let executions = event["executions"].as_array().unwrap().len() as u64;
        assert!(executions <= 1_000);
        reported += executions + event["left_out"].as_u64().unwrap();
    }
    assert_eq!(reported, sent);
}

#[test]
fn streams_end_with_the_server() {
    let (_directory, kodemon) = start();
    let mut watchers =
        [Watcher::of(&kodemon, "/api/stream"), Watcher::of(&kodemon, "/api/stream?key=f")];
    let code = kodemon.server.end(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(code, Some(0));
    for watcher in &mut watchers {
        while watcher.next().is_some() {}
    }
}

#[test]
fn the_number_of_streams_is_limited() {
    let (_directory, kodemon) = start();
    let of_key: Vec<_> = (0..16).map(|_| Watcher::of(&kodemon, "/api/stream?key=f")).collect();
    let refused = kodemon.server.get("/api/stream?key=f");
    assert_eq!(refused.status, 503, "{}", refused.body);
    let _other = Watcher::of(&kodemon, "/api/stream?key=g");
    drop(of_key);
}
