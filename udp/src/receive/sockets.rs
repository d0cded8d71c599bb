//! Sockets that are read in batches.

use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::batch::{Batch, Datagram};
use super::bind::{BindError, bind, loopback};

/// Bound sockets.
#[derive(Debug, Default)]
pub struct Sockets {
    sockets: Vec<UdpSocket>,
    addresses: Vec<SocketAddr>,
}

impl Sockets {
    /// Binds another one and returns its address.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is in use, not local, or not permitted.
    pub fn bind(&mut self, address: SocketAddr) -> Result<SocketAddr, BindError> {
        let socket = bind(address)?;
        let address = socket.local_addr().map_err(|source| BindError { address, source })?;
        self.sockets.push(socket);
        self.addresses.push(address);
        Ok(address)
    }

    /// Binds one at 127.0.0.1 and one at `::1`. Where the host has no IPv6 the second is left out, and
    /// its error is returned as `Ok`. With port 0 each gets its own port.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub fn bind_loopback(&mut self, port: u16) -> Result<Option<BindError>, BindError> {
        let [v4, v6] = loopback(port);
        self.bind(v4)?;
        match self.bind(v6) {
            Ok(_) => Ok(None),
            Err(error) if error.is_absent() => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    /// Each socket.
    pub fn iter(&self) -> impl Iterator<Item = &UdpSocket> {
        self.sockets.iter()
    }

    /// The sockets' addresses, with the ports that they got.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Waits until a datagram has arrived, the other end of `pipe` is closed, or the timeout is
    /// over. Returns whether the pipe is closed.
    ///
    /// # Errors
    ///
    /// Returns an error if a signal interrupts it, or the kernel has no memory for it.
    pub fn wait(&self, pipe: BorrowedFd<'_>, timeout: Duration) -> nix::Result<bool> {
        let mut waits = vec![PollFd::new(pipe, PollFlags::empty())];
        waits.extend(self.iter().map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN)));
        let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
        poll(&mut waits, timeout)?;
        Ok(waits[0].revents().is_some_and(|events| events.contains(PollFlags::POLLHUP)))
    }

    /// Receives one batch from each socket, without waiting. Returns whether one of them may have
    /// more.
    pub fn receive(&self, batch: &mut Batch, mut take: impl FnMut(Datagram<'_>)) -> bool {
        let mut more = false;
        for (socket, address) in self.sockets.iter().zip(&self.addresses) {
            more |= batch.receive(socket, *address, &mut take);
        }
        more
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Instant;

    use mmstats_testing::TIMEOUT;
    use mmstats_testing::required::skip;
    use mmstats_testing::seccomp::without_ipv6;

    use super::*;

    fn ips(sockets: &Sockets) -> Vec<String> {
        sockets.addresses().iter().map(|address| address.ip().to_string()).collect()
    }

    #[test]
    fn a_host_without_ipv6_is_served_by_ipv4_and_says_so() {
        let mut sockets = Sockets::default();
        let absent = without_ipv6(|| sockets.bind_loopback(0)).unwrap().unwrap();
        assert_eq!(absent.address, "[::1]:0".parse().unwrap());
        assert!(absent.to_string().starts_with("can't receive on [::1]:0: "), "{absent}");
        assert_eq!(ips(&sockets), ["127.0.0.1"]);
    }

    #[test]
    fn an_explicit_ipv6_address_is_an_error_without_ipv6() {
        let address = "[::1]:0".parse().unwrap();
        let error = without_ipv6(|| Sockets::default().bind(address)).unwrap_err();
        assert_eq!(error.address, address);
    }

    #[test]
    fn both_loopback_addresses_receive() {
        if UdpSocket::bind("[::1]:0").is_err() {
            return skip("there is no IPv6 here");
        }
        let mut sockets = Sockets::default();
        assert!(sockets.bind_loopback(0).unwrap().is_none());
        assert_eq!(ips(&sockets), ["127.0.0.1", "::1"]);
        let (pipe, _open) = io::pipe().unwrap();
        let mut batch = Batch::new(64);
        for address in sockets.addresses() {
            let sender = UdpSocket::bind((address.ip(), 0)).unwrap();
            sender.send_to(b"1", address).unwrap();
            let began = Instant::now();
            assert!(!sockets.wait(pipe.as_fd(), TIMEOUT).unwrap());
            assert!(began.elapsed() < TIMEOUT, "the datagram ends the wait");
            let mut from = Vec::new();
            assert!(!sockets.receive(&mut batch, |datagram| from.push(datagram.from())));
            assert_eq!(from, [sender.local_addr().unwrap()]);
        }
    }

    #[test]
    fn waiting_ends_when_the_pipe_is_closed_or_the_time_is_over() {
        let sockets = Sockets::default();
        let (pipe, open) = io::pipe().unwrap();
        assert!(!sockets.wait(pipe.as_fd(), Duration::ZERO).unwrap());
        drop(open);
        assert!(sockets.wait(pipe.as_fd(), TIMEOUT).unwrap());
    }

    #[test]
    fn an_address_in_use_is_an_error_that_names_it() {
        let first = UdpSocket::bind("127.0.0.1:0").unwrap();
        let taken = first.local_addr().unwrap();
        let error = Sockets::default().bind_loopback(taken.port()).unwrap_err();
        assert_eq!(error.address, taken);
        if UdpSocket::bind("[::1]:0").is_err() {
            return skip("there is no IPv6 here");
        }
        // Ports that the system assigns to nobody.
        let error = (20_000..30_000).find_map(|port| {
            let first = UdpSocket::bind(("::1", port)).ok()?;
            let error = Sockets::default().bind_loopback(port).err()?;
            (error.address == first.local_addr().unwrap()).then_some(error)
        });
        assert_eq!(error.unwrap().source.kind(), io::ErrorKind::AddrInUse);
    }
}
