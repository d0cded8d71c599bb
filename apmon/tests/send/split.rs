//! More parameters than a packet holds are split as ApMon 2.17 splits them.

use std::time::{Duration, SystemTime};

use apmon::wire::Packet;
use apmon::{ApMon, Parameter, Sent};

use crate::receiver::Receiver;

/// The first of the two packets that 2.17 sent for 80 parameters.
const VECTOR: &[u8] = include_bytes!("../data/py-2.17.02-split.bin");
const PARAMETERS: usize = 80;

/// What follows header and numbers.
fn rest(packet: &[u8]) -> &[u8] {
    let length = u32::from_be_bytes(packet[..4].try_into().unwrap()) as usize;
    &packet[4 + length.next_multiple_of(4) + 8..]
}

/// Name, type and value of each parameter: it sends all numbers as doubles.
fn parameters(names: &[String]) -> Vec<Parameter<'_>> {
    let value = |index: usize| index as f64 / 2.0;
    names.iter().enumerate().map(|(index, name)| Parameter::new(name, value(index))).collect()
}

#[test]
fn the_packets_are_those_of_the_original_but_for_version_and_numbers() {
    let receiver = Receiver::start();
    let apmon = ApMon::builder().destination(&receiver.destination()).unwrap().start().unwrap();
    let original = Packet::decode(VECTOR).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(original.time.unwrap() as u64);
    let names: Vec<_> = (0..PARAMETERS).map(|index| format!("bulk_{index:03}")).collect();
    let all = parameters(&names);
    let packet = apmon.packet("tier2", "wn002.example.org").at(time);
    let sent = packet.params(&all).send().unwrap();
    assert_eq!(sent, Sent { parameters: PARAMETERS, packets: 2 });
    let [first, second] = [receiver.packet(), receiver.packet()];
    assert_eq!(rest(&first.0), rest(VECTOR));
    // What its file says of the other one: the next number, the other parameters, the same time.
    let second_packet = second.packet();
    assert_eq!(second.numbering().sequence, first.numbering().sequence + 1);
    assert_eq!(second.numbering().instance, first.numbering().instance);
    assert_eq!(second_packet.parameters, all[original.parameters.len()..]);
    assert_eq!((second_packet.cluster, second_packet.node), (original.cluster, original.node));
    assert_eq!(second_packet.time, original.time);
}

/// A packet is full only if the next parameter and a time wouldn't fit.
#[test]
fn every_size_is_kept_to_and_used() {
    let receiver = Receiver::start();
    let names: Vec<_> = (0..PARAMETERS).map(|index| format!("bulk_{index:03}")).collect();
    let all = parameters(&names);
    for size in [512, 513, 535, 536, 537, 1_440, 8_192] {
        let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
        let apmon = builder.max_size(size).start().unwrap();
        let sent = apmon.send_to("cluster", "node", &all).unwrap();
        let packets = receiver.packets();
        assert_eq!((sent.packets, sent.parameters), (packets.len(), PARAMETERS));
        let sizes: Vec<_> = packets.iter().map(|packet| packet.0.len()).collect();
        let (last, full) = sizes.split_last().unwrap();
        assert!(full.iter().all(|found| (size - 4 - 23..=size - 4).contains(found)), "{sizes:?}");
        assert!(*last <= size - 4, "{size}: {sizes:?}");
    }
}
