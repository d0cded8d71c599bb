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
    /// For IPv4 and for IPv6. They keep the length of the last address, which for IPv4 is smaller: an
    /// IPv6 address would be cut to it.
    headers: [MultiHeaders<SockaddrStorage>; 2],
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
        let headers = [(); 2].map(|()| MultiHeaders::preallocate(DATAGRAMS, None));
        Self { headers, space, max_bytes }
    }

    /// Receives what has arrived at a socket, up to 64 datagrams, without waiting. The socket has this
    /// address. Returns whether there may be more.
    pub(super) fn receive(
        &mut self,
        socket: &UdpSocket,
        address: SocketAddr,
        mut take: impl FnMut(Datagram<'_>),
    ) -> bool {
        let mut buffers = self.space.chunks_exact_mut(self.max_bytes);
        let mut slices: [_; DATAGRAMS] =
            array::from_fn(|_| [IoSliceMut::new(buffers.next().unwrap_or_default())]);
        let headers = &mut self.headers[usize::from(address.is_ipv6())];
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmmsg(socket.as_raw_fd(), headers, &mut slices, flags, None);
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

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};

    use mmstats_testing::required::skip;

    use super::*;

    /// What a batch of datagrams of at most 8 bytes has: bytes, whether truncated, sender.
    fn received(batch: &mut Batch, socket: &UdpSocket) -> Vec<(Vec<u8>, bool, SocketAddr)> {
        let mut received = Vec::new();
        let take =
            |it: Datagram<'_>| received.push((it.bytes.to_vec(), it.is_truncated, it.from()));
        assert!(!batch.receive(socket, socket.local_addr().unwrap(), take), "there is no more");
        received
    }

    #[test]
    fn a_datagram_beyond_the_limit_is_truncated_and_each_has_its_sender() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let senders = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        let from = |number: usize| senders[number].local_addr().unwrap();
        let to = server.local_addr().unwrap();
        for (number, bytes) in [(0, "12345678"), (1, "123456789"), (1, ""), (0, "1")] {
            senders[number].send_to(bytes.as_bytes(), to).unwrap();
        }
        let mut batch = Batch::new(8);
        let whole = |bytes: &str, number| (bytes.as_bytes().to_vec(), false, from(number));
        let truncated = (b"12345678".to_vec(), true, from(1));
        let expected = [whole("12345678", 0), truncated, whole("", 1), whole("1", 0)];
        assert_eq!(received(&mut batch, &server), expected);
        assert_eq!(received(&mut batch, &server), []);
    }

    #[test]
    fn a_full_batch_may_not_be_all() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let sent: Vec<_> = (0..=DATAGRAMS as u8).collect();
        for number in &sent {
            sender.send_to(&[*number], address).unwrap();
        }
        let (mut batch, mut numbers) = (Batch::new(8), Vec::<u8>::new());
        assert!(batch.receive(&server, address, |datagram| numbers.extend(datagram.bytes)));
        assert!(!batch.receive(&server, address, |datagram| numbers.extend(datagram.bytes)));
        assert_eq!(numbers, sent);
    }

    #[test]
    fn an_ipv4_sender_has_its_address_also_at_an_ipv6_socket() {
        let Ok(server) = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)) else {
            return skip("there is no IPv6 here");
        };
        let port = server.local_addr().unwrap().port();
        let mut batch = Batch::new(8);
        for loopback in ["127.0.0.1", "::1"] {
            let loopback: IpAddr = loopback.parse().unwrap();
            let sender = UdpSocket::bind((loopback, 0)).unwrap();
            sender.send_to(b"1", (loopback, port)).unwrap();
            let expected = (b"1".to_vec(), false, sender.local_addr().unwrap());
            assert_eq!(received(&mut batch, &server), [expected]);
        }
    }
}
