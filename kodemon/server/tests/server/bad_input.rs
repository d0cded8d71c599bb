//! Invalid and excess messages are counted, and nothing else is lost because of them.

use std::fs;

use mmstats_testing::kodemon::{Kodemon, command, message, now, start};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How many messages are sent before waiting until they are received: far fewer than the kernel
/// buffers.
const AT_ONCE: u64 = 500;

/// Sends each and waits until all are received.
fn send_all(kodemon: &Kodemon, datagrams: impl IntoIterator<Item = String>) {
    let before = kodemon.health()["received"].as_u64().unwrap();
    let mut sent = 0;
    for datagram in datagrams {
        kodemon.send(datagram);
        sent += 1;
        if sent % AT_ONCE == 0 {
            kodemon.until(|health| health["received"] == before + sent);
        }
    }
    kodemon.until(|health| health["received"] == before + sent);
}

/// Sends a datagram that is rejected and returns the reason under which it is counted.
fn counted(kodemon: &Kodemon, datagram: impl AsRef<[u8]>) -> Vec<String> {
    let before = kodemon.health();
    kodemon.send(datagram);
    let after = kodemon.until(|health| health["received"] != before["received"]);
    let refused = after["refused"].as_object().unwrap();
    let counted = refused.iter().filter(|(reason, count)| before["refused"][reason] != **count);
    counted.map(|(reason, _)| reason.clone()).collect()
}

#[test]
fn invalid_messages_are_counted_by_reason() {
    let (_directory, kodemon) = start();
    let with = |name: &str, value: Value| {
        let mut message = message("f", 0.5, now());
        message[name] = value;
        message.to_string()
    };
    let as_text = |name: &str, text: &str| with(name, json!("PLACE")).replace("\"PLACE\"", text);
    for datagram in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "\u{feff}{}".to_owned(),
        json!([message("f", 0.5, now())]).to_string(),
        json!({"key": "f", "token": "t", "timestamp": now()}).to_string(),
        with("execution_time", json!("0.5")),
        with("timestamp", json!(now().to_string())),
        with("key", json!(7)),
        with("token", Value::Null),
        as_text("execution_time", "NaN"),
        as_text("execution_time", "Infinity"),
        as_text("execution_time", "1e999"),
        with("execution_time", json!(-0.001)),
        with("execution_time", json!(1e9)),
        with("key", json!("k".repeat(513))),
        as_text("more", &format!("{}1{}", "[".repeat(3_000), "]".repeat(3_000))),
        "[".repeat(8_000),
    ] {
        assert_eq!(counted(&kodemon, &datagram), ["malformed"], "{datagram}");
    }
    assert_eq!(counted(&kodemon, b"{\"key\":\"\xff\"}"), ["malformed"]);
    assert_eq!(counted(&kodemon, vec![b' '; 8 << 10]), ["malformed"]);
    assert_eq!(counted(&kodemon, vec![b' '; (8 << 10) + 1]), ["oversized"]);
    assert_eq!(counted(&kodemon, vec![b' '; 65_507]), ["oversized"]);
    assert_eq!(counted(&kodemon, "[".repeat(10_000)), ["oversized"]);
    for timestamp in [now() + 4000.0, now() - 31.0 * 86400.0, 0.0, -1.0, 1e300, -1e300] {
        assert_eq!(counted(&kodemon, with("timestamp", json!(timestamp))), ["time"]);
    }
    assert_eq!(counted(&kodemon, with("timestamp", json!(now() + 3000.0))), [""; 0]);
    assert_eq!(counted(&kodemon, with("timestamp", json!(now() - 29.0 * 86400.0))), [""; 0]);
    kodemon.until_stored(2);
}

#[test]
fn tokens_that_are_not_accepted_are_rejected() {
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::of(command(directory.path()).args(["--token", "a", "--token", "b"]));
    for token in ["a", "b", "", "test-token", "A"] {
        let mut message = message("f", 0.5, now());
        message["token"] = token.into();
        kodemon.send(message.to_string());
    }
    let health = kodemon.until(|health| health["received"] == 5);
    assert_eq!(health["refused"]["token"], 3);
    kodemon.until_stored(2);
}

#[test]
fn new_keys_beyond_the_limit_are_rejected_and_known_ones_accepted() {
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::of(command(directory.path()).args(["--max-keys", "100"]));
    let (keys, time) = (50_000, now());
    let memory = || kodemon.server.proc_number("status", "VmRSS:");
    let message = |key: usize| message(&format!("key {key}"), 0.5, time).to_string();
    send_all(&kodemon, (0..1_000).map(message));
    let before = memory();
    send_all(&kodemon, (1_000..keys).map(message));
    send_all(&kodemon, (0..100).map(message));
    kodemon.until_stored(200);
    assert_eq!(kodemon.health()["refused"]["names"], keys - 100);
    assert!(memory() < before + (8 << 10), "{before} kB, {} kB", memory());
}

#[test]
fn a_flood_of_invalid_messages_loses_no_valid_one() {
    let (_directory, kodemon) = start();
    let (good, bad_for_each) = (500, 40);
    let bad = ["{\"key\":\"x\"", "\u{1b}[2J", "{\"execution_time\":\"1\"}", ""];
    let time = now();
    send_all(
        &kodemon,
        (0..good * (bad_for_each + 1)).map(|number| {
            if number % (bad_for_each + 1) == 0 {
                message("good", 0.5, time).to_string()
            } else {
                bad[number % bad.len()].to_owned()
            }
        }),
    );
    kodemon.until_stored(good as u64);
    assert_eq!(kodemon.health()["refused"]["malformed"], good * bad_for_each);
}

#[test]
fn logging_of_invalid_messages_is_limited_and_escaped() {
    let directory = TempDir::new().unwrap();
    let reported = directory.path().join("stderr");
    let mut command = command(directory.path());
    command.arg("-v").stderr(fs::File::create(&reported).unwrap());
    let kodemon = Kodemon::of(&mut command);
    let bad = "{\"key\":\"k\",\"token\":\"t\",\"timestamp\":1,\"execution_time\":1,\"\u{1b}[2J\":";
    send_all(&kodemon, (0..5_000).map(|_| bad.to_owned() + "1,\"\u{9b}\":}"));
    send_all(&kodemon, [message("\u{1b}[2J", 0.5, 0.0).to_string()]);
    kodemon.server.end(nix::sys::signal::Signal::SIGTERM);
    let reported = fs::read_to_string(reported).unwrap();
    let lines = reported.lines().filter(|line| line.contains("refused")).count();
    // Ten in a second and ten in the next; requests are limited separately.
    assert!((1..=200).contains(&lines), "{lines}");
    assert!(!reported.contains('\u{1b}') && !reported.contains('\u{9b}'), "{reported:?}");
}
