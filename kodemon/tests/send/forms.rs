//! Every form of a timed function sends its message.

use std::time::SystemTime;

use serde_json::Value;

use crate::program::{Program, Server};

#[test]
fn a_call_sends_one_message_of_four_fields() {
    let server = Server::start();
    let before = now();
    assert_eq!(Program::of(&server).call("plain"), "21");
    let Value::Object(message) = server.message() else { panic!("an object") };
    let names: Vec<_> = message.keys().map(String::as_str).collect();
    assert_eq!(names, ["execution_time", "key", "timestamp", "token"]);
    assert_eq!(message["key"], "calls.rs-plain");
    assert_eq!(message["token"], "test-token");
    let took = message["execution_time"].as_f64().unwrap();
    assert!((0.0..10.0).contains(&took), "{took} s");
    let began = message["timestamp"].as_f64().unwrap();
    assert!((before..now()).contains(&began), "{began} is after {before}");
    assert!(server.is_quiet());
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}
