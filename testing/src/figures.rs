//! A socket for packets with figures of hosts and jobs.

use std::collections::BTreeMap;
use std::net::UdpSocket;

use apmon::wire::{Packet, Value};

use crate::TIMEOUT;

/// A socket for the packets of a test.
pub struct FigureReceiver(UdpSocket);

/// What a packet says.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    pub instance: i32,
    pub cluster: String,
    pub node: String,
    pub numbers: BTreeMap<String, f64>,
    pub texts: BTreeMap<String, String>,
}

impl FigureReceiver {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self(socket)
    }

    /// `127.0.0.1:PORT`
    pub fn destination(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// The next packet.
    #[track_caller]
    pub fn next(&self) -> Figures {
        let mut buffer = vec![0; 65_536];
        let length = self.0.recv(&mut buffer).expect("a packet comes");
        Figures::of(&Packet::decode(&buffer[..length]).unwrap())
    }

    /// The next packet of this node.
    #[track_caller]
    pub fn next_of(&self, node: &str) -> Figures {
        loop {
            let figures = self.next();
            if figures.node == node {
                return figures;
            }
        }
    }

    /// The packets that have come: what is sent to this machine has, as soon as it is sent.
    pub fn waiting(&self) -> Vec<Figures> {
        let next = || {
            self.0.set_nonblocking(true).unwrap();
            let has_one = self.0.peek(&mut [0]).is_ok();
            self.0.set_nonblocking(false).unwrap();
            has_one.then(|| self.next())
        };
        std::iter::from_fn(next).collect()
    }
}

impl Figures {
    fn of(packet: &Packet<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (mut numbers, mut texts) = (BTreeMap::new(), BTreeMap::new());
        for parameter in &packet.parameters {
            let name = text(parameter.name);
            let number = match parameter.value {
                Value::I32(number) => number.into(),
                Value::I64(number) => number as f64,
                Value::F32(number) => number.into(),
                Value::F64(number) => number,
                Value::Text(value) => {
                    texts.insert(name, text(value));
                    continue;
                }
            };
            numbers.insert(name, number);
        }
        let numbering = packet.header.and_then(|header| header.numbering);
        Self {
            instance: numbering.map_or(0, |numbering| numbering.instance),
            cluster: text(packet.cluster),
            node: text(packet.node),
            numbers,
            texts,
        }
    }

    /// Whether it has a number or a text of this name.
    pub fn has(&self, name: &str) -> bool {
        self.numbers.contains_key(name) || self.texts.contains_key(name)
    }
}
