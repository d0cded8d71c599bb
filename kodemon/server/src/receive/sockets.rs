//! UDP sockets that are read many datagrams at a time.

use std::array;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, setsockopt, sockopt};

use crate::message::LONGEST_DATAGRAM;

/// So many datagrams are fetched by one system call.
const BATCH: usize = 64;
/// So much the kernel is asked to hold while nobody fetches: some 10,000 messages.
const BUFFER: usize = 16 << 20;

/// A datagram that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datagram<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// It is longer than [`LONGEST_DATAGRAM`].
    TooLong,
}

/// The sockets that are received from.
#[derive(Debug, Default)]
pub struct Sockets(Vec<UdpSocket>);

/// Room for what one system call fetches.
pub struct Batch {
    headers: MultiHeaders<SockaddrStorage>,
    space: Box<[u8]>,
}

impl Batch {
    /// All of it.
    pub fn new() -> Self {
        let space = vec![0; BATCH * LONGEST_DATAGRAM].into_boxed_slice();
        Self { headers: MultiHeaders::preallocate(BATCH, None), space }
    }
}

impl Sockets {
    /// One more, at this address; where it is then.
    ///
    /// # Errors
    ///
    /// Where the address is taken, not this machine's, or not allowed.
    pub fn bind(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let socket = UdpSocket::bind(address)?;
        // More than every process may have wants a privilege; what there is, is taken.
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

    /// Waits until something has come, or the other end of a pipe has gone: then it is true.
    /// Waits for so long at most.
    ///
    /// # Errors
    ///
    /// Where a signal interrupts it, or the kernel has no memory for it.
    pub fn wait(&self, pipe: &OwnedFd, patience: Duration) -> nix::Result<bool> {
        let mut waits = vec![PollFd::new(pipe.as_fd(), PollFlags::empty())];
        waits.extend(self.iter().map(|socket| PollFd::new(socket.as_fd(), PollFlags::POLLIN)));
        let patience = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        poll(&mut waits, patience)?;
        Ok(waits[0].revents().is_some_and(|events| events.contains(PollFlags::POLLHUP)))
    }

    /// Takes what has come, of each socket as much as one call gives; whether one of them may
    /// have more.
    pub fn receive(&self, batch: &mut Batch, mut take: impl FnMut(Datagram<'_>)) -> bool {
        let Batch { headers, space } = batch;
        let mut more = false;
        for socket in &self.0 {
            let mut places = space.chunks_exact_mut(LONGEST_DATAGRAM);
            let mut slices: [_; BATCH] =
                array::from_fn(|_| [IoSliceMut::new(places.next().unwrap_or_default())]);
            let flags = MsgFlags::MSG_DONTWAIT;
            let received = recvmmsg(socket.as_raw_fd(), headers, &mut slices, flags, None);
            let mut count = 0;
            // Nothing came, or the kernel has no memory at the moment: it is waited for again.
            for message in received.into_iter().flatten() {
                count += 1;
                if message.flags.contains(MsgFlags::MSG_TRUNC) {
                    take(Datagram::TooLong);
                } else {
                    take(Datagram::Whole(message.iovs().next().unwrap_or_default()));
                }
            }
            more |= count == BATCH;
        }
        more
    }
}
