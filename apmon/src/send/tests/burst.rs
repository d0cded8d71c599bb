//! Nothing of a burst is lost, and all of it arrives in order with its times.

use std::time::Duration;

use super::super::drain::Step;
use super::{BEGAN, Builder, Receiver, Sender, To};
use crate::params;
use crate::wire::Value;

#[test]
fn a_burst_of_a_thousand_is_sent_completely_in_order_with_its_times() {
    const BURST: i32 = 1_000;
    /// Longer than the whole burst may be sent for.
    const MAX_WAITS: usize = 2_000;
    let receiver = Receiver::start();
    let destination = receiver.destination();
    let apmon = Sender::by_hand(Builder::default().destination(&destination).unwrap());
    let mut seen = Vec::new();
    let mut take = || {
        receiver.each(|packet| {
            let number = match packet.parameters[0].value {
                Value::I32(number) => number,
                other => panic!("{other:?}"),
            };
            let numbering = packet.header.unwrap().numbering.unwrap();
            assert_eq!(numbering.sequence, number + 1);
            seen.push((number, packet.time));
        })
    };
    for number in 0..BURST {
        // A hundred a second.
        apmon.advance(Duration::from_millis(10));
        apmon.send(To::Remember("cluster", "node"), None, &params!["number" => number]).unwrap();
        take();
    }
    let mut waits = 0;
    while let Step::Wait(time) = apmon.step() {
        take();
        apmon.advance(time);
        waits += 1;
        assert!(waits < MAX_WAITS);
    }
    take();
    assert_eq!(seen.len(), BURST as usize);
    assert!(seen.iter().map(|(number, _)| *number).eq(0..BURST));
    // The first ones were sent at once, and receivers take their own time for that; the others say
    // when they were queued.
    let at_once = seen.iter().take_while(|(_, time)| time.is_none()).count();
    assert!((251..600).contains(&at_once), "{at_once}");
    for (number, time) in &seen[at_once..] {
        let queued = BEGAN + Duration::from_millis(10) * (*number as u32 + 1);
        assert_eq!(*time, Some(queued.as_secs() as i32), "{number}");
    }
    let counts = apmon.counts();
    assert_eq!((counts.sent, counts.waiting, counts.not_sent()), (BURST as u64, 0, 0));
}
