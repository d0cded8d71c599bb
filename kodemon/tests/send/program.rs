//! A program whose functions are timed.
#![allow(dead_code, reason = "each test uses a part")]

use std::env;
use std::panic;
use std::process::Command;

use crate::server::Server;
use crate::support::actor::{Actor, play};

/// This test program as another process, whose functions are timed.
pub struct Program(Actor);

impl Program {
    /// With these variables of kodemon's and no others.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        let names = ["KODEMON_HOST", "KODEMON_PORT", "KODEMON_TOKEN"];
        for name in names.into_iter().chain(["MMSTATS_FILES", "MMSTATS_PATH"]) {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        Self(Actor::start_by(command, "program::timed_functions"))
    }

    /// One that sends to this server.
    pub fn of(server: &Server) -> Self {
        Self::start(&[("KODEMON_PORT", &server.port().to_string())])
    }

    /// Makes it do something, and gives what came of it.
    pub fn call(&mut self, what: &str) -> String {
        self.0.ask(what)
    }
}

#[test]
#[ignore = "a program that the tests start"]
fn timed_functions() {
    // Some panic, and a trace of each would look like a failure.
    panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    play(crate::call);
}
