//! The socket of the process, and the lookup of its address.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use std::{fmt, process, thread};

use mmstats_udp::{Outcome as Sending, address};

use crate::counts::{Outcome, count_returned};
use crate::environment::{Environment, VariableError};

/// The pause after a failed lookup: initial and maximum.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Where this process sends its messages.
#[derive(Debug)]
struct Sender {
    environment: Environment,
    socket: OnceLock<UdpSocket>,
    /// The process whose helper thread looks up the address: a forked child has no such thread.
    lookup_process: AtomicU32,
}

/// A connected socket, and the token.
#[derive(Debug)]
pub(crate) struct Ready {
    pub token: &'static str,
    socket: &'static UdpSocket,
}

/// The sender of this process.
fn sender() -> Result<&'static Sender, &'static VariableError> {
    static SENDER: OnceLock<Result<Sender, VariableError>> = OnceLock::new();
    let present = SENDER.get();
    let sender = present.unwrap_or_else(|| {
        // Created outside of `get_or_init`, so that a fork in another thread hardly ever meets a
        // lock.
        let created = Environment::read().map(Sender::new);
        SENDER.get_or_init(|| created)
    });
    sender.as_ref()
}

/// The socket to send a message by, or its outcome.
pub(crate) fn ready() -> Result<Ready, Outcome> {
    let sender = sender().map_err(|_| Outcome::Misconfigured)?;
    let Some(socket) = sender.socket.get() else {
        sender.look_up();
        return Err(Outcome::Unresolved);
    };
    Ok(Ready { token: &sender.environment.token, socket })
}

impl Ready {
    /// One system call; a second one if the first reported an earlier message.
    pub(crate) fn send(&self, message: &[u8]) -> Outcome {
        let sent = mmstats_udp::send(self.socket, message);
        if sent.earlier_refused {
            count_returned();
        }
        match sent.outcome {
            Sending::Sent => Outcome::Sent,
            Sending::Refused => Outcome::Refused,
            Sending::WouldBlock => Outcome::WouldBlock,
            // Too large for the system, though not for servers.
            Sending::TooLarge | Sending::Unreachable | Sending::Failed(_) => Outcome::Failed,
        }
    }
}

impl Sender {
    fn new(environment: Environment) -> Self {
        let sender =
            Self { environment, socket: OnceLock::new(), lookup_process: AtomicU32::new(0) };
        if address::literal(&sender.environment.host).is_some() {
            // Needs no name service. An unreachable address is looked up like a name.
            let _ = sender.connect();
        }
        sender
    }

    /// Looks up the address on a helper thread, unless one does so in this process.
    #[cold]
    fn look_up(&'static self) {
        let own = process::id();
        let lookup_process = self.lookup_process.load(Ordering::Relaxed);
        let exchange = |from, to| {
            self.lookup_process
                .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        };
        if lookup_process == own || !exchange(lookup_process, own) {
            return;
        }
        let until_connected = || {
            let (mut pause, max) = PAUSES;
            while self.connect().is_err() {
                thread::sleep(pause);
                pause = max.min(pause * 2);
            }
        };
        if on_helper_thread(until_connected).is_err() {
            exchange(own, 0);
        }
    }

    /// Looks up the address on a helper thread, and waits for it up to the timeout.
    fn connect_within(&'static self, timeout: Duration) -> io::Result<SocketAddr> {
        if let Some(socket) = self.socket.get() {
            return socket.peer_addr();
        }
        let (found, answer) = mpsc::channel();
        on_helper_thread(move || drop(found.send(self.connect())))?;
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "timed out");
        answer.recv_timeout(timeout).map_err(late)??.peer_addr()
    }

    /// Looks up the address and connects the socket to it.
    fn connect(&self) -> io::Result<&UdpSocket> {
        let socket = address::connect_any(&self.environment.host, self.environment.port)?;
        // Another thread may have been faster.
        Ok(self.socket.get_or_init(|| socket))
    }
}

fn on_helper_thread(action: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("kodemon-address".to_owned()).spawn(action).map(drop)
}

/// Waits until the address of `KODEMON_HOST` is known, and returns it.
///
/// Calling it is optional: without it, messages count as not sent until a helper thread has found the
/// address. It is for programs that end soon, and for those that want to report a misconfiguration.
///
/// # Errors
///
/// Returns an error if an environment variable is invalid, the host has no reachable address, or the
/// lookup takes longer than `timeout`.
pub fn connect(timeout: Duration) -> Result<SocketAddr, ConnectError> {
    let sender = sender().map_err(|variable| ConnectError::Variable(variable.clone()))?;
    sender
        .connect_within(timeout)
        .map_err(|source| ConnectError::Address { host: sender.environment.host.clone(), source })
}

/// Why messages can't be sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// An environment variable is invalid.
    Variable(VariableError),
    /// The host has no reachable address.
    Address {
        /// `KODEMON_HOST`.
        host: String,
        /// The error of the name service or the operating system.
        source: io::Error,
    },
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => variable.fmt(f),
            Self::Address { host, .. } => {
                write!(f, "can't reach KODEMON_HOST '{}'", host.escape_debug())
            }
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // It is displayed as this error itself.
            Self::Variable(_) => None,
            Self::Address { source, .. } => Some(source),
        }
    }
}
