//! A program whose functions are timed.

use std::panic;

use mmstats_testing::actor::{Actor, play};
use mmstats_testing::receiver::Receiver;

/// This test program as another process with timed functions.
pub struct Program(Actor);

impl Program {
    /// With these settings and no others.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        Self(Actor::start_with("program::timed_functions", variables))
    }

    /// One that sends to this server.
    pub fn of(server: &Receiver) -> Self {
        Self::start(&[("KODEMON_PORT", &server.port().to_string())])
    }

    /// Makes it do something and returns the result.
    pub fn call(&mut self, what: &str) -> String {
        self.0.ask(what)
    }
}

#[test]
#[ignore = "a program that the tests start"]
fn timed_functions() {
    // Some panic, and their backtraces would look like failures.
    panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    play(crate::call);
}
