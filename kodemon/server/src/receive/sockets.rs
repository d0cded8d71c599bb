//! UDP sockets that are read in batches.

use std::array;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use kodemon::limits::MESSAGE_BYTES;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, setsockopt, sockopt};

/// Maximum number of datagrams per system call.
const BATCH: usize = 64;
/// The receive buffer that the kernel is asked for: some 10,000 messages.
const BUFFER: usize = 16 << 20;

/// A received datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datagram<'a> {
    /// The complete datagram.
    Whole(&'a [u8]),
    /// It is larger than [`MESSAGE_BYTES`].
    TooLarge,
}

/// Bound sockets.
#[derive(Debug, Default)]
pub struct Sockets(Vec<UdpSocket>);

/// Buffers for one system call.
pub struct Batch {
    headers: MultiHeaders<SockaddrStorage>,
    space: Box<[u8]>,
}

impl Batch {
    /// Allocates them.
    pub fn new() -> Self {
        let space = vec![0; BATCH * MESSAGE_BYTES].into_boxed_slice();
        Self { headers: MultiHeaders::preallocate(BATCH, None), space }
    }
}

impl Sockets {
    /// Binds another one and returns its address.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is in use, not local, or not permitted.
    pub fn bind(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let socket = UdpSocket::bind(address)?;
        // More than the system-wide limit needs a privilege; without it the kernel gives what it may.
        if setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &BUFFER)?;
        }
        let address = socket.local_addr()?;
        self.0.push(socket);
        Ok(address)
    }

    /// Each socket.
    pub fn iter(&self) -> impl Iterator<Item = &UdpSocket> {
        self.0.iter()
    }

    /// Waits until a datagram has arrived, the other end of `pipe` is closed, or the timeout is
    /// over. Returns whether the pipe is closed.
    ///
    /// # Errors
    ///
    /// Returns an error if a signal interrupts it, or the kernel has no memory for it.
    pub fn wait(&self, pipe: &OwnedFd, timeout: Duration) -> nix::Result<bool> {
        let mut waits = vec![PollFd::new(pipe.as_fd(), PollFlags::empty())];
        waits.extend(self.iter().map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN)));
        let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
        poll(&mut waits, timeout)?;
        Ok(waits[0].revents().is_some_and(|events| events.contains(PollFlags::POLLHUP)))
    }

    /// Receives one batch from each socket, without waiting. Returns whether one of them may have
    /// more.
    pub fn receive(&self, batch: &mut Batch, mut take: impl FnMut(Datagram<'_>)) -> bool {
        let Batch { headers, space } = batch;
        let mut more = false;
        for socket in &self.0 {
            let mut buffers = space.chunks_exact_mut(MESSAGE_BYTES);
            let mut slices: [_; BATCH] =
                array::from_fn(|_| [IoSliceMut::new(buffers.next().unwrap_or_default())]);
            let flags = MsgFlags::MSG_DONTWAIT;
            let received = recvmmsg(socket.as_raw_fd(), headers, &mut slices, flags, None);
            let mut count = 0;
            // On an error nothing has arrived, or the kernel has no memory now: the caller waits again.
            for message in received.into_iter().flatten() {
                count += 1;
                if message.flags.contains(MsgFlags::MSG_TRUNC) {
                    take(Datagram::TooLarge);
                } else {
                    take(Datagram::Whole(message.iovs().next().unwrap_or_default()));
                }
            }
            more |= count == BATCH;
        }
        more
    }
}
