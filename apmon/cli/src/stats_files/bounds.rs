//! What isn't sent: files of others' making, and what is beyond the bounds.

use std::ffi::OsString;
use std::fs;
use std::iter;

use mmstats::{Counter, Field, Options};
use nix::sys::stat::Mode;

use super::fixture::{Polled, add};
use super::*;

#[test]
fn published_nodes_are_never_sent() {
    let mut polled = Polled::new("Shop", "web");
    let options = |name: &str| Options::dynamic(name).path(polled.path()).default_fields(false);
    let [node, receiver] =
        ["ApMonNode", "PublishStats"].map(|name| options(name).create().unwrap());
    let label = r#"load{cluster="Shop",node="web-1"}"#;
    let _load: Counter = add(&node, Counter::named(label));
    let _packets: Counter = add(&receiver, Counter::named("apmon.receive.packets"));
    for expected in [
        &["apmon.receive.packets=0"][..],
        &["apmon.receive.packets=0", "apmon.receive.packets_R=0.0"],
    ] {
        assert_eq!(polled.parameters(), expected);
    }
}

#[test]
fn files_of_this_process_are_never_sent() {
    let mut polled = Polled::new("Shop", "web");
    polled.files.selection = Selection::without_own();
    let writer = polled.writer();
    let _sent: Counter = add(&writer, Counter::named("apmon.send.sent"));
    polled.write("other.mmstats", 7, iter::empty());
    assert_eq!(polled.parameters(), ["sys.tid=7"]);
}

#[test]
fn a_bad_file_is_reported_once_and_the_others_are_sent() {
    let mut polled = Polled::new("Shop", "web");
    fs::write(polled.path().join("a\n.mmstats"), "\u{1b}[2J no stats file").unwrap();
    fs::write(polled.path().join("b.mmstats"), "").unwrap();
    nix::unistd::mkfifo(&polled.path().join("c.mmstats"), Mode::S_IRWXU).unwrap();
    let cut = polled.write("d.mmstats", 7, iter::once("jobs".to_owned()));
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 4]).unwrap();
    for reports in [4, 0, 0] {
        assert_eq!(polled.parameters().last().map(|it| &**it), Some("sys.tid=7"));
        let problems = polled.problems();
        assert_eq!(problems.len(), reports, "{problems:?}");
        assert!(problems.iter().all(|it| !it.contains(char::is_control)), "{problems:?}");
    }
    fs::write(polled.path().join("b.mmstats"), "another").unwrap();
    polled.poll();
    assert_eq!(polled.problems(), [""; 0], "it was reported");
}

#[test]
fn a_named_file_is_missing_only_at_the_first_poll() {
    let mut polled = Polled::new("Shop", "web");
    let file = polled.write("a.mmstats", 7, iter::empty());
    let missing = polled.path().join("missing.mmstats");
    let locations: [OsString; 2] = [file.clone(), missing].map(Into::into);
    polled.files.watch = Watch::new(&locations);
    polled.poll();
    let problems = polled.problems();
    assert!(problems.len() == 1 && problems[0].contains("missing.mmstats"), "{problems:?}");
    fs::remove_file(file).unwrap();
    polled.poll();
    assert_eq!(polled.problems(), [""; 0], "its program ended");
}

#[test]
fn bad_files_beyond_a_number_are_not_reported_each() {
    let mut polled = Polled::new("Shop", "web");
    (0..1_010).for_each(|n| fs::write(polled.path().join(format!("{n}.mmstats")), "no").unwrap());
    polled.poll();
    let problems = polled.problems();
    assert_eq!(problems.len(), 1_001);
    assert!(problems[1_000].starts_with("more than 1000"), "{}", problems[1_000]);
    (0..10).for_each(|n| fs::write(polled.path().join(format!("x{n}.mmstats")), "no").unwrap());
    polled.poll();
    assert_eq!(polled.problems(), [""; 0]);
}

#[test]
fn nodes_beyond_a_thousand_are_counted_and_those_sent_before_stay() {
    let mut polled = Polled::new("Shop", "{tid}");
    let write = |polled: &Polled, thread: u64| {
        polled.write(&format!("{thread}.mmstats"), thread, iter::empty())
    };
    let files: Vec<_> = (2_000..3_000).map(|thread| write(&polled, thread)).collect();
    assert_eq!((polled.poll().len(), polled.left_out()), (1_000, [0, 0]));
    assert_eq!(polled.problems(), [""; 0]);
    // By name these come first.
    (1_000..1_003).for_each(|thread| _ = write(&polled, thread));
    let nodes = |polled: &mut Polled| -> Vec<String> {
        polled.poll().into_iter().map(|(node, _)| node).collect()
    };
    let found = nodes(&mut polled);
    assert_eq!((found.len(), &*found[0]), (1_000, "Shop/2000"));
    assert_eq!(polled.left_out(), [3, 0]);
    let problems = polled.problems();
    assert!(problems.len() == 1 && problems[0].contains("\"1000\""), "{problems:?}");
    fs::remove_file(&files[5]).unwrap();
    let found = nodes(&mut polled);
    assert_eq!((found.len(), &*found[0], &*found[1]), (1_000, "Shop/1000", "Shop/2000"));
    assert_eq!((polled.left_out(), polled.problems().len()), ([5, 0], 0));
}

#[test]
fn parameters_beyond_ten_thousand_are_counted() {
    let mut polled = Polled::new("Shop", "{tid}");
    let labels = |count: u32| (0..count).map(|number| format!("label{number:05}"));
    polled.write("a.mmstats", 1, labels(10_003));
    polled.write("b.mmstats", 2, labels(10));
    for reports in [1, 0] {
        let nodes = polled.poll();
        let counts: Vec<_> = nodes.iter().map(|(_, parameters)| parameters.len()).collect();
        assert_eq!(counts, [10_000, 11], "sys.tid is last of each");
        assert_eq!(nodes[0].1.last().unwrap(), "label09999=1");
        assert_eq!(polled.problems().len(), reports);
    }
    assert_eq!(polled.left_out(), [0, 8]);
}

#[test]
fn a_name_above_255_bytes_is_no_node() {
    let mut polled = Polled::new("Shop", "web");
    let _file = polled.write("a.mmstats", 1, iter::empty());
    for (length, reports) in [(255, 0), (256, 1), (256, 0)] {
        polled.files.cluster = "c".repeat(length).parse().unwrap();
        assert_eq!(polled.poll().len(), usize::from(length == 255), "{length}");
        assert_eq!(polled.problems().len(), reports, "{length}");
    }
}
