//! Destinations with one address.

use std::sync::{Arc, Mutex, OnceLock};

use super::{Builder, Receiver, Sender, To};
use crate::params;

/// Between a look-up and the comparison with the other addresses, others may send.
#[test]
fn a_duplicate_is_known_as_one_before_it_can_be_sent_to() {
    static APMON: OnceLock<Sender> = OnceLock::new();
    let receiver = Receiver::start();
    let port = receiver.0.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    let builder = Builder::default().on_error(move |report| {
        let process = APMON.get().unwrap().process();
        let has_address = process.routing.load().routes[1].address().is_some();
        to.lock().unwrap().push((report.to_string().contains("the same address"), has_address));
    });
    let builder = builder.destination(&format!("127.0.0.1:{port}")).unwrap();
    let apmon = Sender::by_hand(builder.destination(&format!("127.1:{port}")).unwrap());
    let apmon = APMON.get_or_init(|| apmon);
    apmon.send(To::Last, None, &params!["n" => 1]).unwrap();
    apmon.resolve();
    assert_eq!(*seen.lock().unwrap(), [(true, false)]);
    // What was queued for it isn't sent a second time.
    apmon.step();
    assert_eq!(receiver.count(), 1);
    let counts = apmon.counts();
    assert_eq!((counts.sent, counts.abandoned, counts.packets()), (1, 1, 2));
}
