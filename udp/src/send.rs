//! Sends one datagram.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;

use nix::errno::Errno;

/// What became of a datagram, and of one before it.
#[derive(Debug)]
pub struct Sent {
    /// What became of this one.
    pub outcome: Outcome,
    /// An earlier one, which counted as sent, was refused by the other side's kernel: nobody listened
    /// there. It may not report each.
    pub earlier_refused: bool,
}

/// What became of a datagram.
#[derive(Debug)]
pub enum Outcome {
    /// Passed to the network, which may lose it silently.
    Sent,
    /// Not sent: the socket reported twice that earlier ones were refused.
    Refused,
    /// Not sent: the socket's send buffer is full (`EAGAIN`).
    WouldBlock,
    /// Not sent: it is larger than a datagram may be (`EMSGSIZE`).
    TooLarge,
    /// Not sent: there is no route to the address (`ENETUNREACH`, `EHOSTUNREACH`).
    Unreachable,
    /// Not sent, for another reason.
    Failed(io::Error),
}

/// Sends a datagram by a connected, non-blocking socket, such as that of
/// [`address::connect`](crate::address::connect). It never blocks and doesn't allocate.
///
/// That is one system call; a second one if the first reported that an earlier datagram was refused
/// (`ECONNREFUSED`): then this one wasn't sent, and by now somebody may listen.
pub fn send(socket: &UdpSocket, datagram: &[u8]) -> Sent {
    let mut result = socket.send(datagram);
    let earlier_refused = matches!(&result, Err(error) if is_refused(error));
    if earlier_refused {
        result = socket.send(datagram);
    }
    Sent { outcome: result.map_or_else(outcome, |_| Outcome::Sent), earlier_refused }
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == ErrorKind::ConnectionRefused
}

#[cold]
fn outcome(error: io::Error) -> Outcome {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ECONNREFUSED) => Outcome::Refused,
        Some(Errno::EAGAIN) => Outcome::WouldBlock,
        Some(Errno::EMSGSIZE) => Outcome::TooLarge,
        Some(Errno::ENETUNREACH | Errno::EHOSTUNREACH) => Outcome::Unreachable,
        _ => Outcome::Failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::connect;

    #[test]
    fn a_refused_datagram_is_reported_by_the_next_one_which_is_sent() {
        // A separate address, and a port that the system assigns to nobody: a socket on all addresses
        // would take it meanwhile.
        let server = (20_000..30_000).find_map(|port| UdpSocket::bind(("127.77.0.2", port)).ok());
        let server = server.unwrap();
        let address = server.local_addr().unwrap();
        let socket = connect(address).unwrap();
        drop(server);
        let first = send(&socket, b"first");
        assert!(matches!(first, Sent { outcome: Outcome::Sent, earlier_refused: false }));
        // On this machine the refusal is there before `send` returns.
        let server = UdpSocket::bind(address).unwrap();
        let second = send(&socket, b"second");
        assert!(matches!(second, Sent { outcome: Outcome::Sent, earlier_refused: true }));
        let third = send(&socket, b"third");
        assert!(matches!(third, Sent { outcome: Outcome::Sent, earlier_refused: false }));
        let mut buffer = [0; 16];
        for expected in ["second", "third"] {
            let length = server.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..length], *expected.as_bytes());
        }
    }

    #[test]
    fn a_datagram_of_more_than_64_kib_is_too_large() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let socket = connect(server.local_addr().unwrap()).unwrap();
        let sent = send(&socket, &vec![0; 65_508]);
        assert!(matches!(sent.outcome, Outcome::TooLarge), "{sent:?}");
        assert!(matches!(send(&socket, b"small").outcome, Outcome::Sent));
    }

    #[test]
    fn each_error_number_has_its_outcome() {
        for (number, expected) in [
            (Errno::ECONNREFUSED, "Refused"),
            (Errno::EAGAIN, "WouldBlock"),
            (Errno::EMSGSIZE, "TooLarge"),
            (Errno::ENETUNREACH, "Unreachable"),
            (Errno::EHOSTUNREACH, "Unreachable"),
            (Errno::ENOBUFS, "Failed"),
            (Errno::EPERM, "Failed"),
        ] {
            let outcome = outcome(io::Error::from(number));
            assert!(format!("{outcome:?}").starts_with(expected), "{number}: {outcome:?}");
        }
    }
}
