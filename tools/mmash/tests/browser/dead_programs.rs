//! Programs that end and restart, as the page shows them.

use mmstats::{Field, Gauge, Options, Published};
use mmstats_testing::browser::Browser;
use mmstats_testing::command::dead_pid;
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use tempfile::TempDir;

use crate::{ANYWHERE, LABELS, cell, mmash};

/// A program with a gauge, which exists as long as the result is held.
fn depth(directory: &TempDir, unit: &'static str, value: i64) -> Published<()> {
    let stats =
        Options::dynamic("queue").path(directory.path()).default_fields(false).create().unwrap();
    let depth: Gauge<i64> = stats.add(Gauge::named("queue.depth").unit(unit)).unwrap();
    depth.set(value);
    stats
}

/// An expression for the number of pieces of the first chart's first line, separated by empty
/// columns of pixels. A second takes ten columns.
pub const PIECES: &str = "(() => {
    const canvas = document.querySelector('.charts canvas');
    if (!canvas?.width) return 0;
    const pen = canvas.getContext('2d');
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--line-1').trim();
    const wanted = parseInt(pen.fillStyle.slice(1), 16);
    let [pieces, last] = [0, -Infinity];
    for (let column = 0; column < canvas.width; column += 1) {
        for (let row = 0; row < canvas.height; row += 1) {
            const at = 4 * (row * canvas.width + column);
            const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
            if (color === wanted && data[at + 3] === 255) {
                pieces += column - last > 4;
                last = column;
                break;
            }
        }
    }
    return pieces;
})()";

/// Waits until the page has been shown for this many milliseconds more.
pub fn pass(browser: &Browser, milliseconds: u32) {
    browser.ask("performance.mark('begin')");
    browser.until(&format!(
        "performance.now() - performance.getEntriesByName('begin').at(-1).startTime > {milliseconds}"
    ));
}

#[test]
fn the_line_of_a_restarted_program_has_a_gap() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let row = "document.querySelector('.row[data-label=\"queue.depth\"]')";
    let reading = "document.querySelector('.legend .reading').textContent";
    let program = depth(&directory, "jobs", 3);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=queue.depth", server.address));
    browser.until(&format!("{reading} === '3 jobs' && {PIECES} > 0"));
    pass(&browser, 1000);

    drop(program);
    // It stays in the list as long as it is in the chart, though there is no other.
    browser.until(&format!("{row}?.classList.contains('gone')"));
    let expected = "/^gone since \\d\\d:\\d\\d:\\d\\d$/";
    browser.until(&format!("{expected}.test({row}.querySelector('.value').textContent)"));
    browser.until(&format!("{expected}.test({reading})"));
    assert_eq!(browser.ask(&format!("{LABELS}.length")), json!(1));
    // The line stays. On a busy machine the page may have missed polls before.
    browser.until(&format!("{PIECES} > 0"));
    let pieces = browser.ask(PIECES);
    pass(&browser, 1000);
    browser.screenshot("gone");

    let program = depth(&directory, "jobs", 5);
    browser.until(&format!("{reading} === '5 jobs' && !{row}.classList.contains('gone')"));
    browser.until(&format!("{PIECES} > {pieces}"));
    browser.screenshot("began-again");

    drop(program);
    browser.until(&format!("{row}?.classList.contains('gone')"));
    let other = depth(&directory, "threads", 1);
    browser.until(&format!("{reading} === '1 thread'"));
    browser.until(&format!("{PIECES} > 0"));
    // What neither exists nor is in the chart isn't in the list.
    drop(other);
    browser.until(&format!("{row}?.classList.contains('gone')"));
    browser.click(".legend .close");
    browser.until(&format!("{LABELS}.length === 0"));
}

/// Writes a file of a dead program with a gauge and a counter.
pub fn left_behind(directory: &TempDir, name: &str) -> u32 {
    let pid = dead_pid();
    let twice = |value: u64| [value.to_ne_bytes(), value.to_ne_bytes()].concat();
    let fields = [
        field("sys.pid", "I", 0xff, &pid.to_ne_bytes()),
        field("queue.depth", "q", 1, &twice(9)),
        field("queue.done", "Q", 1, &twice(7)),
    ];
    write(directory.path(), name, &content(&fields));
    pid
}

#[test]
fn stats_of_dead_programs_are_marked_and_their_gauges_do_not_count() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    for name in ["mmstats-dead10", "mmstats-dead2"] {
        left_behind(&directory, name);
    }
    let program = depth(&directory, "jobs", 2);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=queue.depth", server.address));
    let [value, life] = ["value", "life"].map(|column| cell("queue.depth", column));
    browser.until("document.querySelector('.row[data-label=\"queue.depth\"]')");
    browser.until(&format!("{value} === '2 jobs' && {life} === '2 of 3 dead'"));
    browser.until("document.querySelector('.legend .life').textContent === '2 of 3 dead'");
    browser.until("document.getElementById('state').textContent === 'connected'");
    let [value, life] = ["value", "life"].map(|column| cell("queue.done", column));
    browser.until(&format!("{value} === '14' && {life} === 'dead'"));

    browser.click(".per-file summary");
    browser.until("document.querySelectorAll('.per-file tbody tr').length === 3");
    let rows = "[...document.querySelectorAll('.per-file tbody tr')]
        .map(row => [1, 2].map(index => row.children[index].textContent).join(' '))";
    let expected = json!(["alive 2 jobs", "dead 9 jobs", "dead 9 jobs"]);
    assert_eq!(browser.ask(rows), expected);
    browser.screenshot("dead");
    browser.click("#files");
    browser.until("document.querySelectorAll('dialog tbody tr').length === 3");
    let names = "[...document.querySelectorAll('dialog tbody code')]
        .map(code => code.textContent.split('/').at(-1).split('-')[1])";
    let names = browser.ask(names);
    assert_eq!((&names[0], &names[1]), (&json!("dead2"), &json!("dead10")), "by natural order");
    let summary = "document.querySelector('dialog .summary').textContent";
    let expected = json!("3 files of 3 threads in 3 processes: 2 dead, 1 alive");
    assert_eq!(browser.ask(summary), expected);
    browser.click("dialog button");

    drop(program);
    let [value, life] = ["value", "life"].map(|column| cell("queue.depth", column));
    browser.until(&format!("{value} === '–' && {life} === 'dead'"));
}

#[test]
fn unpublished_threads_cause_a_warning() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let _stats = Options::dynamic("web").path(directory.path()).prefix("web.").create().unwrap();
    let lost = Options::dynamic("lost").path("/does/not/exist").or_private_memory();
    let mut unpublished = Vec::new();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?all=1", server.address));
    browser.until(&format!("{LABELS}.includes('web.sys.unpublished')"));
    let warnings = "document.getElementById('warnings')";
    assert_eq!(browser.ask(&format!("{warnings}.hidden")), json!(true));
    for (threads, reported) in
        [(3, "3 threads of \\S+ PID publish"), (1, "1 thread of \\S+ PID publishes")]
    {
        unpublished.resize_with(threads, || lost.clone().create().unwrap());
        let reported = reported.replace("PID", &std::process::id().to_string());
        let reported = format!("/^{reported} nothing$/.test({warnings}.textContent)");
        browser.until(&format!("!{warnings}.hidden && {reported}"));
        browser.screenshot("unpublished");
    }
    unpublished.clear();
    browser.until(&format!("{warnings}.hidden"));
}

#[test]
fn stale_values_show_their_age() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let _program = depth(&directory, "jobs", 2);
    let server = mmash(ANYWHERE, directory.path());
    let send = |signal| kill(Pid::from_raw(server.pid().cast_signed()), signal).unwrap();
    let [state, age] =
        ["state", "age"].map(|id| format!("document.getElementById('{id}').textContent"));
    browser.open(&format!("http://{}/", server.address));
    browser.until(&format!("{state} === 'connected' && {age} === ''"));
    send(Signal::SIGSTOP);
    browser.until(&format!("{state} === 'no new values' && /^values \\d+ s old$/.test({age})"));
    browser.screenshot("old-values");
    send(Signal::SIGCONT);
    browser.until(&format!("{state} === 'connected' && {age} === ''"));
}
