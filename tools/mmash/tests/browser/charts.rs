//! What is above the charts, what they draw, and what scrolls.

use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mmstats::{Field, Gauge, Options, Published};
use mmstats_testing::browser::{Browser, SCROLLING, pixels};
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;
use serde_json::json;
use tempfile::TempDir;

use crate::{ANYWHERE, LABELS, mmash};

/// A program with five gauges: three without a unit, two with one each.
fn five(directory: &TempDir) -> Published<()> {
    let stats = Options::dynamic("five").path(directory.path()).create().unwrap();
    for (label, unit) in
        [("a.one", ""), ("a.two", ""), ("a.three", ""), ("a.size", "bytes"), ("a.age", "days")]
    {
        let gauge: Gauge<u32> = stats.add(Gauge::<u32>::named(label).unit(unit)).unwrap();
        gauge.set(7);
    }
    stats
}

const FIVE: &str = "stat=a.one&stat=a.two&stat=a.three&stat=a.size&stat=a.age";

/// The visible names right above each chart.
const NAMES: &str = "[...document.querySelectorAll('.charts canvas')].map(canvas => {
    const chart = canvas.getBoundingClientRect();
    const names = [...canvas.parentElement.querySelectorAll('.label')];
    const seen = names.filter(name => {
        const { top, bottom, height } = name.getBoundingClientRect();
        return height > 0 && top > 0 && bottom <= chart.top && chart.top - bottom < 100;
    });
    return seen.map(name => name.textContent).join(' ');
}).join()";

#[test]
fn each_line_is_named_above_its_chart() {
    let Some(browser) = Browser::start() else { return };
    browser.resize(1280, 800);
    let directory = TempDir::new().unwrap();
    let _program = five(&directory);
    let server = mmash(ANYWHERE, directory.path());
    for (width, scheme) in [(1280, "light"), (400, "dark")] {
        browser.resize(width, 800);
        browser.prefer(scheme);
        browser.open(&format!("http://{}/?{FIVE}", server.address));
        browser.until(&format!("{NAMES} === 'a.one a.two a.three,a.size,a.age'"));
        // Each with its line's value and color.
        let entries = "[...document.querySelectorAll('.legend li')].map(entry =>
            entry.querySelector('.mark').dataset.color + entry.querySelector('.reading').textContent)";
        let entries = format!("{entries}.filter(text => text).join()");
        browser.until(&format!("{entries} === '17,27,37,47 B,57 days'"));
        browser.screenshot(&format!("five-{width}"));
    }
    browser.prefer("light");
}

#[test]
fn stacked_parts_scroll_as_one() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let _program = five(&directory);
    let server = mmash(ANYWHERE, directory.path());
    for width in [400, 1000] {
        browser.resize(width, 600);
        browser.open(&format!("http://{}/?all=1&{FIVE}", server.address));
        browser.until("document.querySelectorAll('.charts canvas').length === 3");
        assert_eq!(browser.ask(SCROLLING), json!(1), "{width}");
        assert_eq!(browser.ask("document.documentElement.scrollWidth"), json!(width));
        // The list is below; its far rows appear when scrolled to.
        browser.ask("document.querySelector('main').scrollTo(0, 1e9)");
        browser.until(&format!("{LABELS}.includes('sys.unpublished')"));
        let row = "document.querySelector('.row[data-label=\"sys.unpublished\"]').getBoundingClientRect()";
        browser.until(&format!("{row}.top > 0 && {row}.bottom < innerHeight"));
        // Choosing a stat scrolls its chart into view.
        browser.click(".row[data-label='sys.unpublished'] .name");
        let canvas = "document.querySelector('.charts canvas')?.getBoundingClientRect()";
        browser.until(&format!(
            "location.search.includes('stat=sys.unpublished') && {canvas}?.top > 0"
        ));
    }
    // Side by side, the charts scroll, and the list if it is long.
    browser.resize(1280, 500);
    browser.open(&format!("http://{}/?{FIVE}", server.address));
    browser.until("document.querySelectorAll('.charts canvas').length === 3");
    assert_eq!(browser.ask(SCROLLING), json!(1));
    browser.resize(1280, 800);
}

/// The height of a canvas's drawing: the rows from the first to the last with a pixel that meets a
/// condition.
fn height(canvas: &str, condition: &str) -> String {
    format!(
        "(() => {{
            const canvas = document.querySelector('{canvas}');
            const pen = canvas.getContext('2d');
            pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--line-1').trim();
            const line = parseInt(pen.fillStyle.slice(1), 16);
            const {{ data }} = pen.getImageData(0, 0, canvas.width, canvas.height);
            const rows = [];
            for (let at = 0; at < data.length; at += 4) {{
                const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
                if ({condition}) rows.push(Math.floor(at / 4 / canvas.width));
            }}
            return rows.at(-1) - rows[0];
        }})()"
    )
}

#[test]
fn small_changes_are_drawn_flat() {
    let Some(browser) = Browser::start() else { return };
    browser.resize(1280, 800);
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("web").path(directory.path()).create().unwrap();
    let level: Gauge<f64> = stats.add(Gauge::<f64>::named("web.level")).unwrap();
    level.set(1000.0);
    let (end, ended) = mpsc::channel::<()>();
    // It moves by a thousandth of itself.
    let moving = thread::spawn(move || {
        let mut value = 1000.0;
        while ended.recv_timeout(Duration::from_millis(30)).is_err() {
            value = 2001.0 - value;
            level.set(value);
        }
        drop(stats);
    });
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=web.level", server.address));
    // Enough polls for a zigzag.
    browser.until("document.querySelector('.charts canvas')?.width > 0");
    browser.until(&format!("{} > 60", pixels(0, 1)));
    let chart = height(".charts canvas", "data[at + 3] === 255 && color === line");
    let row = height(".row[data-label=\"web.level\"] .spark", "data[at + 3] > 100");
    for (drawn, most) in [(chart, 20), (row, 7)] {
        let found = browser.ask(&drawn);
        assert!(found.as_u64().is_some_and(|height| height <= most), "{found} of at most {most}");
    }
    browser.screenshot("flat");
    end.send(()).unwrap();
    moving.join().unwrap();
}

#[test]
fn the_processes_of_a_stat_are_lines_of_one_chart() {
    let Some(browser) = Browser::start() else { return };
    browser.resize(1280, 800);
    let directory = TempDir::new().unwrap();
    let mut pids = [process::id(), std::os::unix::process::parent_id()];
    pids.sort_unstable();
    for (pid, hits) in pids.into_iter().zip([7_u64, 9]) {
        let fields = [
            field("sys.pid", "I", 0xff, &pid.to_ne_bytes()),
            field("hits", "Q", 1, &[hits.to_ne_bytes(); 2].concat()),
        ];
        write(directory.path(), format!("mmstats-{pid}"), &content(&fields));
    }
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=hits&show=value", server.address));
    let readings =
        "[...document.querySelectorAll('.legend .reading')].map(it => it.textContent).join()";
    browser.until(&format!("{readings} === '16'"));
    browser.click("[name=by][value=process]");
    browser.until("location.search === '?stat=hits&show=value&by=process'");
    browser.until(&format!("{readings} === '7,9'"));
    let names = "[...document.querySelectorAll('.legend .label')].map(it => it.textContent)";
    let expected = pids.map(|pid| format!("process {pid}")).join(",");
    browser.until(&format!("{names}.join() === '{expected}'"));
    assert_eq!(browser.ask("document.querySelectorAll('.charts canvas').length"), json!(1));
    assert_eq!(browser.ask("document.querySelector('.chart h3 span').textContent"), json!("hits"));
    browser.until(&format!("{} > 10 && {} > 10", pixels(0, 1), pixels(0, 2)));
    browser.screenshot("processes");
    // A stat without dimensions is its only series.
    let shown = "[...document.querySelectorAll('[name=by]')].filter(it => it.offsetParent)
        .map(it => it.value).join()";
    assert_eq!(browser.ask(shown), json!("total,process"));
    browser.click("[name=by][value=total]");
    browser.until("location.search === '?stat=hits&show=value'");
    browser.until(&format!("{readings} === '16'"));
    browser.click("[name=by][value=process]");
    browser.until(&format!("{readings} === '7,9'"));
    browser.click(".chart h3 .close");
    browser.until("document.getElementById('detail').hidden");
}
