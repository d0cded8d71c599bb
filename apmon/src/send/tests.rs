//! A sender and the sockets that it sends to, by a clock that the tests supply.

mod burst;
mod duplicates;
mod each_fate;
mod every_step;
mod reload;

use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::builder::Builder;
use super::clock::Clock;
use super::drain::{Drain, Step};
use super::report::Report;
use super::resolve::{reload, resolve_all};
use super::sender::{Sender, To};
use crate::wire::Packet;

/// The Unix time at which the tests' clock begins.
const BEGAN: Duration = Duration::from_secs(1_700_000_000);

/// A socket that packets are sent to.
struct Receiver(UdpSocket);

impl Receiver {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    fn destination(&self) -> String {
        format!("{} secret", self.0.local_addr().unwrap())
    }

    /// Takes what has arrived: what is sent to this machine has, as soon as it is sent.
    fn each(&self, mut action: impl FnMut(Packet<'_>)) -> usize {
        let mut buffer = [0; 2_048];
        let mut count = 0;
        while let Ok(length) = self.0.recv(&mut buffer) {
            action(Packet::decode(&buffer[..length]).unwrap());
            count += 1;
        }
        count
    }

    /// Takes what has arrived, and counts it.
    fn count(&self) -> usize {
        self.each(|_| {})
    }
}

/// What was reported.
#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<String>>>);

impl Reports {
    /// To be given to [`Builder::on_error`].
    fn keep(&self) -> impl Fn(&Report) + Send + Sync + 'static {
        let Self(lines) = self.clone();
        move |report| lines.lock().unwrap().push(report.to_string())
    }

    /// Those since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Sender {
    /// A sender without threads, by the tests' clock.
    fn by_hand(builder: Builder) -> Self {
        builder.sender_with(Clock::Manual(Mutex::default(), BEGAN), false).unwrap()
    }

    fn advance(&self, time: Duration) {
        if let Clock::Manual(now, _) = &self.process().settings.clock {
            *now.lock().unwrap() += time;
        }
    }

    /// Does what the thread that looks up addresses does at first.
    fn resolve(&self) {
        resolve_all(&self.process(), true);
    }

    /// Does what that thread does when the configuration is due.
    fn reload_now(&self) {
        reload(&self.process());
        self.resolve();
    }

    /// Sends what the rate allows now. Returns what is next.
    fn step(&self) -> Step {
        let process = self.process();
        let mut drain = Drain::new(&process);
        loop {
            match drain.step() {
                Step::Done => {}
                next => return next,
            }
        }
    }
}
