//! What a timed call costs: sent, and recorded only.

use std::error::Error;
use std::hint::black_box;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::OnceLock;

use ::kodemon::kodemon;

use super::{Against, Bench, Comparison};
use crate::bare::set_variable;
use crate::harness::{Measurement, Pair, repeated};
use crate::unrolled;

const SEND: &str = "one `send` of as many bytes";

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`#[kodemon]`: a call",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| against_send(bench, plain),
    },
    Comparison {
        operation: "`kodemon::timing!` to sent",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| against_send(bench, || drop(::kodemon::timing!("kodemon.rs-guard"))),
    },
    Comparison {
        operation: "`kodemon::time`: a closure",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| against_send(bench, || ::kodemon::time("kodemon.rs-closure", || ())),
    },
    Comparison {
        operation: "`#[kodemon(…)]`: a call with three fields",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| against_send(bench, || with_fields(black_box(42), black_box("paying"))),
    },
    Comparison {
        operation: "`#[kodemon(stats)]`: a call, sent and recorded",
        against: Against::Limit(SEND),
        asked: Some(1.5),
        measure: |bench| against_send(bench, sent_and_recorded),
    },
    Comparison {
        operation: "`#[kodemon(stats, udp = false)]`: a call",
        against: Against::Other("`Timer::start` to recorded"),
        asked: Some(2.0),
        measure: against_timer,
    },
];

#[kodemon]
#[inline(never)]
fn plain() {}

#[kodemon(customer = customer, phase = phase, euros = 12.5)]
#[inline(never)]
fn with_fields(customer: u32, phase: &str) {}

#[kodemon(stats)]
#[inline(never)]
fn sent_and_recorded() {}

#[kodemon(stats, udp = false)]
#[inline(never)]
fn recorded() {}

fn against_send(bench: &Bench, call: fn()) -> Result<Measurement, Box<dyn Error>> {
    let server = server(bench)?;
    let size = message_size(server, call)?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(server.local_addr()?)?;
    let message = vec![b'x'; size];
    Ok(bench.harness.compare(Pair {
        ours: repeated(call),
        other: repeated(|| socket.send(black_box(&message)).is_ok()),
        besides: None,
    })?)
}

fn against_timer(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    server(bench)?;
    let stats = bench.kinds()?;
    let timer = black_box(&stats.timer);
    recorded();
    Ok(bench.harness.compare(Pair {
        ours: unrolled!(recorded()),
        other: unrolled!(drop(timer.start())),
        besides: None,
    })?)
}

/// The socket that everything is sent to. Nobody reads it, so once it is full the kernel drops what
/// comes, for both sides alike.
fn server(bench: &Bench) -> Result<&'static UdpSocket, Box<dyn Error>> {
    static SERVER: OnceLock<UdpSocket> = OnceLock::new();
    if let Some(server) = SERVER.get() {
        return Ok(server);
    }
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    set_variable("KODEMON_HOST", "127.0.0.1".as_ref())?;
    set_variable("KODEMON_PORT", server.local_addr()?.port().to_string().as_ref())?;
    set_variable("MMSTATS_PATH", bench.directory.as_ref())?;
    Ok(SERVER.get_or_init(|| server))
}

/// The usual size of a call's message. Empties the socket.
fn message_size(server: &UdpSocket, call: fn()) -> Result<usize, Box<dyn Error>> {
    let mut buffer = [0; 4096];
    server.set_nonblocking(true)?;
    while server.recv(&mut buffer).is_ok() {}
    call();
    Ok(server.recv(&mut buffer)?)
}
