//! A reader beside a writer that never waits for it: no value of two updates, none that steps
//! back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Options, Published, StatsFile, Text, Timer, Value};

struct Fields {
    _stats: Published<()>,
    hits: Counter,
    render: Timer,
    text: Text,
}

fn publish(directory: &Path) -> (PathBuf, Fields) {
    let options = Options::dynamic("torn").path(directory).capacity(4096);
    let stats = options.create().unwrap();
    let hits = stats.add(Counter::named("hits")).unwrap();
    let render = stats.add(Timer::named("render")).unwrap();
    let text = stats.add(Text::named("text").size(64)).unwrap();
    let path = stats.path().unwrap().to_owned();
    (path, Fields { _stats: stats, hits, render, text })
}

/// Updates everything until told to stop, with a breath now and then.
fn write(fields: &Fields, stop: &AtomicBool) {
    const TEXTS: [&str; 2] = [
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ];
    for round in 0_usize.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        fields.hits.incr();
        fields.render.record_secs(1.0);
        fields.text.set(TEXTS[round % 2]);
        for _ in 0..round % 500 {
            std::hint::spin_loop();
        }
    }
}

fn number(file: &StatsFile, label: &str, component: &str) -> f64 {
    let value = file.get(label).unwrap().component(component);
    value.and_then(|value| value.as_f64()).unwrap()
}

#[test]
fn values_are_of_one_update_and_never_step_back() {
    let directory = tempfile::tempdir().unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let (path, fields) = publish(directory.path());
            send.send(path).unwrap();
            write(&fields, &stop);
        });
        let path = receive.recv().unwrap();
        let (mut hits_before, mut count_before, mut stable, mut read) = (0.0, 0.0, 0, 0);
        let end = Instant::now() + Duration::from_secs(1);
        while Instant::now() < end {
            let file = StatsFile::read(&path).unwrap();
            read += 1;
            let hits = number(&file, "hits", "value");
            assert!(hits >= hits_before, "{hits} after {hits_before}");
            hits_before = hits;
            if file.get("render").unwrap().is_stable() {
                stable += 1;
                let [count, total] = ["count", "total"].map(|name| number(&file, "render", name));
                assert_eq!(count, total, "of two updates");
                assert!(count >= count_before, "{count} after {count_before}");
                count_before = count;
            }
            let text = file.get("text").unwrap();
            let Value::Text(shown) = text.value() else { panic!("{text:?}") };
            let whole = shown.chars().all(|c| shown.starts_with(c));
            assert!(whole || !text.is_stable(), "{shown}");
        }
        stop.store(true, Ordering::Relaxed);
        assert!(stable > 0, "none of {read} reads was stable");
        println!("{stable} of {read} reads were stable, {hits_before} updates");
    });
}
