//! A socket that packets are sent to, and the command that sends there.

use std::net::UdpSocket;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use apmon::wire::Packet;
use mmstats_testing::TIMEOUT;
use mmstats_testing::command::tool;

pub struct Receiver(UdpSocket);

impl Receiver {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        Self(socket)
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// `apmon send` to it.
    pub fn command(&self) -> Command {
        let mut command = send();
        command.args(["-d", &self.address()]);
        command
    }

    /// The next packet.
    #[track_caller]
    pub fn packet(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let size = self.0.recv(&mut buffer).expect("a packet comes");
        buffer.truncate(size);
        buffer
    }

    /// The packets that are there: a packet from this machine is queued when it is sent.
    pub fn packets(&self) -> Vec<Vec<u8>> {
        self.0.set_nonblocking(true).unwrap();
        let mut buffer = vec![0; 65_536];
        let packets = std::iter::from_fn(|| {
            let size = self.0.recv(&mut buffer).ok()?;
            Some(buffer[..size].to_vec())
        });
        let packets = packets.collect();
        self.0.set_nonblocking(false).unwrap();
        packets
    }

    /// Whether no packet is there.
    pub fn is_quiet(&self) -> bool {
        self.packets().is_empty()
    }
}

/// `apmon send` to nowhere yet.
pub fn send() -> Command {
    let mut command = tool(env!("CARGO_BIN_EXE_apmon"));
    command.arg("send");
    command
}

/// Waits for the end of a command, and returns its exit code.
#[track_caller]
pub fn end(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > TIMEOUT {
            child.kill().unwrap();
            panic!("it doesn't end");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Names and values as they are shown: `a=I32(1)`, the values of texts in quotes.
#[track_caller]
pub fn shown(packet: &[u8]) -> String {
    let packet = Packet::decode(packet).unwrap();
    let text = String::from_utf8_lossy;
    let parameters = packet.parameters.iter().map(|parameter| {
        let value = match parameter.value {
            apmon::Value::Text(bytes) => format!("\"{}\"", text(bytes)),
            number => format!("{number:?}"),
        };
        format!("{}={value}", text(parameter.name))
    });
    let parameters: Vec<_> = parameters.collect();
    format!("{} {} {}", text(packet.cluster), text(packet.node), parameters.join(" "))
}
