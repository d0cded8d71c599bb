//! With `stats`, calls are recorded by mmstats, in one file per thread, without any server.

use std::path::Path;
use std::thread;

use kodemon::kodemon;
use mmstats::StatsFile;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::receiver::Receiver;
use mmstats_testing::stats_dir::files;
use tempfile::TempDir;

use crate::program::Program;

/// Makes calls that are recorded and returns their results.
pub fn call(what: &str) -> Option<String> {
    Some(match what {
        "sent_and_recorded" => sent_and_recorded(5).to_string(),
        "recorded" => recorded().to_owned(),
        "two of one key" => [one::same(), another::same()].concat(),
        "recorded by a guard" => {
            let _timing = kodemon::timing!("a guard's", stats, customer = 42);
            let _silent = kodemon::timing!("a silent guard's", stats, udp = false);
            "timed".to_owned()
        }
        "in a thread" => thread::spawn(recorded).join().unwrap().to_owned(),
        "in a child" => in_child(|| recorded() == "done").to_string(),
        "eighty" => {
            for function in EIGHTY {
                function();
            }
            EIGHTY.len().to_string()
        }
        _ => return None,
    })
}

#[kodemon(stats, customer = 42)]
fn sent_and_recorded(number: u32) -> u32 {
    number * 2
}

#[kodemon(stats, udp = false)]
fn recorded() -> &'static str {
    "done"
}

mod one {
    #[kodemon::kodemon(stats, udp = false)]
    pub fn same() -> &'static str {
        "one"
    }
}

mod another {
    #[kodemon::kodemon(stats, udp = false)]
    pub fn same() -> &'static str {
        "another"
    }
}

macro_rules! functions {
    ($($name:ident)*) => {
        $(#[kodemon(stats, udp = false)] fn $name() {})*
        const EIGHTY: &[fn()] = &[$($name),*];
    };
}

functions! {
    a00 a01 a02 a03 a04 a05 a06 a07 a08 a09 b00 b01 b02 b03 b04 b05 b06 b07 b08 b09
    c00 c01 c02 c03 c04 c05 c06 c07 c08 c09 d00 d01 d02 d03 d04 d05 d06 d07 d08 d09
    e00 e01 e02 e03 e04 e05 e06 e07 e08 e09 f00 f01 f02 f03 f04 f05 f06 f07 f08 f09
    g00 g01 g02 g03 g04 g05 g06 g07 g08 g09 h00 h01 h02 h03 h04 h05 h06 h07 h08 h09
}

/// A program that publishes into its own directory.
fn program(server: &Receiver) -> (Program, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let port = server.port().to_string();
    let path = directory.path().to_str().unwrap();
    (Program::start(&[("KODEMON_PORT", &port), ("MMSTATS_PATH", path)]), directory)
}

/// How many calls the timer and the histogram of this key have, over all files.
fn calls(directory: &Path, key: &str) -> [u64; 2] {
    let files: Vec<_> =
        files(directory).iter().map(|path| StatsFile::read(path).unwrap()).collect();
    let timer =
        |file: &StatsFile| file.get(&format!("kodemon.{key}"))?.component("count")?.as_u64();
    let spread =
        |file: &StatsFile| Some(file.get(&format!("kodemon.{key}.spread"))?.histogram()?.count());
    [files.iter().filter_map(timer).sum(), files.iter().filter_map(spread).sum()]
}

#[test]
fn a_call_is_both_sent_and_recorded() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    for _ in 0..3 {
        assert_eq!(program.call("sent_and_recorded"), "10");
        let message = server.message();
        assert_eq!(message["key"], "recorded.rs-sent_and_recorded");
        assert_eq!(message["customer"], 42);
    }
    assert_eq!(calls(directory.path(), "recorded.rs-sent_and_recorded"), [3, 3]);
    let file = StatsFile::read(&files(directory.path())[0]).unwrap();
    let units = ["", ".spread"].map(|end| {
        let stat = file.get(&format!("kodemon.recorded.rs-sent_and_recorded{end}")).unwrap();
        stat.unit().to_owned()
    });
    assert_eq!(units, ["seconds", "nanoseconds"]);
}

#[test]
fn without_udp_a_call_is_only_recorded() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    assert_eq!(program.call("recorded"), "done");
    assert!(server.is_quiet());
    assert_eq!(program.call("statistics"), "");
    assert_eq!(calls(directory.path(), "recorded.rs-recorded"), [1, 1]);
    program.call("recorded by a guard");
    assert_eq!(server.message()["key"], "a guard's");
    assert!(server.is_quiet());
    for key in ["a guard's", "a silent guard's"] {
        assert_eq!(calls(directory.path(), key), [1, 1]);
    }
}

#[test]
fn all_functions_of_a_thread_have_one_file_that_the_next_thread_takes_over() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    program.call("recorded");
    program.call("sent_and_recorded");
    assert_eq!(files(directory.path()).len(), 1);
    for _ in 0..3 {
        assert_eq!(program.call("in a thread"), "done");
    }
    assert_eq!(files(directory.path()).len(), 2);
    assert_eq!(calls(directory.path(), "recorded.rs-recorded"), [4, 4]);
}

#[test]
fn functions_of_one_key_are_recorded_together() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    assert_eq!(program.call("two of one key"), "oneanother");
    assert_eq!(calls(directory.path(), "recorded.rs-same"), [2, 2]);
    assert_eq!(program.call("statistics"), "");
}

#[test]
fn a_forked_child_records_in_a_file_of_its_own() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    program.call("recorded");
    assert_eq!(program.call("in a child"), "0");
    assert_eq!(calls(directory.path(), "recorded.rs-recorded"), [1, 1], "the child's file is gone");
}

#[test]
fn functions_that_do_not_fit_into_a_file_are_counted() {
    let server = Receiver::start();
    let (mut program, directory) = program(&server);
    assert_eq!(program.call("eighty"), "80");
    assert_eq!(program.call("eighty"), "80");
    let recorded = (b'a'..=b'h').flat_map(|letter| {
        (0..10).map(move |number| format!("recorded.rs-{}{number:02}", char::from(letter)))
    });
    let calls: Vec<_> = recorded.map(|key| calls(directory.path(), &key)).collect();
    let with_room = calls.iter().filter(|calls| **calls == [2, 2]).count();
    assert!((64..80).contains(&with_room), "{with_room}");
    assert_eq!(program.call("statistics"), format!("unrecorded {}", 2 * (80 - with_room)));
}

#[test]
fn without_a_file_calls_are_sent_and_counted_as_not_recorded() {
    for (name, value) in [("MMSTATS_PATH", "/does/not/exist"), ("MMSTATS_FILES", "{NOPE}")] {
        let server = Receiver::start();
        let port = server.port().to_string();
        let mut program = Program::start(&[("KODEMON_PORT", &port), (name, value)]);
        for _ in 0..2 {
            assert_eq!(program.call("sent_and_recorded"), "10");
            assert_eq!(server.message()["key"], "recorded.rs-sent_and_recorded");
        }
        assert_eq!(program.call("statistics"), "sent 2, unrecorded 2", "{name}={value}");
    }
}
