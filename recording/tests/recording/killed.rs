//! A recorder that is killed at any moment, and readers beside it.

use std::path::Path;
use std::thread;
use std::time::Duration;

use mmstats::{Counter, MmStats, Watch};
use mmstats_recording::{Recorder, Recording, Settings};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::random::{Random, seed};
use tempfile::TempDir;

#[derive(MmStats)]
struct Jobs {
    done: Counter,
}

/// A recorder that counts in a file and says after each poll how many it has written.
#[test]
#[ignore = "a child's part"]
fn records() {
    let mut running = None;
    play(|line| {
        if let Some(directory) = line.strip_prefix("begin ") {
            let directory = Path::new(directory);
            let recorder = Recorder::new(directory.join("recording"), &settings()).unwrap();
            let stats = Jobs::options().path(directory).create().unwrap();
            running = Some((Watch::new([directory]), recorder, stats, 0));
        }
        let (watch, recorder, stats, count) = running.as_mut().unwrap();
        stats.done.add(1);
        recorder.record(&watch.poll()).unwrap();
        *count += 1;
        count.to_string()
    });
}

fn settings() -> Settings {
    Settings::new(Duration::from_secs(1))
}

/// What `done` was at each poll since the last start of the recorder, and the number of gaps.
fn counted(path: &Path) -> (Vec<u64>, usize) {
    let recording = Recording::open(path).unwrap();
    let mut updates = recording.updates(..).unwrap();
    let (mut counts, mut gaps) = (Vec::new(), 0);
    while let Some(update) = updates.next() {
        let update = update.unwrap();
        if update.after_gap() {
            gaps += 1;
            counts.clear();
        }
        let alive = update.files().find(|file| file.life().verdict == mmstats::Verdict::Alive);
        let done = alive.and_then(|file| file.file().get("done")).map(|stat| stat.value());
        if let Some(mmstats::Value::Unsigned(done)) = done {
            counts.push(done);
        }
    }
    (counts, gaps)
}

#[test]
fn whenever_the_recorder_is_killed_the_last_poll_that_it_told_of_is_there() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut random = Random::new(seed());
    for round in 0..12 {
        let mut actor = Actor::start("killed::records");
        actor.ask(&format!("begin {}", directory.path().display()));
        let polls = random.below(90);
        let mut told: u64 = 1;
        for _ in 0..polls {
            told = actor.ask("").parse().unwrap();
        }
        // It is in the middle of the next poll.
        actor.send("");
        thread::sleep(Duration::from_micros(random.below(400) as u64));
        actor.kill();

        let (counts, gaps) = counted(&path);
        let expected: Vec<_> = (1..=counts.len() as u64).collect();
        assert_eq!(counts, expected);
        assert!((told..=told + 1).contains(&(counts.len() as u64)), "{told}: {counts:?}");
        assert_eq!(gaps, round);
    }
}

#[test]
fn a_reader_beside_the_recorder_sees_each_poll_as_soon_as_it_was_told() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("recording");
    let mut actor = Actor::start("killed::records");
    actor.ask(&format!("begin {}", directory.path().display()));
    let mut told = 1;
    while told < 150 {
        told = actor.ask("").parse().unwrap();
        if told % 7 == 0 {
            // A poll is being written meanwhile.
            actor.send("");
            let (counts, _) = counted(&path);
            let count = counts.len() as u64;
            assert_eq!(counts, (1..=count).collect::<Vec<_>>());
            assert!((told..=told + 1).contains(&count), "{told}: {count}");
            told = actor.answer().parse().unwrap();
        }
    }
}
