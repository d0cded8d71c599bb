//! A socket that figures are sent to.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};

use apmon::Value;
use apmon::wire::Packet;
use mmstats_testing::TIMEOUT;

pub struct Receiver(UdpSocket);

/// A packet: cluster, node, and the numbers in it.
#[derive(Debug)]
pub struct Figures {
    pub cluster: String,
    pub node: String,
    pub numbers: BTreeMap<String, f64>,
}

impl Receiver {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self(socket)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// The next packet.
    #[track_caller]
    pub fn next(&self) -> Figures {
        let mut buffer = [0; 8_192];
        let size = self.0.recv(&mut buffer).expect("a packet comes");
        figures(&buffer[..size])
    }

    /// The packets that are there.
    pub fn all(&self) -> Vec<Figures> {
        self.0.set_nonblocking(true).unwrap();
        let mut buffer = [0; 8_192];
        let packets = std::iter::from_fn(|| {
            let size = self.0.recv(&mut buffer).ok()?;
            Some(figures(&buffer[..size]))
        });
        let packets = packets.collect();
        self.0.set_nonblocking(false).unwrap();
        packets
    }
}

impl Figures {
    /// A number that has to be there.
    #[track_caller]
    pub fn get(&self, name: &str) -> f64 {
        *self.numbers.get(name).unwrap_or_else(|| panic!("{name} in {self:?}"))
    }

    /// Whether they are the last ones.
    pub fn are_last(&self) -> bool {
        self.numbers.contains_key("exit_code") || self.numbers.contains_key("exit_signal")
    }
}

#[track_caller]
fn figures(packet: &[u8]) -> Figures {
    let packet = Packet::decode(packet).unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let numbers = packet.parameters.iter().filter_map(|parameter| {
        let number = match parameter.value {
            Value::I32(number) => number.into(),
            Value::F64(number) => number,
            _ => return None,
        };
        Some((text(parameter.name), number))
    });
    let (cluster, node) = (text(packet.cluster), text(packet.node));
    Figures { cluster, node, numbers: numbers.collect() }
}
