//! What is beyond the bounds is counted.

use apmon::wire::Value;
use mmstats::{Options, StatsFile};

use super::fixture::{EXPIRE, Published, files};
use super::limits::MAX_LABEL;
use crate::published::STRUCT_NAME;

#[test]
fn names_that_are_too_long_are_counted() {
    let mut published = Published::new(10);
    let one = Value::I32(1);
    let longest = MAX_LABEL - r#"apmon.updated{cluster="Shop",node=""}"#.len();
    for (length, rejected) in [(4_096, 1), (longest + 1, 2), (longest, 2)] {
        published.take(b"Shop", &vec![b'n'; length], &[(b"x", one)]);
        assert_eq!(published.counts()[2], rejected, "{length}");
    }
    assert_eq!(published.names().len(), 1);
    // 60,000 bytes, of which each takes four.
    published.take(&vec![0xff; 60_000], b"n", &[(b"x", one)]);
    published.take(b"Shop", &[0xff; 100], &[(b"x", one)]);
    assert_eq!((published.counts()[2], published.names().len()), (4, 1));
    let longest = MAX_LABEL - r#"{cluster="c",node="n"}"#.len();
    for (length, rejected) in [(4_096, 1), (longest + 1, 2), (longest, 2)] {
        published.take(b"c", b"n", &[(&vec![b'p'; length], one)]);
        assert_eq!(published.counts()[3], rejected, "{length}");
    }
    assert!(published.values().iter().any(|(label, _)| label.len() == MAX_LABEL));
}

#[test]
fn nodes_beyond_the_maximum_are_counted_until_others_go() {
    let mut published = Published::new(2);
    let one: (&[u8], _) = (b"x", Value::I32(1));
    for node in [b"1", b"2", b"3", b"3", b"1"] {
        published.take(b"c", node, &[one]);
    }
    assert_eq!(published.counts(), [3, 0, 2, 0, 0, 0, 0]);
    assert_eq!(published.names(), ["apmon-c-1.mmstats", "apmon-c-2.mmstats"]);
    published.publisher.expire(published.began + EXPIRE);
    published.take(b"c", b"3", &[one]);
    assert_eq!(published.names(), ["apmon-c-3.mmstats"]);
}

#[test]
fn texts_are_cut_after_a_whole_character() {
    let mut published = Published::new(10);
    let text = format!("a{}", "ü".repeat(200));
    let (longest, longer) = ("x".repeat(256), "x".repeat(257));
    published.take(
        b"",
        b"",
        &[
            (b"1", Value::Text(text.as_bytes())),
            (b"2", Value::Text(longest.as_bytes())),
            (b"3", Value::Text(longer.as_bytes())),
            (b"4", Value::Text(b"caf\xe9\0")),
        ],
    );
    let expected =
        [format!("a{}", "ü".repeat(127)), longest.clone(), longest, r"caf\xe9\x00".to_owned()];
    let values: Vec<_> = published.values().into_iter().map(|(_, text)| text).collect();
    assert_eq!(values, expected);
    assert_eq!(published.counts()[..2], [4, 2]);
}

#[test]
fn a_thousand_parameters_have_room_in_few_files() {
    let mut published = Published::new(10);
    let names: Vec<_> =
        (0..1_100).map(|number| format!("a.parameter.with.a.name.{number:04}")).collect();
    let text = "x".repeat(256);
    let text = Value::Text(text.as_bytes());
    for (number, name) in names.iter().enumerate() {
        if number == 500 {
            // Reserved in further files too.
            published.take(b"Tier2_Jobs", b"wn0001.example.org", &[(b"apmon.updated", text)]);
        }
        published.take(b"Tier2_Jobs", b"wn0001.example.org", &[(name.as_bytes(), text)]);
    }
    assert_eq!(published.counts()[..4], [1_000, 0, 0, 101]);
    assert_eq!(published.values().len(), 1_000);
    assert!(published.names().len() <= 7, "{:?}", published.names());
    let numbers: Vec<(&[u8], _)> =
        names[..60].iter().map(|name| (name.as_bytes(), Value::I32(1))).collect();
    published.take(b"Tier2_Nodes", b"wn0001", &numbers);
    assert_eq!(published.names().iter().filter(|name| name.contains("Nodes")).count(), 1);
}

/// The longest labels there are, and texts.
#[test]
fn the_size_of_a_node_s_files_is_bounded() {
    let mut published = Published::new(10);
    let longest = MAX_LABEL - r#"{cluster="c",node="n"}"#.len();
    for number in 0..1_000 {
        let name = format!("{number:0longest$}");
        published.take(b"c", b"n", &[(name.as_bytes(), Value::Text(b""))]);
    }
    assert_eq!(published.counts()[0], 1_000);
    let size = |file: &StatsFile| file.path().metadata().unwrap().len();
    let size: u64 = published.files().iter().map(size).sum();
    assert!(size <= 2 << 20 && published.names().len() <= 8, "{size} {:?}", published.names());
}

#[test]
fn a_file_that_cannot_be_created_is_tried_again() {
    let mut published = Published::new(10);
    let gone = published.directory.path().join("gone");
    published.publisher.options = Options::dynamic(STRUCT_NAME).path(&gone);
    let one: (&[u8], _) = (b"x", Value::I32(1));
    published.take(b"", b"n", &[one]);
    assert_eq!((published.counts()[2], published.publisher.nodes.len()), (1, 0));
    std::fs::create_dir(&gone).unwrap();
    published.take(b"", b"n", &[one]);
    assert_eq!((published.counts()[2], files(&gone).len()), (1, 1));
}
