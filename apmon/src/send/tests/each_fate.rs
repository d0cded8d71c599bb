//! Each fate of a packet is reached, counted as such and reported.

use std::time::{Duration, Instant};

use mmstats_testing::seccomp::with_failing_sends;
use nix::errno::Errno;

use super::{Receiver, Reports, Sender, To};
use crate::send::builder::Builder;
use crate::{Counts, RateLimit, params};

fn send(apmon: &Sender, times: usize) {
    for _ in 0..times {
        assert_eq!(apmon.send(To::Last, None, &params!["n" => 1]).unwrap().packets, 1);
    }
}

/// What `action` adds to the counts.
fn counted(apmon: &Sender, action: impl FnOnce()) -> Counts {
    let before = apmon.counts();
    assert_eq!(before, Counts::default(), "nothing was counted before");
    action();
    apmon.counts()
}

fn by_hand(builder: Builder, receiver: &Receiver, reports: &Reports) -> Sender {
    let builder = builder.destination(&receiver.destination()).unwrap();
    Sender::by_hand(builder.on_error(reports.keep()))
}

#[test]
fn beyond_the_rate_packets_are_dropped_if_asked_for() {
    for limit in [RateLimit::Drop, RateLimit::Queue(0)] {
        let (receiver, reports) = (Receiver::start(), Reports::default());
        let builder = Builder::default().rate_limit(limit).max_rate(1);
        let apmon = by_hand(builder, &receiver, &reports);
        let counts = counted(&apmon, || send(&apmon, 15));
        assert_eq!(counts, Counts { sent: 13, rate_limited: 2, ..Counts::default() });
        assert!(reports.take()[0].contains("more come than the rate allows"));
        assert_eq!(receiver.count(), 13);
    }
}

#[test]
fn beyond_the_queue_packets_are_dropped() {
    let (receiver, reports) = (Receiver::start(), Reports::default());
    let builder = Builder::default().rate_limit(RateLimit::Queue(4)).max_rate(1);
    let apmon = by_hand(builder, &receiver, &reports);
    let counts = counted(&apmon, || send(&apmon, 20));
    assert_eq!(counts, Counts { sent: 13, waiting: 4, queue_full: 3, ..Counts::default() });
    assert!(reports.take()[0].contains("more come than the rate allows"));
}

#[test]
fn without_an_address_packets_wait_or_are_dropped() {
    for (limit, waiting) in [(RateLimit::Drop, 0), (RateLimit::Queue(2), 2)] {
        let reports = Reports::default();
        let builder = Builder::default().rate_limit(limit).on_error(reports.keep());
        let apmon = Sender::by_hand(builder.destination("127.1:9").unwrap());
        let counts = counted(&apmon, || send(&apmon, 5));
        let expected = Counts { waiting, no_address: 5 - waiting, ..Counts::default() };
        assert_eq!(counts, expected);
        assert!(reports.take()[0].contains("127.1:9: packets are dropped, as no address"));
    }
}

/// The errors of the operating system.
#[test]
fn an_error_of_the_system_is_counted_by_its_kind_and_the_next_packet_is_sent() {
    let none = Counts::default();
    for (error, expected, reported) in [
        (Errno::ECONNREFUSED, Counts { refused: 1, returned: 1, ..none }, "nobody listens there"),
        (Errno::EAGAIN, Counts { would_block: 1, ..none }, "the send buffer is full"),
        (Errno::EMSGSIZE, Counts { too_large: 1, ..none }, "bytes are too large for the network"),
        (Errno::ENETUNREACH, Counts { unreachable: 1, ..none }, "there is no route to it"),
        (Errno::EHOSTUNREACH, Counts { unreachable: 1, ..none }, "there is no route to it"),
        (Errno::ENOBUFS, Counts { failed: 1, ..none }, "No buffer space"),
        (Errno::EPERM, Counts { failed: 1, ..none }, "not permitted"),
    ] {
        let (receiver, reports) = (Receiver::start(), Reports::default());
        let apmon = by_hand(Builder::default(), &receiver, &reports);
        let counts = counted(&apmon, || with_failing_sends(error, || send(&apmon, 1)));
        assert_eq!(counts, expected, "{error}");
        assert_eq!((counts.packets(), counts.not_sent()), (1, 1));
        let lines = reports.take();
        assert!(lines.len() == 1 && lines[0].contains(reported), "{error}: {lines:?}");
        send(&apmon, 1);
        assert_eq!(apmon.counts(), Counts { sent: 1, ..expected });
        // A packet that wasn't sent has a number, too: receivers see that it is missing.
        let sequence = |packet: crate::wire::Packet<'_>| {
            assert_eq!(packet.header.unwrap().numbering.unwrap().sequence, 2);
        };
        assert_eq!(receiver.each(sequence), 1);
    }
}

/// Packets that wait have the same fates.
#[test]
fn an_error_with_a_queued_packet_is_counted_and_the_others_go() {
    let (receiver, reports) = (Receiver::start(), Reports::default());
    let apmon = by_hand(Builder::default().max_rate(1), &receiver, &reports);
    send(&apmon, 16);
    apmon.advance(Duration::from_secs(1));
    with_failing_sends(Errno::ENETUNREACH, || apmon.step());
    apmon.advance(Duration::from_secs(10));
    apmon.step();
    assert_eq!(apmon.counts(), Counts { sent: 15, unreachable: 1, ..Counts::default() });
    assert_eq!(receiver.count(), 15);
}

#[test]
fn what_waits_at_the_end_is_abandoned_and_reported() {
    let (receiver, reports) = (Receiver::start(), Reports::default());
    let apmon = by_hand(Builder::default().max_rate(1), &receiver, &reports);
    send(&apmon, 20);
    apmon.end(Instant::now());
    let expected = Counts { sent: 13, abandoned: 7, ..Counts::default() };
    assert_eq!(apmon.counts(), expected);
    assert_eq!(reports.take(), ["packets not sent: 7"]);
}
