//! Packets of a thread arrive in their order, whether they waited or not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apmon::{ApMon, Builder, RateLimit, Value, params};
use mmstats_testing::TIMEOUT;

use crate::receiver::{Datagram, Receiver};

/// Sent and not yet arrived: as many as a socket certainly buffers.
const IN_FLIGHT: usize = 100;

/// Sends `count` packets by each of `threads`, and receives them.
fn exchange(apmon: &ApMon, receiver: &Receiver, threads: usize, count: usize) -> Vec<Datagram> {
    let (sent, arrived) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let run = |thread: usize| {
        for number in 0..count {
            apmon.send(params!["thread" => thread, "number" => number]).unwrap();
            sent.fetch_add(1, Ordering::Relaxed);
            while sent.load(Ordering::Relaxed) > arrived.load(Ordering::Relaxed) + IN_FLIGHT {
                thread::sleep(Duration::from_micros(100));
            }
        }
    };
    let receive = |_| {
        let datagram = receiver.packet();
        arrived.fetch_add(1, Ordering::Relaxed);
        datagram
    };
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || run(thread));
        }
        (0..threads * count).map(receive).collect()
    })
}

/// Thread and number in it.
fn content(datagram: &Datagram) -> [i32; 2] {
    let packet = datagram.packet();
    [0, 1].map(|index| match packet.parameters[index].value {
        Value::I32(number) => number,
        other => panic!("{other:?}"),
    })
}

fn builder(destination: &str) -> Builder {
    ApMon::builder().destination(destination).unwrap().max_rate(1_000_000)
}

fn assert_in_order(datagrams: &[Datagram]) {
    for (number, datagram) in (0..).zip(datagrams) {
        assert_eq!(content(datagram), [0, number]);
        assert_eq!(datagram.numbering().sequence, number + 1);
    }
}

/// The first ones are queued, as the address is still looked up; while these are sent, more are.
#[test]
fn packets_of_a_thread_are_in_order_while_the_address_is_found() {
    for _ in 0..20 {
        let receiver = Receiver::start();
        let apmon = builder(&format!("127.1:{}", receiver.port())).start().unwrap();
        assert_in_order(&exchange(&apmon, &receiver, 1, 200));
    }
}

/// The last 100 wait for the rate.
#[test]
fn packets_of_a_thread_are_in_order_as_the_rate_is_reached() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver.destination()).max_rate(200).start().unwrap();
    assert_in_order(&exchange(&apmon, &receiver, 1, 2_600));
    assert_eq!(apmon.counts().sent, 2_600);
}

#[test]
fn numbers_of_several_threads_are_complete_and_unique() {
    const THREADS: usize = 4;
    const COUNT: usize = 500;
    let receiver = Receiver::start();
    let apmon = builder(&format!("127.1:{}", receiver.port()));
    let apmon = apmon.destination("127.77.0.1:9").unwrap().start().unwrap();
    let datagrams = exchange(&apmon, &receiver, THREADS, COUNT);
    let mut sequences: Vec<_> = datagrams.iter().map(|it| it.numbering().sequence).collect();
    sequences.sort_unstable();
    assert!(sequences.iter().copied().eq(1..=(THREADS * COUNT) as i32));
    let mut contents: Vec<_> = datagrams.iter().map(content).collect();
    contents.sort_unstable();
    let expected = (0..THREADS as i32).flat_map(|it| (0..COUNT as i32).map(move |n| [it, n]));
    assert!(contents.into_iter().eq(expected));
}

#[test]
fn flush_waits_for_what_waits() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver.destination()).max_rate(10).start().unwrap();
    assert_eq!(apmon.flush(TIMEOUT), 0, "nothing waits");
    for _ in 0..130 {
        apmon.send(params!["n" => 1]).unwrap();
    }
    let left = apmon.flush(Duration::ZERO);
    assert!((1..=4).contains(&left), "{left}");
    let began = Instant::now();
    assert_eq!(apmon.flush(TIMEOUT), 0);
    assert!(began.elapsed() < TIMEOUT);
    assert_eq!(receiver.packets().len(), 130);
    // A full queue doesn't wake it too late.
    let full = builder("127.0.0.1:9").rate_limit(RateLimit::Queue(1)).max_rate(10).start().unwrap();
    for _ in 0..200 {
        full.send(params!["n" => 1]).unwrap();
    }
    let began = Instant::now();
    assert_eq!(full.flush(TIMEOUT), 0);
    assert!(began.elapsed() < TIMEOUT);
}
