//! What a sender does when it is dropped.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use apmon::{ApMon, params};

use crate::receiver::Receiver;

/// How long it goes on to send.
const LAST_SENDS: Duration = Duration::from_secs(1);
/// Far more than a busy machine adds.
const AT_MOST: Duration = Duration::from_secs(10);

type Reports = Arc<Mutex<Vec<String>>>;

fn sender(receiver: &Receiver, max_rate: u32) -> (ApMon, Reports) {
    let reports = Reports::default();
    let lines = Arc::clone(&reports);
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let builder = builder.on_error(move |report| lines.lock().unwrap().push(report.to_string()));
    (builder.max_rate(max_rate).start().unwrap(), reports)
}

fn send(apmon: &ApMon, times: usize) {
    for _ in 0..times {
        apmon.send(params!["n" => 1]).unwrap();
    }
}

fn time_to_drop(apmon: ApMon) -> Duration {
    let began = Instant::now();
    drop(apmon);
    began.elapsed()
}

#[test]
fn without_anything_that_waits_it_ends_at_once() {
    let receiver = Receiver::start();
    let (apmon, _) = sender(&receiver, 20);
    send(&apmon, 1);
    assert!(time_to_drop(apmon) < LAST_SENDS);
    // Its threads are there, and wait for the next look-up and for packets.
    let builder = ApMon::builder().destination("nobody..invalid").unwrap();
    assert!(time_to_drop(builder.start().unwrap()) < LAST_SENDS);
    let (apmon, _) = sender(&receiver, 20);
    send(&apmon, 252);
    assert_eq!(apmon.flush(AT_MOST), 0);
    assert!(time_to_drop(apmon) < LAST_SENDS);
}

#[test]
fn closing_it_returns_what_became_of_every_packet() {
    let receiver = Receiver::start();
    let (apmon, reports) = sender(&receiver, 10);
    send(&apmon, 200);
    let counts = apmon.close();
    assert_eq!((counts.packets(), counts.waiting), (200, 0));
    assert_eq!(counts.sent, receiver.packets().len() as u64);
    assert!(counts.sent > 126 && counts.abandoned > 0, "{counts:?}");
    let expected = format!("packets not sent: {}", counts.abandoned);
    assert_eq!(*reports.lock().unwrap(), [expected], "once, though it is dropped, too");
}

#[test]
fn what_waits_is_sent_if_a_second_is_enough() {
    let receiver = Receiver::start();
    let (apmon, reports) = sender(&receiver, 10);
    send(&apmon, 128);
    assert_eq!(receiver.packets().len(), 126);
    drop(apmon);
    assert_eq!(receiver.packets().len(), 2);
    assert_eq!(*reports.lock().unwrap(), ["127.0.0.1"; 0]);
}

#[test]
fn after_a_second_the_rest_is_counted_and_reported() {
    let receiver = Receiver::start();
    let (apmon, reports) = sender(&receiver, 10);
    send(&apmon, 200);
    let before = receiver.packets().len();
    let took = time_to_drop(apmon);
    assert!((LAST_SENDS..AT_MOST).contains(&took), "{took:?}");
    let sent = receiver.packets().len();
    // Within the rate: the first one is due within a tenth of a second.
    assert!((1..=11).contains(&sent), "{sent}");
    let expected = format!("packets not sent: {}", 200 - before - sent);
    assert_eq!(*reports.lock().unwrap(), [expected]);
}

/// Other senders of the process go on.
#[test]
fn a_sender_ends_alone() {
    let receivers = [Receiver::start(), Receiver::start()];
    let [(one, _), (other, _)] = [&receivers[0], &receivers[1]].map(|it| sender(it, 20));
    send(&one, 1);
    drop(one);
    send(&other, 2);
    assert_eq!(receivers.map(|receiver| receiver.packets().len()), [1, 2]);
}
