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
        for socket in &self.sockets {
            more |= batch.receive(socket, &mut take);
        }
        more
    }
}
