//! The Python sender: what decorated functions send, and what happens when sending fails.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use mmstats_testing::receiver::Receiver;
use mmstats_testing::required::is_installed;
use serde_json::{Value, json};

/// `tests/python/calls.py`, which evaluates each line and prints the result as a line.
struct Program {
    child: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// With these variables and no others of kodemon's; `None` without Python.
    fn start(variables: &[(&str, &str)]) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("python3");
        for name in ["KODEMON_HOST", "KODEMON_PORT", "KODEMON_TOKEN"] {
            command.env_remove(name);
        }
        if !is_installed("python3") {
            return None;
        }
        let mut child = command
            .arg(here.join("tests/python/calls.py"))
            .env("PYTHONPATH", here.join("python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Some(Self { child, requests, answers })
    }

    fn of(server: &Receiver) -> Option<Self> {
        Self::start(&[("KODEMON_PORT", &server.port().to_string())])
    }

    /// The value of an expression, as Python prints it.
    fn ask(&mut self, expression: &str) -> String {
        writeln!(self.requests, "{expression}").unwrap();
        self.answers.next().expect("it answers").unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The message without the standard fields.
fn extra(mut message: Value) -> Value {
    for field in ["execution_time", "timestamp", "token", "key"] {
        message.as_object_mut().unwrap().remove(field).expect("a standard field");
    }
    message
}

#[test]
fn a_call_sends_one_message_of_four_fields() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    let times: Vec<f64> = program
        .ask("[__import__('time').time(), plain(1), __import__('time').time()]")
        .trim_matches(['[', ']'])
        .split(", ")
        .map(|number| number.parse().unwrap())
        .collect();
    let message = server.message();
    let names: Vec<_> = message.as_object().unwrap().keys().collect();
    assert_eq!(names, ["execution_time", "key", "timestamp", "token"]);
    assert_eq!(
        (&message["key"], &message["token"]),
        (&json!("calls.py-plain"), &json!("test-token"))
    );
    let [began, took] = ["timestamp", "execution_time"].map(|name| message[name].as_f64().unwrap());
    assert!(times[0] <= began && began <= times[2] && took >= 0.0, "{message} {times:?}");
    assert!(server.is_quiet());
}

#[test]
fn every_form_behaves_as_before_and_sends_its_message() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    for (expression, result, key) in [
        ("parentheses()", "()", "parentheses"),
        ("caught(fails)", "ValueError: as it should", "fails"),
        ("Shop().method()", "shop", "method"),
        ("Shop.above_classmethod()", "shop", "above_classmethod"),
        ("Shop().below_classmethod()", "shop", "below_classmethod"),
        ("Shop.above_staticmethod()", "static", "above_staticmethod"),
        ("Shop().of_a_property", "shop", "of_a_property"),
        ("asyncio.run(coroutine(2))", "waited", "coroutine"),
        ("asyncio.run(cancelled())", "cancelled", "coroutine"),
        ("driven()", "[1, 'sent', 'caught', 'returned']", "generator"),
        ("asyncio.run(async_driven())", "[1, 'sent', 'caught']", "async_generator"),
        ("asyncio.run(async_closed())", "closed", "async_generator"),
    ] {
        assert_eq!(program.ask(expression), result, "{expression}");
        assert_eq!(server.message()["key"], format!("calls.py-{key}"), "{expression}");
        assert!(server.is_quiet(), "{expression}");
    }
    assert_eq!(program.ask("statistics()"), "sent 12");
    assert_eq!(program.ask("kept()"), "['plain', 'What it does.', 'Shop.method', True]");
    assert_eq!(program.ask("refused()"), "['TypeError', 'TypeError', 'TypeError']");
}

#[test]
fn fields_are_added_or_replace_the_standard_ones() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    assert_eq!(program.ask("fields('ä')"), "ää");
    let mut message = extra(server.message());
    let path = message.as_object_mut().unwrap().remove("path").unwrap();
    assert!(path.as_str().unwrap().starts_with("<module "), "{path}");
    let function = "a name like any other";
    let expected = json!({"customer": 42, "text": "Ä", "nothing": null, "function": function});
    assert_eq!(message, expected);
    assert_eq!(program.ask("replaced()"), "replaced");
    let expected = json!({
        "execution_time": 0.25,
        "timestamp": 1_413_404_125,
        "token": "shop",
        "key": "in the place of all",
    });
    assert_eq!(server.message(), expected);
    assert_eq!(program.ask("guarded()"), "guarded");
    let message = server.message();
    assert_eq!(message["key"], "a guard");
    assert_eq!(extra(message), json!({"phase": 1}));
}

#[test]
fn what_cannot_be_sent_is_counted_and_does_no_harm() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    assert_eq!(program.ask("not_a_number()"), "nan");
    assert_eq!(program.ask("caught(with_a_size, None)"), "None");
    assert_eq!(program.ask("large(8192)"), "8192");
    assert!(server.is_quiet());
    assert_eq!(program.ask("large(8000)"), "8000");
    assert_eq!(server.message()["text"].as_str().unwrap().len(), 8_000);
    assert_eq!(program.ask("statistics()"), "sent 1, too_large 1, unserializable 2");
}

#[test]
fn an_invalid_port_is_counted_and_reported_by_connect() {
    let Some(mut program) = Program::start(&[("KODEMON_PORT", "http")]) else { return };
    assert_eq!(program.ask("plain(1)"), "2");
    assert_eq!(program.ask("statistics()"), "misconfigured 1");
    let expected = "ValueError: invalid KODEMON_PORT 'http': expected a port from 1 to 65535";
    assert_eq!(program.ask("connect(1)"), expected);
}

#[test]
fn a_name_is_resolved_by_a_thread_while_calls_continue() {
    let server = Receiver::start();
    let port = server.port().to_string();
    let variables = [("KODEMON_HOST", "127.1"), ("KODEMON_PORT", &port), ("KODEMON_TOKEN", "shop")];
    let Some(mut program) = Program::start(&variables) else { return };
    assert_eq!(program.ask("connect(30)"), "127.0.0.1");
    assert_eq!(program.ask("plain(1)"), "2");
    assert_eq!(server.message()["token"], "shop");
    let Some(mut program) = Program::start(&[("KODEMON_HOST", "nobody..invalid")]) else { return };
    assert_eq!(program.ask("forked_while_searching()"), "0");
    assert_eq!(program.ask("statistics()"), "unresolved 1");
    let reported = program.ask("connect(30)");
    assert!(
        reported.starts_with("OSError: can't reach KODEMON_HOST 'nobody..invalid': "),
        "{reported}"
    );
}

#[test]
fn the_socket_never_blocks_and_ipv4_is_preferred() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    assert_eq!(program.ask("waits()"), "False");
    assert_eq!(program.ask("preferred()"), "127.0.0.1");
}

#[test]
fn the_message_limit_is_that_of_the_rust_library() {
    let Some(mut program) = Program::start(&[]) else { return };
    let limit = program.ask("__import__('kodemon')._sender.max_bytes");
    assert_eq!(limit, kodemon::limits::MESSAGE_BYTES.to_string());
}

#[test]
fn a_server_that_comes_back_gets_the_next_message() {
    // A separate address, so that nobody takes the port meanwhile.
    const HOST: &str = "127.77.0.2";
    let server = Receiver::at(HOST, 0).unwrap();
    let port = server.port();
    let variables = [("KODEMON_HOST", HOST), ("KODEMON_PORT", &port.to_string())];
    let Some(mut program) = Program::start(&variables) else { return };
    drop(server);
    for _ in 0..3 {
        assert_eq!(program.ask("plain(1)"), "2");
    }
    let server = Receiver::at(HOST, port).unwrap();
    program.ask("parentheses()");
    assert_eq!(server.message()["key"], "calls.py-parentheses");
    assert_eq!(program.ask("statistics()"), "sent 1, refused 3");
}

#[test]
fn forks_threads_and_signal_handlers_send_too() {
    let server = Receiver::start();
    let Some(mut program) = Program::of(&server) else { return };
    assert_eq!(program.ask("forked()"), "0");
    assert_eq!(server.message()["key"], "calls.py-plain");
    assert_eq!(program.ask("statistics()"), "");
    assert_eq!(program.ask("in_a_signal_handler()"), "handled");
    assert_eq!(server.message()["key"], "calls.py-plain");
    assert_eq!(program.ask("in_threads()"), "ended");
    assert_eq!(program.ask("statistics()"), "sent 401");
}
