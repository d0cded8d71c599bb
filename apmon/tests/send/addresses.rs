//! Names are looked up in the background, and an address is sent to once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apmon::{ApMon, RateLimit, params};
use mmstats_testing::TIMEOUT;
use mmstats_testing::required::skip;

use crate::receiver::Receiver;

fn send(apmon: &ApMon, times: usize) {
    for n in 0..times {
        apmon.send(params!["n" => n]).unwrap();
    }
}

#[test]
fn an_ipv6_address_is_a_destination() {
    let Ok(receiver) = Receiver::at(("::1", 0)) else {
        return skip("there is no IPv6 here");
    };
    let builder = ApMon::builder().rate_limit(RateLimit::Drop);
    let destination = format!("[::1]:{} secret", receiver.port());
    let apmon = builder.destination(&destination).unwrap().start().unwrap();
    send(&apmon, 1);
    assert_eq!(receiver.packet().packet().header.unwrap().password, b"secret");
}

/// Nothing waits: their packets would be dropped.
#[test]
fn localhost_needs_no_name_service() {
    let receiver = Receiver::start();
    let builder = ApMon::builder().rate_limit(RateLimit::Drop);
    let destination = format!("localhost:{}", receiver.port());
    let apmon = builder.destination(&destination).unwrap().start().unwrap();
    apmon.connect(Duration::ZERO).unwrap();
    send(&apmon, 1);
    assert_eq!(receiver.packets().len(), 1);
}

/// `127.1` isn't an address to Rust; the resolver knows it without any server.
#[test]
fn packets_wait_for_an_address_and_are_sent_then() {
    let receiver = Receiver::start();
    let destination = format!("127.1:{}", receiver.port());
    let apmon = ApMon::builder().destination(&destination).unwrap().start().unwrap();
    send(&apmon, 5);
    apmon.connect(TIMEOUT).unwrap();
    assert_eq!(apmon.flush(TIMEOUT), 0);
    let sequences: Vec<_> = receiver.packets().iter().map(|it| it.numbering().sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
    assert_eq!((apmon.counts().sent, apmon.counts().packets()), (5, 5));
}

#[test]
fn a_name_without_an_address_is_named_by_connect_and_stops_no_other() {
    let receiver = Receiver::start();
    let builder = ApMon::builder().destination("nobody..invalid:7 secret").unwrap();
    let apmon = builder.destination(&receiver.destination()).unwrap().start().unwrap();
    let error = apmon.connect(Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.to_string(), "nobody..invalid:7: no address is known");
    send(&apmon, 3);
    assert_eq!(receiver.packets().len(), 3);
    assert_eq!((apmon.counts().sent, apmon.counts().waiting), (3, 3));
}

#[test]
fn of_two_destinations_with_one_address_one_is_reported_and_not_used() {
    for (one, other) in [("127.0.0.1", "localhost"), ("127.0.0.1", "127.1"), ("127.1", "127.0.1")] {
        let receiver = Receiver::start();
        let port = receiver.port();
        let reports = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&reports);
        let mut builder =
            ApMon::builder().on_error(move |report| lines.lock().unwrap().push(report.to_string()));
        for host in [one, other] {
            builder = builder.destination(&format!("{host}:{port} secret")).unwrap();
        }
        let apmon = builder.start().unwrap();
        // Perhaps before it is known that they are one.
        send(&apmon, 20);
        apmon.connect(TIMEOUT).unwrap();
        assert_eq!(apmon.flush(TIMEOUT), 0);
        assert_eq!(receiver.packets().len(), 20, "{one} {other}");
        let before = apmon.counts().packets();
        send(&apmon, 1);
        assert_eq!(apmon.counts().packets(), before + 1);
        assert_eq!(receiver.packet().numbering().sequence, 21);
        let expected = [(other, one), (one, other)].map(|(second, first)| {
            format!("{second}:{port}: the same address as {first}:{port}: only one is used")
        });
        // Names are looked up at the same time, and the first one found is used.
        let orders = if one == "127.1" { &expected[..] } else { &expected[..1] };
        let reports = reports.lock().unwrap();
        assert!(reports.len() == 1 && orders.contains(&reports[0]), "{reports:?}");
    }
}
