//! Many datagrams by one system call.

use std::array;
use std::fmt;
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg};

/// Maximum number of datagrams per system call.
const DATAGRAMS: usize = 64;

/// A received datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// The datagram; if it is larger than the batch allows, its beginning.
    pub bytes: &'a [u8],
    /// Whether it is larger than the batch allows.
    pub is_truncated: bool,
    sender: Option<&'a SockaddrStorage>,
}

impl Datagram<'_> {
    /// Who sent it. An IPv4 address is one, also if the socket has an IPv6 address.
    pub fn from(&self) -> SocketAddr {
        let sender = self.sender.and_then(|sender| {
            let v4 = sender.as_sockaddr_in().map(|it| SocketAddr::V4((*it).into()));
            v4.or_else(|| sender.as_sockaddr_in6().map(|it| SocketAddr::V6((*it).into())))
        });
        match sender {
            Some(SocketAddr::V6(v6)) if v6.ip().to_ipv4_mapped().is_some() => {
                SocketAddr::new(v6.ip().to_canonical(), v6.port())
            }
            Some(sender) => sender,
            // The kernel says it for each datagram.
            None => (Ipv4Addr::UNSPECIFIED, 0).into(),
        }
    }
}

/// Buffers for one system call.
pub struct Batch {
    headers: MultiHeaders<SockaddrStorage>,
    space: Box<[u8]>,
    max_bytes: usize,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

impl Batch {
    /// Allocates them for 64 datagrams of at most this many bytes, of which there must be one. The
    /// kernel provides memory only as far as datagrams fill it.
    pub fn new(max_bytes: usize) -> Self {
        let max_bytes = max_bytes.max(1);
        let space = vec![0; DATAGRAMS * max_bytes].into_boxed_slice();
        Self { headers: MultiHeaders::preallocate(DATAGRAMS, None), space, max_bytes }
    }

    /// Receives what has arrived at a socket, up to 64 datagrams, without waiting. Returns whether
    /// there may be more.
    pub(super) fn receive(
        &mut self,
        socket: &UdpSocket,
        mut take: impl FnMut(Datagram<'_>),
    ) -> bool {
        let mut buffers = self.space.chunks_exact_mut(self.max_bytes);
        let mut slices: [_; DATAGRAMS] =
            array::from_fn(|_| [IoSliceMut::new(buffers.next().unwrap_or_default())]);
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmmsg(socket.as_raw_fd(), &mut self.headers, &mut slices, flags, None);
        let mut count = 0;
        // On an error nothing has arrived, or the kernel has no memory now: the caller waits again.
        for message in received.into_iter().flatten() {
            count += 1;
            take(Datagram {
                bytes: message.iovs().next().unwrap_or_default(),
                is_truncated: message.flags.contains(MsgFlags::MSG_TRUNC),
                sender: message.address.as_ref(),
            });
        }
        count == DATAGRAMS
    }
}
