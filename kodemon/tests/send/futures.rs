//! Async functions are timed from their first poll to their end.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use kodemon::kodemon;
use mmstats_testing::receiver::Receiver;

use crate::program::Program;

/// Runs a future, perhaps not to completion, and returns the outcome.
pub fn call(what: &str) -> Option<String> {
    Some(match what {
        "on_a_runtime" => on_a_runtime().to_string(),
        "within_a_runtime" => within_a_runtime().to_string(),
        "waits" => finished(waits(2, "x")),
        "waits, cancelled" => cancelled(waits(2, "x")),
        "waits, never polled" => {
            drop(waits(2, "x"));
            "dropped".to_owned()
        }
        _ => return None,
    })
}

#[kodemon]
async fn waits(turns: u32, text: &str) -> String {
    wait(turns).await;
    text.repeat(turns as usize)
}

/// Is ready after this many polls.
pub async fn wait(mut turns: u32) {
    poll_fn(|_| {
        turns = turns.wrapping_sub(1);
        if turns == u32::MAX { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

pub fn finished<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return result;
        }
    }
}

fn cancelled<T>(future: impl Future<Output = T>) -> String {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    if polled.is_ready() { "finished" } else { "cancelled" }.to_owned()
}

#[kodemon]
#[tokio::main(flavor = "current_thread")]
async fn on_a_runtime() -> u32 {
    waits(0, "").await;
    5
}

#[tokio::main(flavor = "current_thread")]
#[kodemon]
async fn within_a_runtime() -> u32 {
    6
}

#[test]
fn an_async_call_is_timed_from_its_first_poll_to_its_end_or_cancellation() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("waits"), "xx");
    assert_eq!(server.message()["key"], "futures.rs-waits");
    assert_eq!(program.call("waits, never polled"), "dropped");
    assert!(server.is_quiet(), "it never ran");
    assert_eq!(program.call("waits, cancelled"), "cancelled");
    assert_eq!(server.message()["key"], "futures.rs-waits");
    assert!(server.is_quiet());
}

#[test]
fn other_attributes_may_come_before_and_after() {
    let server = Receiver::start();
    let mut program = Program::of(&server);
    assert_eq!(program.call("on_a_runtime"), "5");
    let keys = [server.message(), server.message()].map(|message| message["key"].clone());
    assert_eq!(keys, ["futures.rs-waits", "futures.rs-on_a_runtime"]);
    assert_eq!(program.call("within_a_runtime"), "6");
    assert_eq!(server.message()["key"], "futures.rs-within_a_runtime");
    assert!(server.is_quiet());
}
