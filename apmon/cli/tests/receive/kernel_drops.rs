//! Packets that the kernel drops because the receiver doesn't take them.

use std::process::Stdio;

use crate::packets::numbered;
use crate::receiver::Receiver;

/// More than the receive buffer holds, and than `net.core.rmem_max` may allow; within what counts as
/// lost.
const PACKETS: i32 = 90_000;

#[test]
fn every_packet_that_the_kernel_drops_is_counted_and_seen_by_its_number() {
    let receiver = Receiver::start_into(&[], Stdio::null());
    receiver.counts_of(&[numbered(7, 0)]);
    receiver.while_stopped(|| {
        for sequence in 1..=PACKETS {
            receiver.send(&numbered(7, sequence));
        }
    });
    let counts = receiver.until_all_counted(1 + i64::from(PACKETS));
    let dropped = counts["dropped.kernel"];
    assert!(dropped > 0, "{counts:?}");
    // The newest ones were dropped, which only the next one shows.
    let before = counts["lost"];
    let lost = receiver.counts_of(&[numbered(7, PACKETS + 1)])["lost"];
    assert_eq!(before + lost, dropped);
}
