//! The socket to which programs with timed functions send.

use std::net::UdpSocket;

use serde_json::Value;

use crate::TIMEOUT;

/// A socket for the messages of a test. Each must be one that the server accepts.
pub struct Receiver(UdpSocket);

impl Receiver {
    pub fn start() -> Self {
        Self::at("127.0.0.1", 0).unwrap()
    }

    pub fn at(host: &str, port: u16) -> std::io::Result<Self> {
        let socket = UdpSocket::bind((host, port))?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self(socket))
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// The next message.
    pub fn message(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// The next message as it was sent.
    pub fn text(&self) -> String {
        let mut buffer = vec![0; 65_536];
        let size = self.0.recv(&mut buffer).expect("a message comes");
        buffer.truncate(size);
        kodemon_server::internals::parse(&buffer).expect("the server takes it, too");
        String::from_utf8(buffer).unwrap()
    }

    /// Takes the queued messages and counts them. Messages from this machine are queued when sent.
    pub fn waiting(&self) -> usize {
        self.0.set_nonblocking(true).unwrap();
        let count = std::iter::from_fn(|| self.0.recv(&mut [0]).ok()).count();
        self.0.set_nonblocking(false).unwrap();
        count
    }

    pub fn is_quiet(&self) -> bool {
        self.waiting() == 0
    }
}
