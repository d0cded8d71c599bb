//! A parameter is in a packet as a whole or not at all, and what is wrong with one harms no other.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use apmon::{ApMon, Builder, Parameter, SendError, Sent, Value, params};

use crate::receiver::Receiver;

fn builder(receiver: &Receiver) -> Builder {
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    builder.cluster("cluster").node("node").max_rate(10_000)
}

fn names(parameters: &[Parameter<'_>]) -> Vec<String> {
    let name = |it: &Parameter<'_>| String::from_utf8(it.name.to_vec()).unwrap();
    parameters.iter().map(name).collect()
}

#[test]
fn values_of_every_type_arrive() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver).start().unwrap();
    let parameters = params![
        "i32" => i32::MIN,
        "i64 that fits" => -5_i64,
        "i64" => i64::from(i32::MAX) + 1,
        "u64" => u64::MAX,
        "bool" => true,
        "f32" => 0.5_f32,
        "f64" => -1e300,
        "text" => "Cádiz",
        "empty" => "",
        "bytes" => &b"\xff\0"[..],
    ];
    let sent = apmon.send(parameters).unwrap();
    assert_eq!(sent, Sent { parameters: 10, packets: 1 });
    let datagram = receiver.packet();
    let packet = datagram.packet();
    let values: Vec<_> = packet.parameters.iter().map(|it| it.value).collect();
    let expected = [
        Value::I32(i32::MIN),
        Value::I32(-5),
        Value::F64(2_147_483_648.0),
        Value::F64(18_446_744_073_709_551_615.0),
        Value::I32(1),
        Value::F64(0.5),
        Value::F64(-1e300),
        Value::Text("Cádiz".as_bytes()),
        Value::Text(b""),
        Value::Text(b"\xff\0"),
    ];
    assert_eq!(values, expected);
    assert_eq!((packet.cluster, packet.node, packet.time), (&b"cluster"[..], &b"node"[..], None));
    let header = packet.header.unwrap();
    assert_eq!((header.version, header.password), (&b"2.2.4-rs"[..], &b""[..]));
    let numbering = header.numbering.unwrap();
    assert!((1..i32::MAX).contains(&numbering.instance) && numbering.sequence == 1);
}

#[test]
fn wrong_parameters_are_left_out_counted_and_reported() {
    let receiver = Receiver::start();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&reports);
    let builder =
        builder(&receiver).on_error(move |report| lines.lock().unwrap().push(report.to_string()));
    let apmon = builder.start().unwrap();
    let (large, long) = ("x".repeat(9_000), "x".repeat(70_000));
    let parameters = params![
        "first" => 1,
        "" => 2,
        "nan" => f64::NAN,
        "infinite" => f32::INFINITY,
        "second" => 3,
        "large" => &large,
        &long => 4,
        "third" => "text",
    ];
    let sent = apmon.send(parameters).unwrap();
    assert_eq!(sent, Sent { parameters: 3, packets: 1 });
    assert_eq!(names(&receiver.packet().packet().parameters), ["first", "second", "third"]);
    assert!(receiver.is_quiet());
    let counts = apmon.counts();
    assert_eq!(counts.parameters_without_name, 1);
    assert_eq!(counts.parameters_not_finite, 2);
    assert_eq!(counts.parameters_too_large, 2);
    assert_eq!(*reports.lock().unwrap(), ["parameter '' is left out: it has no name"]);
    // With nothing else there is nothing to send, and the next packet goes.
    assert_eq!(apmon.send(params!["nan" => f64::NAN]), Err(SendError::NothingToSend));
    assert_eq!(apmon.send([]), Err(SendError::NothingToSend));
    assert!(receiver.is_quiet());
    apmon.send(params!["n" => 1]).unwrap();
    assert_eq!(receiver.packet().numbering().sequence, 2);
}

#[test]
fn numbers_that_are_not_finite_are_sent_if_asked_for() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver).not_finite(true).start().unwrap();
    apmon.send(params!["infinite" => f64::NEG_INFINITY]).unwrap();
    let datagram = receiver.packet();
    assert_eq!(datagram.packet().parameters[0].value, Value::F64(f64::NEG_INFINITY));
}

/// Of every size around the limits.
#[test]
fn a_parameter_that_needs_a_packet_of_its_own_goes_alone() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver).start().unwrap();
    let mut largest = 0;
    for length in (1_300..1_450).chain(8_050..8_200) {
        let text = "x".repeat(length);
        let sent = apmon.send(params!["before" => 1, "text" => &text, "after" => 2]).unwrap();
        let datagrams = receiver.packets();
        let parameters: Vec<_> =
            datagrams.iter().map(|datagram| names(&datagram.packet().parameters)).collect();
        let count = parameters.iter().map(Vec::len).sum::<usize>();
        assert_eq!((sent.packets, sent.parameters), (parameters.len(), count), "{length}");
        for (datagram, parameters) in datagrams.iter().zip(&parameters) {
            let size = datagram.0.len();
            assert!(
                size + 4 <= 1_440 || parameters == &["text"],
                "{length}: {size} {parameters:?}"
            );
            assert!(size + 4 <= 8_192, "{length}: {size}");
            largest = largest.max(size);
        }
        let all = parameters.concat();
        let is_sent = all == ["before", "text", "after"];
        assert!(is_sent || all == ["before", "after"], "{length}: {parameters:?}");
        // Left out exactly where nothing would be gained by being less careful.
        let alone = 16 + 8 + 12 + 8 + 4 + (8 + 4 + 4 + text.len().next_multiple_of(4)) + 4;
        assert_eq!(is_sent, alone <= 8_192, "{length}");
    }
    assert_eq!(largest, 8_188);
}

#[test]
fn names_without_room_for_a_parameter_are_an_error_and_are_not_remembered() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver).start().unwrap();
    let long = "x".repeat(8_192);
    for (cluster, node) in [(&*long, "n"), ("c", &long), (&long[..4_100], &long[..4_100])] {
        let sent = apmon.send_to(cluster, node, params!["n" => 1]);
        assert_eq!(sent, Err(SendError::NamesTooLong));
        apmon.send(params!["n" => 1]).unwrap();
        assert_eq!(receiver.packet().packet().cluster, b"cluster");
    }
    // With names longer than a usual packet, each parameter goes alone.
    let sent = apmon.send_to(&long[..1_500], "node", params!["a" => 1, "b" => 2]).unwrap();
    assert_eq!(sent, Sent { parameters: 2, packets: 2 });
    let both = receiver.packets();
    assert!(both.len() == 2 && both.iter().all(|it| it.packet().cluster.len() == 1_500));
}

#[test]
fn a_time_is_one_of_32_bits_or_an_error() {
    let receiver = Receiver::start();
    let apmon = builder(&receiver).start().unwrap();
    let epoch = SystemTime::UNIX_EPOCH;
    let at = |time| apmon.packet("c", "n").at(time).params(params!["n" => 1]).send();
    let (seconds, millis) = (Duration::from_secs, Duration::from_millis);
    for (time, expected) in [
        (epoch + seconds(1), 1),
        (epoch + millis(1_999), 1),
        (epoch + seconds(1_413_404_125), 1_413_404_125),
        (epoch + seconds(i32::MAX as u64) + millis(999), i32::MAX),
    ] {
        at(time).unwrap();
        assert_eq!(receiver.packet().packet().time, Some(expected));
    }
    for time in [
        epoch,
        epoch + millis(999),
        epoch - seconds(1),
        epoch + seconds(i32::MAX as u64 + 1),
        epoch + seconds(1 << 40),
    ] {
        let error = at(time).unwrap_err();
        assert_eq!(error, SendError::TimeOutOfRange(time));
        assert!(error.to_string().contains("2038-01-19"), "{error}");
    }
    assert!(receiver.is_quiet());
}
