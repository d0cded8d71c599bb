//! A sender that is faster than the receiver: `ci/overload` lets it go on for longer.

use std::env;
use std::io::{IoSlice, Read};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::http::get;
use mmstats_testing::random::{Random, seed};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};

use crate::metrics::start;
use crate::packets::numbered;
use crate::receiver::Receiver;

/// The default duration.
const SECONDS: f64 = 0.5;
/// Packets per system call, which all have the same length.
const BATCH: usize = 32;
/// Maximum growth of memory in the second half of a long run.
const GROWTH: f64 = 1.1;
/// The longest that `/metrics` may take in a long run, on a machine that does nothing else.
const SLOWEST: Duration = Duration::from_secs(1);
const INSTANCE: i32 = 7;

/// Packets of one length behind each other.
struct Packets {
    bytes: Vec<u8>,
    length: usize,
}

/// Makes batches of every kind that a receiver must bear.
struct Sender {
    random: Random,
    sequence: i32,
}

impl Sender {
    /// One in eight is broken, and one in eight from ever new senders; others are in order, reordered
    /// or repeated.
    fn batch(&mut self) -> Packets {
        let first = self.sequence;
        let number = |place: usize| (first + place as i32) % 2_000_000_000;
        let in_order = |place: usize| numbered(INSTANCE, number(place));
        let mut moves_on = true;
        let packets: Vec<_> = match self.random.below(16) {
            0 => {
                moves_on = false;
                (0..BATCH).map(|_| self.hostile(40)).collect()
            }
            // Cut short.
            1 => {
                moves_on = false;
                let length = self.random.below(in_order(0).len());
                (0..BATCH).map(|place| in_order(place)[..length].to_vec()).collect()
            }
            2 | 3 => (0..BATCH).map(|_| numbered(self.random.next() as i32, 1)).collect(),
            4 | 5 => (0..BATCH).rev().map(in_order).collect(),
            6 => (0..BATCH).map(|place| in_order(place / 2)).collect(),
            _ => (0..BATCH).map(in_order).collect(),
        };
        if moves_on {
            self.sequence = number(BATCH);
        }
        Packets { length: packets[0].len().max(1), bytes: packets.concat() }
    }

    fn hostile(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.random.next() as u8 | 0x80).collect()
    }
}

/// Sends as fast as it can while `keep_going` says so and somebody receives. Returns the number of
/// packets. The kernel splits them: a system call for each would be slower than the receiver.
fn flood(udp: SocketAddr, keep_going: impl Fn() -> bool) -> i64 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(udp).unwrap();
    // Near the end of the numbers.
    let mut sender = Sender { random: Random::new(seed()), sequence: 1_999_990_000 };
    let mut sent = 0;
    while keep_going() {
        let Packets { bytes, length } = sender.batch();
        let cut = [ControlMessage::UdpGsoSegments(&(length as u16))];
        let to = None::<&SockaddrStorage>;
        let parts = [IoSlice::new(&bytes)];
        match sendmsg(socket.as_raw_fd(), &parts, &cut, MsgFlags::empty(), to) {
            Ok(_) => sent += bytes.len().div_ceil(length).max(1) as i64,
            Err(Errno::ECONNREFUSED) => return sent,
            Err(error) => panic!("{error}"),
        }
    }
    sent
}

/// Reads what it shows until it ends; returns the number of lines.
fn count_lines(mut stdout: impl Read) -> i64 {
    let (mut buffer, mut lines) = (vec![0; 64 << 10], 0);
    loop {
        match stdout.read(&mut buffer).unwrap() {
            0 => return lines,
            size => lines += buffer[..size].split(|byte| *byte == b'\n').count() as i64 - 1,
        }
    }
}

#[test]
fn every_packet_of_a_flood_is_counted() {
    let seconds = env::var("OVERLOAD_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let (mut receiver, metrics) = start(&["-o", "text"]);
    let stdout = receiver.stdout();
    let lines = thread::spawn(|| count_lines(stdout));
    let stop = AtomicBool::new(false);
    let (sent, (memory, slowest)) = thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let (mut memory, mut slowest) = (Vec::new(), Duration::ZERO);
            while !stop.load(Ordering::Relaxed) {
                memory.push(receiver.memory());
                let began = Instant::now();
                assert_eq!(get(metrics, "/metrics").status, 200);
                slowest = slowest.max(began.elapsed());
                thread::sleep(Duration::from_millis(20));
            }
            (memory, slowest)
        });
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        let sent = flood(receiver.udp[0], || Instant::now() < end);
        stop.store(true, Ordering::Relaxed);
        (sent, watching.join().unwrap())
    });
    let counts = receiver.until_all_counted(sent);
    for label in ["shown", "rejected.malformed", "late", "repeated"] {
        assert!(counts[label] > 0, "{label}: {counts:?}");
    }
    let last = memory.last().unwrap();
    println!("{sent} sent: {counts:?}; memory {last} kB; /metrics took at most {slowest:?}");
    assert_eq!(receiver.end(Signal::SIGTERM).0, Some(0));
    assert_eq!(lines.join().unwrap(), counts["shown"]);
    if seconds >= 10.0 {
        let half = memory.len() / 2;
        let (warm, end) = (memory[half], memory.iter().max().unwrap());
        assert!((*end as f64) < warm as f64 * GROWTH, "{warm} kB, then {end} kB");
        assert!(slowest < SLOWEST, "{slowest:?}");
    }
}

#[test]
fn a_signal_shuts_it_down_under_load() {
    let mut receiver = Receiver::start(&[]);
    let stdout = receiver.stdout();
    let lines = thread::spawn(|| count_lines(stdout));
    let (udp, ended) = (receiver.udp[0], AtomicBool::new(false));
    let gives_up = Instant::now() + TIMEOUT;
    let keep_going = || !ended.load(Ordering::Relaxed) && Instant::now() < gives_up;
    let (code, in_time) = thread::scope(|scope| {
        scope.spawn(|| flood(udp, keep_going));
        receiver.until(|counts| counts["shown"] > 0);
        let (code, _) = receiver.end(Signal::SIGTERM);
        let in_time = keep_going();
        ended.store(true, Ordering::Relaxed);
        (code, in_time)
    });
    assert_eq!((code, in_time), (Some(0), true));
    assert!(lines.join().unwrap() > 0);
}
