//! A sender that is faster than the server: `ci/overload` lets it go on for longer.

use std::env;
use std::io::IoSlice;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats_testing::TIMEOUT;
use mmstats_testing::kodemon::{Kodemon, message, now, start};
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};
use serde_json::Value;

/// The default duration.
const SECONDS: f64 = 0.5;
/// Datagrams per system call.
const BATCH: usize = 32;
/// One in this many batches is invalid.
const BAD: u64 = 16;
/// Maximum growth of memory in the second half of a long run.
const GROWTH: f64 = 1.1;

/// Sends as fast as it can while `keep_going` says so and somebody receives. Returns the number of
/// datagrams. The kernel splits them: a system call for each would be slower than the server.
fn flood(udp: SocketAddr, keep_going: impl Fn() -> bool) -> u64 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(udp).unwrap();
    let good = message("key", 0.5, now()).to_string();
    let keys = (0..BATCH).map(|key| good.replace(r#":"key""#, &format!(r#":"key {key:02}""#)));
    let good = (keys.collect::<String>(), good.len() + 3);
    let bad = ("no message".repeat(BATCH), "no message".len());
    let mut sent = 0;
    while keep_going() {
        for number in 0..BAD {
            let (datagrams, length) = if number == 0 { &bad } else { &good };
            let cut = [ControlMessage::UdpGsoSegments(&(*length as u16))];
            let parts = [IoSlice::new(datagrams.as_bytes())];
            let to = None::<&SockaddrStorage>;
            match sendmsg(socket.as_raw_fd(), &parts, &cut, MsgFlags::empty(), to) {
                Ok(_) => sent += BATCH as u64,
                Err(Errno::ECONNREFUSED) => return sent,
                Err(error) => panic!("{error}"),
            }
        }
    }
    sent
}

/// Sends requests until stopped. Returns their number, the longest wait for a response, and the
/// server's memory after each round in kilobytes.
fn ask(kodemon: &Kodemon, stop: &AtomicBool) -> (usize, Duration, Vec<u64>) {
    let (mut requests, mut longest, mut memory) = (0, Duration::ZERO, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        for path in ["/api/health", "/api/keys", "/api/keys/key%2001/summary", "/metrics"] {
            let began = Instant::now();
            let answer = kodemon.server.get(path);
            assert!(answer.status == 200 || answer.status == 404, "{path}: {}", answer.body);
            longest = longest.max(began.elapsed());
            requests += 1;
        }
        memory.push(kodemon.server.proc_number("status", "VmRSS:"));
        thread::sleep(Duration::from_millis(20));
    }
    (requests, longest, memory)
}

#[test]
fn every_message_lost_in_a_flood_is_counted() {
    let seconds = env::var("OVERLOAD_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let (_directory, kodemon) = start();
    let stop = AtomicBool::new(false);
    let (sent, (requests, longest, memory)) = thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&kodemon, &stop));
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        let sent = flood(kodemon.udp, || Instant::now() < end);
        stop.store(true, Ordering::Relaxed);
        (sent, asking.join().unwrap())
    });
    let number = |value: &Value| value.as_u64().unwrap();
    let health = kodemon.until(|health| {
        let came = number(&health["received"]) + number(&health["dropped_by_kernel"]);
        assert!(came <= sent, "{came} of {sent}");
        came == sent && health["stores"]["sqlite"]["waiting"] == 0
    });
    let became = &health["stores"]["sqlite"];
    let refused: u64 = health["refused"].as_object().unwrap().values().map(number).sum();
    let lost = number(&became["dropped"]) + number(&became["failed"]);
    let stored = number(&became["stored"]);
    assert_eq!(number(&health["received"]), refused + lost + stored, "{health:#}");
    assert!(refused > 0 && stored > 0 && requests > 0, "{health:#}");
    println!(
        "{sent} sent: {stored} stored, {refused} refused, {} dropped by the kernel, {lost} by the \
         queue; {requests} answers meanwhile, the longest after {longest:?}; memory {} kB",
        health["dropped_by_kernel"],
        memory.last().unwrap(),
    );
    if seconds >= 10.0 {
        let half = memory.len() / 2;
        let (warm, end) = (memory[half], memory.iter().max().unwrap());
        assert!((*end as f64) < warm as f64 * GROWTH, "{warm} kB, then {end} kB");
    }
}

#[test]
fn a_signal_shuts_it_down_under_load() {
    let (_directory, kodemon) = start();
    let (udp, ended) = (kodemon.udp, AtomicBool::new(false));
    let gives_up = Instant::now() + TIMEOUT;
    let keep_going = || !ended.load(Ordering::Relaxed) && Instant::now() < gives_up;
    thread::scope(|scope| {
        scope.spawn(|| flood(udp, keep_going));
        kodemon.until(|health| health["received"] != 0);
        let code = kodemon.server.end(Signal::SIGTERM);
        let in_time = keep_going();
        ended.store(true, Ordering::Relaxed);
        assert_eq!((code, in_time), (Some(0), true));
    });
}
