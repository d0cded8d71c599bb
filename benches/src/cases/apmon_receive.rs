//! ApMon: what receiving a packet costs, all of it but showing it.

use std::error::Error;
use std::hint::black_box;
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;

use ::apmon::wire::{Header, Numbering, Packet, Parameter};
use apmon_cli::internals::{Admission, Intake, MAX_BYTES, Packets, Queue, Senders, Stats};
use mmstats_udp::receive::{Batch, Handler, Sockets};
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg};

use super::{Against, Bench, Comparison};
use crate::bare::set_variable;
use crate::harness::{Measurement, Pair, Turn, timed};

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "apmon: receiving a packet, up to the queue of those to show",
    against: Against::Limit("`recvmmsg` of 64, all dropped"),
    asked: Some(3.0),
    measure,
}];

/// Datagrams a system call, as in the receiver.
const BATCH: usize = 64;
/// Packets that are sent before they are received: fewer than a socket's buffer has room for.
const SENT_AHEAD: u64 = 192;
/// How long a sender is known.
const EXPIRE: Duration = Duration::from_mins(15);

fn measure(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    set_variable("MMSTATS_PATH", bench.directory.as_ref())?;
    let mut sockets = Sockets::default();
    let ours = sockets.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let stats = Arc::new(Stats::publish()?);
    let queue = Arc::new(Queue::new(Arc::clone(&stats)));
    let admission = Admission { networks: Vec::new(), rates: None, password: None };
    let mut intake =
        Intake::new(admission, Senders::new(EXPIRE), Arc::clone(&queue), Arc::clone(&stats), false);
    let mut batch = Batch::new(MAX_BYTES);
    let mut shown = Packets::default();
    let ours = turn(Sender::to(ours)?, move |packets| {
        let (took, ()) = timed(|| {
            let received = || stats.with(|stats| stats.packets.get());
            let until = received() + packets;
            while received() < until {
                intake.begin_batch();
                sockets.receive(&mut batch, |datagram| intake.datagram(datagram));
                intake.end_batch();
            }
        });
        queue.take(&mut shown);
        queue.count_shown(shown.len());
        assert_eq!(shown.len() as u64, packets, "each was accepted");
        shown.clear();
        took
    });
    let bare = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut loops = Bare::new();
    let other = turn(Sender::to(bare.local_addr()?)?, move |packets| {
        timed(|| {
            let mut received = 0;
            while received < packets {
                received += loops.receive(&bare) as u64;
            }
        })
        .0
    });
    Ok(bench.harness.compare(Pair { ours, other, besides: None })?)
}

/// Sends some ahead, again and again, and times how long they are received.
fn turn<'a>(mut sender: Sender, mut receive: impl FnMut(u64) -> Duration + 'a) -> Turn<'a> {
    Box::new(move |times| {
        let mut took = Duration::ZERO;
        let mut left = times;
        while left > 0 {
            let packets = left.min(SENT_AHEAD);
            (0..packets).for_each(|_| sender.send());
            took += receive(packets);
            left -= packets;
        }
        took
    })
}

/// A sender whose packets are numbered.
struct Sender {
    socket: UdpSocket,
    sequence: i32,
    packet: Vec<u8>,
}

impl Sender {
    fn to(address: std::net::SocketAddr) -> std::io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(address)?;
        Ok(Self { socket, sequence: 0, packet: Vec::new() })
    }

    fn send(&mut self) {
        self.sequence += 1;
        let numbering = Some(Numbering { instance: 42, sequence: self.sequence });
        let packet = Packet {
            header: Some(Header { version: b"2.2.4-rs", password: b"secret", numbering }),
            cluster: b"Shop",
            node: b"web-1",
            parameters: vec![
                Parameter::new("orders", 17),
                Parameter::new("state", "open"),
                Parameter::new("load", 0.5),
            ],
            time: None,
        };
        self.packet.clear();
        packet.encode(&mut self.packet);
        self.socket.send(&self.packet).expect("this machine has room for it");
    }
}

/// The least that receiving can take.
struct Bare {
    headers: MultiHeaders<SockaddrStorage>,
    space: Vec<u8>,
}

impl Bare {
    fn new() -> Self {
        Self { headers: MultiHeaders::preallocate(BATCH, None), space: vec![0; BATCH * MAX_BYTES] }
    }

    fn receive(&mut self, socket: &UdpSocket) -> usize {
        let mut buffers = self.space.chunks_exact_mut(MAX_BYTES);
        let mut slices: [_; BATCH] =
            std::array::from_fn(|_| [IoSliceMut::new(buffers.next().unwrap_or_default())]);
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmmsg(socket.as_raw_fd(), &mut self.headers, &mut slices, flags, None);
        black_box(received.map_or(0, Iterator::count))
    }
}
