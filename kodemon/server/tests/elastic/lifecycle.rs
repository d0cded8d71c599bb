//! How kodemon starts, runs and shuts down with a faulty engine.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use mmstats_testing::command::run;
use mmstats_testing::kodemon::{Kodemon, store};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::command;
use crate::fake_engine::{Act, FakeEngine};

/// An address where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Both stores, with stderr in a file.
fn both(directory: &Path, engine: &FakeEngine) -> (Kodemon, PathBuf) {
    let (file, reported) = (store(directory), directory.join("stderr"));
    let mut command = command(directory, &[file.to_str().unwrap(), &engine.store()]);
    (Kodemon::of(command.stderr(File::create(&reported).unwrap())), reported)
}

fn refused(status: u16) -> Act {
    Act::Answer(status, r#"{"error": "on purpose"}"#.to_owned())
}

#[test]
fn an_unusable_engine_is_reported_without_its_password() {
    let directory = TempDir::new().unwrap();
    let file = store(directory.path());
    let file = file.to_str().unwrap();
    let (nobody, engine) = (nobody(), FakeEngine::start());
    let old = r#"{"version": {"number": "7.7.1"}}"#;
    engine.next("/", [401, 401, 503].map(refused));
    engine.next("/", [Act::Answer(200, "<html>".to_owned()), Act::Answer(200, old.to_owned())]);
    engine.next("kodemon", [refused(403)]);
    let engine = engine.address;
    for (stores, expected) in [
        (vec![format!("elasticsearch:http://u:secret@{nobody}")], format!("http://{nobody}: ")),
        (
            vec![format!("elasticsearch:http://u:secret@{engine}")],
            format!("{engine}: 401: on purpose"),
        ),
        (vec![file.to_owned(), format!("opensearch:http://u:secret@{engine}")], "401".to_owned()),
        (vec![format!("elasticsearch:http://{engine}")], "503: on purpose".to_owned()),
        (vec![format!("elasticsearch:http://{engine}")], "not a response of a search".to_owned()),
        (vec![format!("elasticsearch:http://{engine}")], "7.7.1".to_owned()),
        (vec![format!("elasticsearch:http://{engine}")], "403: on purpose".to_owned()),
        (vec!["elasticsearch:https://u:secret@h".to_owned()], "a proxy".to_owned()),
        (vec!["elasticsearch:h:9200 secret".to_owned()], "not a URL".to_owned()),
        (vec!["elasticsearch:http://u@h:9200".to_owned()], "_PASSWORD".to_owned()),
        (vec![file.to_owned(), "sqlite:other".to_owned()], "one of each kind".to_owned()),
        (vec![format!("elasticsearch:http://{engine}"); 2], "one of each kind".to_owned()),
    ] {
        let stores: Vec<_> = stores.iter().map(String::as_str).collect();
        let run = run(&mut command(directory.path(), &stores));
        assert_eq!((run.code, &*run.stdout), (Some(2), ""), "{stores:?}: {}", run.stderr);
        assert!(run.stderr.contains(&expected), "{stores:?}: {}", run.stderr);
        assert!(!run.stderr.contains("secret"), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn an_unavailable_engine_does_not_stop_the_other_store() {
    let (directory, engine) = (TempDir::new().unwrap(), FakeEngine::start());
    engine.next("/", vec![refused(503); 3]);
    let (kodemon, reported) = both(directory.path(), &engine);
    kodemon.call("a.rs-f", 0.5, 1.0);
    kodemon.until_stored(1);
    let health = kodemon.until(|health| health["stores"]["elasticsearch"]["stored"] == 1);
    assert_eq!(health["stores"]["elasticsearch"]["errors"], 2);
    assert_eq!((&health["healthy"], engine.documents().len()), (&true.into(), 1));
    let reported = fs::read_to_string(reported).unwrap();
    let first = format!("can't store in elasticsearch: {}: 503: on purpose; ", engine.url());
    assert!(reported.contains(&first), "{reported}");
}

#[test]
fn rejected_documents_are_counted_and_reported() {
    let (directory, engine) = (TempDir::new().unwrap(), FakeEngine::start());
    engine.next("_bulk", [Act::Except(vec![(0, 400)])]);
    let (kodemon, reported) = both(directory.path(), &engine);
    kodemon.call("a.rs-f", 0.5, 1.0);
    let health = kodemon.until(|health| health["stores"]["elasticsearch"]["failed"] == 1);
    assert_eq!(health["stores"]["elasticsearch"]["stored"], 0);
    kodemon.until_stored(1);
    let reported = fs::read_to_string(reported).unwrap();
    assert!(reported.contains("elasticsearch: can't store 1 of 1: 400: on purpose"), "{reported}");
}

#[test]
fn a_silent_engine_delays_shutdown_by_seconds_and_losses_are_reported() {
    let (directory, engine) = (TempDir::new().unwrap(), FakeEngine::start());
    engine.next("_bulk", vec![Act::Silence; 100]);
    let (kodemon, reported) = both(directory.path(), &engine);
    for _ in 0..7 {
        kodemon.call("a.rs-f", 0.5, 1.0);
    }
    kodemon.until_stored(7);
    kodemon.json("/api/keys");
    let health = kodemon.health();
    assert_eq!(health["stores"]["elasticsearch"]["waiting"], 7, "{health:#}");
    let began = std::time::Instant::now();
    assert_eq!(kodemon.server.end(Signal::SIGTERM), Some(0));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    let reported = fs::read_to_string(reported).unwrap();
    assert!(reported.contains("elasticsearch: shutdown timed out: 7 messages lost"), "{reported}");
    assert!(!directory.path().join("kodemon.db-wal").exists(), "the other store shut down cleanly");
}

#[test]
fn a_password_from_the_environment_is_sent() {
    let (directory, engine) = (TempDir::new().unwrap(), FakeEngine::start());
    let store = format!("elasticsearch:http://user@{}", engine.address);
    let mut command = command(directory.path(), &[&store]);
    let kodemon = Kodemon::of(command.env("KODEMON_ELASTICSEARCH_PASSWORD", "secret"));
    kodemon.call("a.rs-f", 0.5, 1.0);
    kodemon.until(|health| health["stores"]["elasticsearch"]["stored"] == 1);
    for path in ["/", "kodemon", "_bulk"] {
        let request = &engine.requests(path)[0];
        assert_eq!(request.headers["authorization"], "Basic dXNlcjpzZWNyZXQ=", "{path}");
        assert!(request.headers["user-agent"].starts_with("kodemon/"), "{path}");
    }
}
