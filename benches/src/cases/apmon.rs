//! ApMon: what a packet costs its sender and its reader.

use std::error::Error;
use std::hint::black_box;
use std::net::{Ipv4Addr, UdpSocket};

use ::apmon::wire::{Packet, Value};
use ::apmon::{ApMon, RateLimit, params};

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};

const SEND: &str = "one `send` of as many bytes";
const COPY: &str = "copying its strings, one after the other";

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "apmon: `send` of three parameters",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| send(bench, 1),
    },
    Comparison {
        operation: "apmon: the same to two destinations",
        against: Against::Limit("two `send`s of as many bytes"),
        asked: None,
        measure: |bench| send(bench, 2),
    },
    Comparison {
        operation: "apmon: decoding a packet of 7 parameters",
        against: Against::Limit(COPY),
        asked: Some(3.0),
        measure: |bench| {
            decode(bench, include_bytes!("../../../apmon/tests/data/perl-2.2.25-mixed.bin"))
        },
    },
    Comparison {
        operation: "apmon: decoding one of 1,412 bytes, as hosts send it",
        against: Against::Limit(COPY),
        asked: Some(3.0),
        measure: |bench| {
            decode(bench, include_bytes!("../../../apmon/tests/data/py-2.17.02-system.bin"))
        },
    },
];

/// Nobody reads the sockets, so once they are full the kernel drops what comes, for both sides alike.
fn send(bench: &Bench, destinations: usize) -> Result<Measurement, Box<dyn Error>> {
    let mut servers = Vec::new();
    // No packet is held back: what it costs to keep the rate is part of each.
    let mut builder = ApMon::builder().max_rate(u32::MAX).rate_limit(RateLimit::Drop);
    for _ in 0..destinations {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        builder = builder.destination(&format!("{} secret", server.local_addr()?))?;
        servers.push(server);
    }
    let apmon = builder.start()?;
    let ours = || {
        let list = params!["orders" => black_box(17), "state" => black_box("open"), "load" => 0.5];
        apmon.send_to("Shop", "web-1", list).is_ok()
    };
    let mut buffer = [0; 4096];
    ours();
    let size = servers[0].recv(&mut buffer)?;
    let mut others = Vec::new();
    for server in &servers {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(server.local_addr()?)?;
        others.push(socket);
    }
    let packet = buffer[..size].to_owned();
    let measured = bench.harness.compare(Pair {
        ours: repeated(ours),
        other: repeated(|| others.iter().all(|socket| socket.send(black_box(&packet)).is_ok())),
        besides: None,
    })?;
    let counts = apmon.counts();
    assert_eq!(counts.sent, counts.packets(), "none was dropped");
    Ok(measured)
}

fn decode(bench: &Bench, bytes: &[u8]) -> Result<Measurement, Box<dyn Error>> {
    let packet = Packet::decode(bytes)?;
    let header = packet.header.ok_or("a packet with a header")?;
    let mut strings = vec![header.version, header.password, packet.cluster, packet.node];
    for parameter in &packet.parameters {
        strings.push(parameter.name);
        if let Value::Text(text) = parameter.value {
            strings.push(text);
        }
    }
    // Into memory that is there already: a copy for each string would be measuring the allocator.
    let mut copy = Vec::with_capacity(bytes.len());
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| Packet::decode(black_box(bytes)).map(black_box).is_ok()),
        other: repeated(|| {
            copy.clear();
            black_box(&strings).iter().for_each(|text| copy.extend_from_slice(text));
            black_box(copy.len())
        }),
        besides: None,
    })?)
}
