//! Many threads and forked children send just as one thread does.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use kodemon::kodemon;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::receiver::Receiver;

use crate::program::Program;

const THREADS: u64 = 64;
const CALLS: u64 = 100;

/// Makes calls in threads and processes and returns how these ended.
pub fn call(what: &str) -> Option<String> {
    Some(match what {
        "threads" => {
            thread::scope(|scope| {
                for thread in 0..THREADS {
                    scope.spawn(move || (0..CALLS).for_each(|call| of_a_thread(thread, call)));
                }
            });
            "ended".to_owned()
        }
        "fork" => in_child(|| of_a_process("child") == "child").to_string(),
        "fork, and its threads" => {
            let child = in_child(|| {
                of_a_process("child");
                fs::read_dir("/proc/self/task").unwrap().count() == 2
            });
            child.to_string()
        }
        "in the parent" => of_a_process("parent").to_owned(),
        _ => return None,
    })
}

#[kodemon(thread = thread, call = call)]
fn of_a_thread(thread: u64, call: u64) {}

#[kodemon(process = process)]
fn of_a_process(process: &str) -> &str {
    process
}

/// A full socket drops messages, so each thread's messages may have gaps, but nothing else.
#[test]
fn sixty_four_threads_send_at_the_same_time() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    let reader = thread::spawn(move || {
        let mut last = BTreeMap::new();
        loop {
            let message = server.message();
            if message["key"] == "forms.rs-plain" {
                return last;
            }
            let [thread, call] = ["thread", "call"].map(|name| message[name].as_u64().unwrap());
            assert_eq!(message["key"], "processes.rs-of_a_thread");
            assert!(last.insert(thread, call).is_none_or(|before| before < call), "{message}");
        }
    });
    assert_eq!(program.call("threads"), "ended");
    assert_eq!(program.call("statistics"), format!("sent {}", THREADS * CALLS));
    while !reader.is_finished() {
        program.call("plain");
    }
    let last = reader.join().unwrap();
    assert!(!last.is_empty() && last.keys().all(|thread| *thread < THREADS));
}

#[test]
fn a_forked_child_sends_by_itself() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("in the parent"), "parent");
    assert_eq!(program.call("fork"), "0");
    assert_eq!(program.call("in the parent"), "parent");
    for process in ["parent", "child", "parent"] {
        assert_eq!(server.message()["process"], process);
    }
    assert_eq!(program.call("statistics"), "sent 2", "the child counts for itself");
}

/// A child doesn't have the thread that resolves its parent's address.
#[test]
fn a_forked_child_resolves_the_address_itself() {
    let mut program = Program::start(&[("KODEMON_HOST", "nobody..invalid")]);
    assert_eq!(program.call("in the parent"), "parent");
    assert_eq!(program.call("fork, and its threads"), "0");
}
