//! The process's socket, and the search for its address.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use std::{fmt, process, thread};

use crate::address;
use crate::counts::{Outcome, count_returned};
use crate::environment::{BadVariable, Environment};

/// How long a search that failed waits before the next one, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Where this process sends its messages.
#[derive(Debug)]
struct Sender {
    environment: Environment,
    socket: OnceLock<UdpSocket>,
    /// The process whose helper thread looks for the address: a forked child has no such thread.
    searching: AtomicU32,
}

/// A socket that has an address, and what a message says of its sender.
#[derive(Debug)]
pub(crate) struct Ready {
    pub token: &'static str,
    socket: &'static UdpSocket,
}

/// The sender of this process.
fn sender() -> Result<&'static Sender, &'static BadVariable> {
    static SENDER: OnceLock<Result<Sender, BadVariable>> = OnceLock::new();
    let present = SENDER.get();
    let sender = present.unwrap_or_else(|| {
        // Made before it is put there, so that a fork by another thread hardly meets a lock.
        let made = Environment::read().map(Sender::new);
        SENDER.get_or_init(|| made)
    });
    sender.as_ref()
}

/// What a message can be sent by at once, or what becomes of it.
pub(crate) fn ready() -> Result<Ready, Outcome> {
    let sender = sender().map_err(|_| Outcome::Misconfigured)?;
    let Some(socket) = sender.socket.get() else {
        sender.search();
        return Err(Outcome::Unresolved);
    };
    Ok(Ready { token: &sender.environment.token, socket })
}

impl Ready {
    /// One system call; a second one where the first told of an earlier message.
    pub(crate) fn send(&self, message: &[u8]) -> Outcome {
        let mut result = self.socket.send(message);
        if let Err(error) = &result
            && error.kind() == ErrorKind::ConnectionRefused
        {
            // That was the answer to an earlier one, and took the place of sending this one. By
            // now somebody may listen.
            count_returned();
            result = self.socket.send(message);
        }
        match result {
            Ok(_) => Outcome::Sent,
            Err(error) => match error.kind() {
                ErrorKind::ConnectionRefused => Outcome::Refused,
                ErrorKind::WouldBlock => Outcome::WouldBlock,
                _ => Outcome::Failed,
            },
        }
    }
}

impl Sender {
    fn new(environment: Environment) -> Self {
        let sender = Self { environment, socket: OnceLock::new(), searching: AtomicU32::new(0) };
        if address::written_out(&sender.environment.host).is_some() {
            // Needs no name service. What has no way there yet is looked for like a name.
            let _ = sender.find();
        }
        sender
    }

    /// Looks for the address on a thread of its own, if none does so in this process.
    #[cold]
    fn search(&'static self) {
        let own = process::id();
        let searching = self.searching.load(Ordering::Relaxed);
        let exchange = |from, to| {
            self.searching.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        };
        if searching == own || !exchange(searching, own) {
            return;
        }
        let until_found = || {
            let (mut pause, longest) = PAUSES;
            while self.find().is_err() {
                thread::sleep(pause);
                pause = longest.min(pause * 2);
            }
        };
        if on_helper_thread(until_found).is_err() {
            exchange(own, 0);
        }
    }

    /// Looks for the address on a thread of its own, and waits so long for it.
    fn found_within(&'static self, timeout: Duration) -> io::Result<SocketAddr> {
        if let Some(socket) = self.socket.get() {
            return socket.peer_addr();
        }
        let (found, answer) = mpsc::channel();
        on_helper_thread(move || drop(found.send(self.find())))?;
        let late = |_| io::Error::new(ErrorKind::TimedOut, "no answer in time");
        answer.recv_timeout(timeout).map_err(late)??.peer_addr()
    }

    /// Looks for the address and connects the socket to it.
    fn find(&self) -> io::Result<&UdpSocket> {
        let socket = address::connected(&self.environment.host, self.environment.port)?;
        // Another thread may have been faster.
        Ok(self.socket.get_or_init(|| socket))
    }
}

fn on_helper_thread(action: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("kodemon-address".to_owned()).spawn(action).map(drop)
}

/// Waits until the address of `KODEMON_HOST` is known, and gives it.
///
/// No program needs this: without it, messages count as not sent until a helper thread has found
/// the address. It is for programs that end soon, and for those that want to tell of a mistake.
///
/// # Errors
///
/// Where a variable of the environment has an impossible value, the name has no address or no way
/// leads there, or that took longer than `timeout`.
pub fn connect(timeout: Duration) -> Result<SocketAddr, ConnectError> {
    let sender = sender().map_err(|variable| ConnectError::Variable(variable.clone()))?;
    sender
        .found_within(timeout)
        .map_err(|source| ConnectError::Address { host: sender.environment.host.clone(), source })
}

/// Why messages can't be sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// A variable of the environment has an impossible value.
    Variable(BadVariable),
    /// The host has no address, or no way leads there.
    Address {
        /// `KODEMON_HOST`.
        host: String,
        /// What the name service or the operating system said.
        source: io::Error,
    },
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => variable.fmt(f),
            Self::Address { host, source } => {
                write!(f, "KODEMON_HOST is '{}': {source}", host.escape_debug())
            }
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Variable(_) => None,
            Self::Address { source, .. } => Some(source),
        }
    }
}
