//! A program whose functions are timed, and the socket that it sends to.

use std::env;
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::actor::{Actor, play};

/// Nothing takes that long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A socket for the messages of a test.
pub struct Server(UdpSocket);

impl Server {
    pub fn start() -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// The next message.
    pub fn message(&self) -> Value {
        let mut buffer = vec![0; 65_536];
        let size = self.0.recv(&mut buffer).expect("a message comes");
        serde_json::from_slice(&buffer[..size]).unwrap()
    }

    /// That no message is waiting.
    pub fn is_quiet(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let nothing = self.0.recv(&mut [0]).is_err();
        self.0.set_nonblocking(false).unwrap();
        nothing
    }
}

/// This test program as another process, whose functions are timed.
pub struct Program(Actor);

impl Program {
    /// With these variables of kodemon's and no others.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        for name in ["KODEMON_HOST", "KODEMON_PORT", "KODEMON_TOKEN"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        Self(Actor::start_by(command, "program::timed_functions"))
    }

    /// That sends to this server.
    pub fn of(server: &Server) -> Self {
        Self::start(&[("KODEMON_PORT", &server.port().to_string())])
    }

    /// Makes it call a function, and gives what that gave.
    pub fn call(&mut self, function: &str) -> String {
        self.0.ask(function)
    }
}

#[test]
#[ignore = "a program that the tests start"]
fn timed_functions() {
    play(crate::calls::call);
}
