//! A port on which nobody listens.

use std::sync::{Arc, Mutex};

use apmon::{ApMon, params};

use crate::receiver::Receiver;

#[test]
fn a_refusal_of_an_earlier_packet_is_counted_and_the_next_is_sent_again() {
    let receiver = Receiver::apart();
    let port = receiver.port();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&reports);
    let apmon = ApMon::builder()
        .destination(&receiver.destination())
        .unwrap()
        .on_error(move |report| lines.lock().unwrap().push(report.to_string()))
        .start()
        .unwrap();
    let send = || apmon.send(params!["n" => 1]).unwrap();
    send();
    drop(receiver);
    for _ in 0..5 {
        send();
    }
    let receiver = Receiver::at(("127.77.0.3", port)).unwrap();
    send();
    assert_eq!(receiver.packet().numbering().sequence, 7);
    // The first and the last arrived, and the five between them came back.
    let counts = apmon.counts();
    assert_eq!((counts.sent, counts.returned, counts.packets()), (7, 5, 7));
    let expected = format!("127.77.0.3:{port}: nobody listens there");
    assert_eq!(*reports.lock().unwrap(), [expected]);
}
