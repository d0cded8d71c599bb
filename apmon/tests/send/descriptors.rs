//! A process that has no descriptor left, in a program of its own.

use std::fs::File;
use std::sync::{Arc, Mutex};

use apmon::{ApMon, params};
use mmstats_testing::TIMEOUT;
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::os::fork::in_child;
use nix::sys::resource::{Resource, setrlimit};

use crate::receiver::Receiver;

/// Few, but enough for what is open already.
const LIMIT: u64 = 64;

/// Opens files until no more can be.
fn use_up() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

#[test]
#[ignore = "a program that a test starts"]
fn program() {
    play(|what| {
        setrlimit(Resource::RLIMIT_NOFILE, LIMIT, LIMIT).unwrap();
        let receiver = Receiver::start();
        match what {
            "start" => at_the_start(&receiver),
            "fork" => in_child(|| in_a_child(&receiver)).to_string(),
            _ => panic!("nothing is called {what}"),
        }
    });
}

fn at_the_start(receiver: &Receiver) -> String {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&reports);
    let files = use_up();
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let builder = builder.on_error(move |report| lines.lock().unwrap().push(report.to_string()));
    let apmon = builder.stats(true).start().unwrap();
    assert!(reports.lock().unwrap()[0].contains("Too many open files"), "{reports:?}");
    apmon.send(params!["n" => 1]).unwrap();
    assert_eq!(apmon.counts().waiting, 1);
    drop(files);
    assert_eq!(apmon.flush(TIMEOUT), 0);
    format!("{} sent, {} arrived", apmon.counts().sent, receiver.packets().len())
}

/// A child needs a socket of its own, for which it gets its parent's descriptor.
fn in_a_child(receiver: &Receiver) -> bool {
    let builder = ApMon::builder().destination(&receiver.destination()).unwrap();
    let apmon = builder.start().unwrap();
    let child = in_child(|| {
        let files = use_up();
        apmon.send(params!["n" => 1]).unwrap();
        let waiting = apmon.flush(TIMEOUT);
        drop(files);
        waiting == 0 && apmon.counts().sent == 1
    });
    child == 0 && receiver.packets().len() == 1
}

#[test]
fn without_descriptors_packets_wait_until_there_are_some() {
    assert_eq!(Actor::start("descriptors::program").ask("start"), "1 sent, 1 arrived");
}

#[test]
fn a_child_without_descriptors_sends() {
    assert_eq!(Actor::start("descriptors::program").ask("fork"), "0");
}
