//! What only the recording has.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use mmstats::{Counter, Field, Gauge, Options, Watch};
use mmstats_recording::{Boot, Recorder, Settings};
use mmstats_testing::browser::{Browser, pixels};
use mmstats_testing::server::Server;
use tempfile::TempDir;

use crate::{ANYWHERE, LABELS, cell, command};

const READING: &str = "document.querySelector('.legend .reading').textContent";
/// The key that goes to the last point of a chart.
const END: &str = "\u{e010}";

/// A recording of two minutes, long ago; the program is gone.
fn record(directory: &TempDir) {
    let stats_path = directory.path().join("stats");
    fs::create_dir(&stats_path).unwrap();
    let settings = Settings::new(Duration::from_secs(1));
    let mut recorder = Recorder::new(directory.path().join("recording"), &settings).unwrap();
    let stats = Options::dynamic("queue").path(&stats_path).default_fields(false).create().unwrap();
    let depth: Gauge<i64> = stats.add(Gauge::named("queue.depth").unit("jobs")).unwrap();
    let _done: Counter = stats.add(Counter::named("queue.done")).unwrap();
    let mut watch = Watch::new([&stats_path]);
    for second in 0..120 {
        depth.set(second);
        let passed = Duration::from_secs(second.unsigned_abs());
        let wall = UNIX_EPOCH + Duration::from_secs(1_750_000_000) + passed;
        let boot = Boot { id: [7; 16], time: passed };
        recorder.record_at(&watch.poll_at(passed, wall), boot).unwrap();
    }
    recorder.finish().unwrap();
}

#[test]
fn a_stat_that_only_the_recording_has_is_listed_and_drawn() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    record(&directory);
    let mut command = command(ANYWHERE, &directory.path().join("stats"));
    command.env("MMSTATS_PATH", directory.path().join("none"));
    command.args(["--keep", "20000d", "--fine", "20000d", "--history"]);
    let server = Server::start(command.arg(directory.path().join("recording")));
    browser.open(&format!("http://{}/", server.address));
    browser.until(&format!("{LABELS}.includes('queue.depth')"));
    let value = cell("queue.depth", "value");
    // That was long ago.
    let gone = "/^gone since 2025-06-1\\d \\d\\d:\\d\\d:\\d\\d$/";
    browser.until(&format!("{gone}.test({value})"));
    browser.click(".row[data-label=\"queue.depth\"]");
    // Its end is shown, as it was.
    browser.until(&format!("{} > 20", pixels(0, 1)));
    browser.type_into(".charts canvas", END);
    browser.until(&format!("{READING} === '119 jobs'"));
    browser.screenshot("recorded");
    // It is there again.
    let stats = Options::dynamic("queue").path(directory.path().join("stats")).create().unwrap();
    stats.add::<Gauge<i64>>(Gauge::named("queue.depth").unit("jobs")).unwrap().set(7);
    browser.until(&format!("{value} === '7 jobs'"));
    browser.until(&format!("{}.startsWith('gone since ')", cell("queue.done", "value")));
}
