//! What is in the files, and what isn't.

use std::collections::BTreeMap;
use std::time::Duration;

use apmon::wire::{Packet, Parameter, Value};
use mmstats::find;

use super::fixture::{EXPIRE, Published, value};

#[test]
fn a_node_is_a_file_as_long_as_it_is_known() {
    let mut published = Published::new(10);
    let parameters: [(&[u8], _); 5] = [
        (b"orders", Value::I32(-17)),
        (b"load", Value::F64(0.5)),
        (b"big", Value::I64(1 << 40)),
        (b"half", Value::F32(0.25)),
        (b"state", Value::Text(b"open")),
    ];
    published.take(b"Shop", b"web-1", &parameters);
    published.take(
        b"Shop",
        b"web-1",
        &[(b"load", Value::F64(0.75)), (b"state", Value::Text(b"shut"))],
    );
    let expected = [
        ("apmon.updated", "1000000.5"),
        ("big", "1099511627776.0"),
        ("half", "0.25"),
        ("load", "0.75"),
        ("orders", "-17.0"),
        ("state", "shut"),
    ]
    .map(|(name, text)| value(&format!("{name}{{cluster=\"Shop\",node=\"web-1\"}}"), text));
    assert_eq!(published.stats(), BTreeMap::from(expected));
    assert_eq!(published.names(), ["apmon-Shop-web-1.mmstats"]);
    let pid = i64::from(std::process::id());
    assert_eq!(published.files()[0].get("sys.pid").unwrap().value().as_i64(), Some(pid));
    assert_eq!(published.counts(), [7, 0, 0, 0, 0, 0, 0]);
    let Published { publisher, directory, .. } = published;
    drop(publisher);
    assert_eq!(find([directory.path()]).paths().len(), 0);
}

#[test]
fn nodes_whose_file_names_are_the_same_have_a_file_each() {
    let mut published = Published::new(10);
    for (cluster, node) in
        [(&b"a-b"[..], &b"c"[..]), (b"a", b"b-c"), (b"a", b"b-c"), (b"a/b", b"c"), (b"a%b", b"c")]
    {
        published.take(cluster, node, &[(b"x", Value::I32(1))]);
    }
    let expected = [
        "apmon-a-b-c-2.mmstats",
        "apmon-a-b-c.mmstats",
        "apmon-a_b-c-2.mmstats",
        "apmon-a_b-c.mmstats",
    ];
    assert_eq!(published.names(), expected);
    let labels: Vec<_> = published.values().into_iter().map(|(label, _)| label).collect();
    let expected = [("a", "b-c"), ("a%b", "c"), ("a-b", "c"), ("a/b", "c")]
        .map(|(cluster, node)| format!("x{{cluster=\"{cluster}\",node=\"{node}\"}}"));
    assert_eq!(labels, expected);
}

#[test]
fn no_name_is_taken_for_another_stat() {
    let mut published = Published::new(10);
    let one = Value::I32(1);
    published.take(
        b"",
        b"",
        &[
            (b"apmon.updated", one),
            (b"sys.pid", one),
            (b"x{node=\"other\"}", one),
            (b"x\n\"", one),
            (b"caf\xe9\0", one),
        ],
    );
    published.take(b"", b"..\n/\"{PID}", &[(b"sys.pid", one)]);
    let expected = [
        value(r"caf\xe9\x00", "1.0"),
        value(r#"sys.pid{node="..\n/\"{PID}"}"#, "1.0"),
        value("x\n\"", "1.0"),
        value(r#"{"x{node=\"other\"}"}"#, "1.0"),
    ];
    assert_eq!(published.values(), expected);
    assert_eq!(published.names(), ["apmon--..____PID_.mmstats", "apmon--.mmstats"]);
    assert_eq!(published.counts(), [4, 0, 0, 2, 0, 0, 0]);
}

/// The longest name of a node of the cluster "Shop".
#[test]
fn a_node_goes_with_its_file_when_it_was_silent() {
    let mut published = Published::new(10);
    let parameters = vec![Parameter::new("x", 1)];
    let packet = |node| Packet { node, parameters: parameters.clone(), ..Packet::default() };
    assert_eq!(published.publisher.next_expiry(), None);
    published.take_at(&packet(b"1"), 0);
    published.take_at(&packet(b"2"), 3);
    published.take_at(&packet(b"1"), 4);
    let next = |published: &Published| published.publisher.next_expiry().unwrap() - published.began;
    assert_eq!(next(&published), EXPIRE + Duration::from_secs(3));
    published.publisher.expire(published.began + Duration::from_millis(12_999));
    assert_eq!(published.names().len(), 2);
    published.publisher.expire(published.began + Duration::from_secs(13));
    assert_eq!(published.names(), ["apmon--1.mmstats"]);
    assert_eq!(next(&published), EXPIRE + Duration::from_secs(4));
    let stats = &published.publisher.stats;
    assert_eq!((stats.nodes.get(), stats.expired.get()), (1, 1));
}

#[test]
fn an_older_value_does_not_overwrite() {
    let mut published = Published::new(10);
    let mut take = |time, name, number, seconds| {
        let parameters = vec![Parameter::new(name, number)];
        published.take_at(&Packet { parameters, time, ..Packet::default() }, seconds);
        let stats = published.stats();
        (stats[name].clone(), stats["apmon.updated"].clone(), published.counts()[4])
    };
    let expected =
        |value: &str, updated: &str, older| (value.to_owned(), updated.to_owned(), older);
    assert_eq!(take(Some(999_000), "x", 1, 0), expected("1.0", "999000.0", 0));
    assert_eq!(take(Some(998_999), "x", 2, 0), expected("1.0", "999000.0", 1));
    // The same second, as in the further packets of one message.
    assert_eq!(take(Some(999_000), "x", 3, 0), expected("3.0", "999000.0", 1));
    // An older one that is the parameter's latest.
    assert_eq!(take(Some(998_000), "y", 4, 0), expected("4.0", "999000.0", 1));
    // Without a time, or one that isn't any: it is as old as its arrival.
    assert_eq!(take(None, "x", 5, 0), expected("5.0", "1000000.5", 1));
    assert_eq!(take(Some(-1), "x", 6, 1), expected("6.0", "1000001.5", 1));
    assert_eq!(take(Some(1_000_000), "x", 7, 1), expected("6.0", "1000001.5", 2));
    // From the future: it doesn't keep out what comes later.
    assert_eq!(take(Some(i32::MAX), "x", 8, 2), expected("8.0", "1000002.5", 2));
    assert_eq!(take(Some(1_000_003), "x", 9, 3), expected("9.0", "1000003.0", 2));
    // The receiver's clock was set back.
    assert_eq!(take(None, "x", 10, 0), expected("10.0", "1000003.0", 2));
}

#[test]
fn a_parameter_stays_a_number_or_a_text() {
    let mut published = Published::new(10);
    let (number, text) = (Value::I32(1), Value::Text(b"2"));
    published.take(b"", b"", &[(b"n", number), (b"n", text), (b"t", text), (b"t", number)]);
    published.take(b"", b"", &[(b"n", Value::F64(3.5)), (b"t", Value::Text(b""))]);
    assert_eq!(published.values(), [value("n", "3.5"), value("t", "")]);
    for number in [f64::NAN, f64::INFINITY] {
        published.take(b"", b"", &[(b"n", Value::F64(number)), (b"new", Value::F32(f32::NAN))]);
    }
    assert_eq!(published.values(), [value("n", "3.5"), value("t", "")]);
    assert_eq!(published.counts(), [4, 0, 0, 0, 0, 2, 4]);
}
