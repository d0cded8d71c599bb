//! System calls and allocations of a call: one `send` and no allocation; if it is only recorded,
//! nothing at all.

use kodemon::kodemon;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::os::allocator::{self, Counting};
use mmstats_testing::os::fork::run_in_child;
use mmstats_testing::receiver::Receiver;
use mmstats_testing::required::requires;
use mmstats_testing::seccomp;
use nix::libc::{SYS_exit_group, SYS_sendto, c_long};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Few enough rounds that a socket buffers all their messages.
const ROUNDS: usize = 20;

#[kodemon]
fn plain() {}

#[kodemon(customer = 42, name = "a \"name\"", list = [1.5, 2.5])]
fn with_fields() {}

#[kodemon(stats, token = "shop")]
fn sent_and_recorded() {}

#[kodemon(stats, udp = false)]
fn recorded() {}

/// Each sends one message.
const SENDING: [fn(); 5] = [
    plain,
    with_fields,
    sent_and_recorded,
    || drop(kodemon::timing!("a guard", phase = 1)),
    || kodemon::time("a closure", || ()),
];

/// None sends any.
const RECORDING: [fn(); 2] =
    [recorded, || drop(kodemon::timing!("a silent guard", stats, udp = false))];

fn call(what: &str) -> String {
    let rounds = |calls: &[fn()]| (0..ROUNDS).for_each(|_| calls.iter().for_each(|call| call()));
    match what {
        "allocations" => {
            SENDING.iter().chain(&RECORDING).for_each(|call| call());
            let sending = allocator::calls(|| rounds(&SENDING));
            let recording = allocator::calls(|| rounds(&RECORDING));
            let own = allocator::calls(|| drop(Box::new(1)));
            format!("{sending}, {recording}, {own}")
        }
        "sending, confined" => confined(&[SYS_sendto, SYS_exit_group], || rounds(&SENDING)),
        "recording, confined" => confined(&[SYS_exit_group], || rounds(&RECORDING)),
        "sending, too confined" => confined(&[SYS_exit_group], || rounds(&SENDING)),
        _ => panic!("nothing is called {what}"),
    }
}

/// Makes the calls in a child that is killed at any system call but these, and returns how it
/// ended. Each call has been made once before.
fn confined(allowed: &[c_long], calls: impl FnOnce()) -> String {
    const NO_FILTER: i32 = 1;
    let end = run_in_child(|| {
        SENDING.iter().chain(&RECORDING).for_each(|call| call());
        seccomp::allow_only(allowed).unwrap();
        calls();
    });
    match end {
        WaitStatus::Exited(_, 0) => "made them".to_owned(),
        WaitStatus::Exited(_, NO_FILTER) => "no filter".to_owned(),
        WaitStatus::Signaled(_, Signal::SIGSYS, _) => "killed".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A program that sends to this server and publishes into its own directory.
fn program(server: &Receiver, directory: &tempfile::TempDir) -> Actor {
    let port = server.port().to_string();
    let path = directory.path().to_str().unwrap();
    Actor::start_with("timed_functions", &[("KODEMON_PORT", &port), ("MMSTATS_PATH", path)])
}

#[test]
#[ignore = "a program that the tests start"]
fn timed_functions() {
    play(call);
}

#[test]
fn after_a_call_site_s_first_call_in_a_thread_none_allocates() {
    let (server, directory) = (Receiver::start(), tempfile::tempdir().unwrap());
    let mut program = program(&server, &directory);
    assert_eq!(program.ask("allocations"), "0, 0, 2");
    assert_eq!(server.waiting(), (1 + ROUNDS) * SENDING.len());
}

/// The clocks are read in the process (vDSO, time-stamp counter), as on every usual machine.
#[test]
fn a_call_makes_one_system_call_and_a_recorded_one_none() {
    let (server, directory) = (Receiver::start(), tempfile::tempdir().unwrap());
    let mut program = program(&server, &directory);
    let end = program.ask("sending, confined");
    if !requires(end != "no filter", "system calls can't be forbidden here") {
        return;
    }
    assert_eq!(end, "made them");
    // As many as calls, so each call made one.
    assert_eq!(server.waiting(), (1 + ROUNDS) * SENDING.len());
    assert_eq!(program.ask("recording, confined"), "made them");
    assert_eq!(program.ask("sending, too confined"), "killed");
}
