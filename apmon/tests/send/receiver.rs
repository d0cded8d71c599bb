//! A socket that packets are sent to.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use apmon::wire::{Numbering, Packet};
use mmstats_testing::TIMEOUT;

/// A socket for the packets of a test.
pub struct Receiver(UdpSocket);

/// A packet as it came, and from where.
pub struct Datagram(pub Vec<u8>, pub SocketAddr);

impl Receiver {
    pub fn start() -> Self {
        Self::at(("127.0.0.1", 0)).unwrap()
    }

    pub fn at(address: impl ToSocketAddrs) -> io::Result<Self> {
        let socket = UdpSocket::bind(address)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self(socket))
    }

    /// On an address of its own, and a port that the system assigns to nobody: once it is closed, no
    /// other socket has it.
    pub fn apart() -> Self {
        (20_000..30_000).find_map(|port| Self::at(("127.77.0.3", port)).ok()).unwrap()
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    pub fn destination(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// The next packet.
    pub fn packet(&self) -> Datagram {
        self.next().expect("a packet before the end")
    }

    /// The next packet, or `None` after [`end`](Self::end).
    pub fn next(&self) -> Option<Datagram> {
        let mut buffer = [0; 16_384];
        let (length, from) = self.0.recv_from(&mut buffer).expect("a packet comes");
        (length > 0).then(|| Datagram(buffer[..length].to_vec(), from))
    }

    /// Sends itself what is no packet.
    pub fn end(&self) {
        self.0.send_to(&[], self.0.local_addr().unwrap()).unwrap();
    }

    /// The packets that have come: what is sent to this machine has, as soon as it is sent.
    pub fn packets(&self) -> Vec<Datagram> {
        let waiting = || {
            self.0.set_nonblocking(true).unwrap();
            let has_one = self.0.peek(&mut [0]).is_ok();
            self.0.set_nonblocking(false).unwrap();
            has_one.then(|| self.packet())
        };
        std::iter::from_fn(waiting).collect()
    }

    pub fn is_quiet(&self) -> bool {
        self.packets().is_empty()
    }
}

impl Datagram {
    pub fn packet(&self) -> Packet<'_> {
        Packet::decode(&self.0).unwrap()
    }

    pub fn numbering(&self) -> Numbering {
        self.packet().header.unwrap().numbering.unwrap()
    }
}
