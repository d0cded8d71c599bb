//! Handmade files, as the page shows them.

use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mmstats::{Field, Gauge, Histogram, Options, Timestamp};
use mmstats_testing::browser::{Browser, pixels};
use mmstats_testing::command::dead_pid;
use mmstats_testing::original::{content, field, original};
use mmstats_testing::other_user;
use serde_json::json;
use tempfile::TempDir;

use crate::{ANYWHERE, LABELS, cell, mmash, mmash_with_telemetry};

#[test]
fn a_label_never_becomes_markup() {
    let Some(browser) = Browser::start() else { return };
    let label = "web.<img src=x onerror=document.title='caught'>";
    let directory = TempDir::new().unwrap();
    let hits = [1_u64.to_ne_bytes(), 2_u64.to_ne_bytes()].concat();
    let fields = [field(label, "Q", 1, &hits), field("<b>t", "8s", 0xff, b"<i>bold\0")];
    fs::write(directory.path().join("mmstats-odd"), content(&fields)).unwrap();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until(&format!("{LABELS}.length === 2"));
    browser.click(".row[data-label^=web] .name");
    browser.until("document.querySelector('.legend .label')");
    for selector in [".row[data-label^=web] [role=gridcell].label", ".legend .label"] {
        let text = browser.ask(&format!("document.querySelector('{selector}').textContent"));
        assert_eq!(text, json!(label), "{selector}");
    }
    assert_eq!(browser.ask("document.querySelectorAll('img, b, i').length"), json!(0));
    assert_eq!(browser.ask("document.title"), json!("mmash"));
}

const ROWS: &str = "document.querySelectorAll('[role=row]').length";

#[test]
fn five_thousand_stats_render_at_most_two_hundred_rows() {
    let Some(browser) = Browser::start() else { return };
    // Taller than the list ever is.
    browser.resize(1280, 8000);
    let directory = TempDir::new().unwrap();
    let number = |index: u64| [index.to_ne_bytes(), index.to_ne_bytes()].concat();
    let label = |index: u64| format!("many.group{}.stat{index}", index / 50);
    let fields: Vec<_> =
        (0..5000).map(|index| field(label(index), "Q", 0, &number(index))).collect();
    fs::write(directory.path().join("mmstats-many"), content(&fields)).unwrap();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until("document.getElementById('count').textContent === '5,000 stats'");
    let in_page = |position: &str| {
        let rows = browser.ask(ROWS).as_u64().unwrap();
        assert!((20..=200).contains(&rows), "{rows} rows {position}");
    };
    in_page("at the beginning");
    browser.ask("document.getElementById('rows').scrollTo(0, 1e9)");
    browser.until(&format!("{LABELS}.includes('many.group99.stat4999')"));
    in_page("at the end");
    browser.type_into("#filter", "stat4321");
    browser.until(&format!("JSON.stringify({LABELS}) === '[\"many.group86.stat4321\"]'"));
    assert_eq!(browser.ask(ROWS), json!(3), "the head, a group and a stat");
    let paint = browser.ask("performance.getEntriesByName('first-paint')[0].startTime");
    println!("first paint with 5,000 stats: {:.0} ms", paint.as_f64().expect("it was painted"));
}

#[test]
fn an_empty_page_reports_the_locations_and_the_reason() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("mmstats-new"), [9, 0, 0]).unwrap();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/graph/", server.address));
    browser.until("document.querySelector('#empty-state h2')");
    let text = browser.ask("document.getElementById('empty-state').innerText");
    let text = text.as_str().unwrap();
    let pattern = format!("{}/*.mmstats", directory.path().display());
    for reported in ["There are no stats yet", &pattern, "PrivateTmp", "may not look", "version"] {
        assert!(text.contains(reported), "{reported}: {text}");
    }
    browser.screenshot("nothing-light");
    // A file that appears then is shown, though its program is dead.
    fs::write(directory.path().join("mmstats-hits"), original(dead_pid())).unwrap();
    browser.until(&format!("{LABELS}.includes('hits')"));
    assert_eq!(browser.ask("document.getElementById('empty-state').hidden"), json!(true));
    browser.click("#files");
    browser.until("document.querySelector('dialog .life')?.textContent === 'dead'");
}

#[test]
fn the_owner_is_shown_of_another_user_s_file() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let [own, theirs] = ["mmstats-own", "mmstats-theirs"].map(|name| directory.path().join(name));
    for path in [&own, &theirs] {
        fs::write(path, original(dead_pid())).unwrap();
    }
    if !other_user::can_give(&theirs) {
        return;
    }
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.click("#files");
    browser.until("document.querySelectorAll('dialog tbody tr').length === 2");
    let processes =
        "[...document.querySelectorAll('dialog td:first-child')].map(of => of.innerText)";
    let processes = browser.ask(processes);
    assert!(!processes[0].as_str().unwrap().contains("of"), "{processes}");
    let of_other = format!("· of uid {}", other_user::uid());
    assert!(processes[1].as_str().unwrap().ends_with(&of_other), "{processes}");
}

#[test]
fn telemetry_alone_is_shown_only_on_request() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let server = mmash_with_telemetry(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until("document.querySelector('#empty-state:not([hidden]) h2')");
    assert_eq!(browser.ask("document.getElementById('stats').hidden"), json!(true));
    browser.click("#empty-state a");
    browser.until(&format!("{LABELS}.includes('mmash.looks')"));
    assert_eq!(browser.ask("document.getElementById('empty-state').hidden"), json!(true));
}

#[test]
fn stats_of_tools_and_processes_come_last_and_collapsed() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("zoo").path(directory.path()).prefix("zoo.").create().unwrap();
    let animals: Gauge<u32> = stats.add(Gauge::<u32>::named("animals")).unwrap();
    animals.set(1);
    let server = mmash_with_telemetry(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until(&format!("JSON.stringify({LABELS}) === '[\"zoo.animals\"]'"));
    let last = "document.querySelector('.row.secondary')";
    assert_eq!(browser.ask(&format!("{last}.ariaExpanded")), json!("false"));
    // A search by name finds it.
    browser.type_into("#filter", "pid");
    browser.until(&format!("{LABELS}.join() === 'mmash.sys.pid,zoo.sys.pid'"));
    browser.open(&format!("http://{}/", server.address));
    browser.until(last);
    browser.click(".row.secondary");
    browser.until(&format!("{LABELS}.includes('mmash.looks')"));
    browser.until("location.search === '?all=1'");
    let tops = "[...document.querySelectorAll('#rows [role=row]')]
        .sort((a, b) => a.dataset.index - b.dataset.index)
        .map(row => row.dataset.label ?? row.querySelector('.name').textContent)";
    let tops = browser.ask(&format!("{tops}.slice(0, 5).join()"));
    assert_eq!(tops, json!("zoo.,zoo.animals,Tools and processes,mmash.,mmash.answer"));
    browser.click(".row.secondary");
    browser.until(&format!("{LABELS}.join() === 'zoo.animals'"));
}

/// A browser keeps pages in its history and has six connections to a server: if each page kept its
/// connection, the seventh would wait for one.
#[test]
fn leaving_a_page_closes_its_stream_and_going_back_reopens_it() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let server = mmash_with_telemetry(ANYWHERE, directory.path());
    let watch_alone = || {
        browser.until(&format!("{LABELS}.includes('mmash.streams')"));
        browser.until(&format!("{} === '1 page'", cell("mmash.streams", "value")));
    };
    for page in ["one", "two", "three"] {
        browser.open(&format!("http://{}/?{page}&filter=mmash.", server.address));
        watch_alone();
    }
    browser.ask("history.back()");
    browser.until("location.search.startsWith('?two')");
    watch_alone();
    let polls = browser.ask(&cell("mmash.looks", "value"));
    browser.until(&format!("{} !== {polls}", cell("mmash.looks", "value")));
}

/// A browser has six connections to a server: if hidden tabs kept their streams, the seventh would
/// never load.
#[test]
fn a_page_in_a_hidden_tab_releases_its_stream() {
    const TABS: usize = 8;
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let server = mmash_with_telemetry(ANYWHERE, directory.path());
    let is_seen_alone = || {
        browser.until(&format!("{LABELS}.includes('mmash.streams')"));
        browser.until(&format!("{}.startsWith('1 ')", cell("mmash.streams", "value")));
    };
    for _ in 1..TABS {
        browser.open(&format!("http://{}/?filter=mmash.", server.address));
        is_seen_alone();
        browser.new_tab();
    }
    browser.open(&format!("http://{}/?filter=mmash.", server.address));
    is_seen_alone();
    for _ in 1..TABS {
        browser.close_tab();
    }
    is_seen_alone();
    let polls = browser.ask(&cell("mmash.looks", "value"));
    browser.until(&format!("{} !== {polls}", cell("mmash.looks", "value")));
}

#[test]
fn values_beyond_a_histogram_are_shown_as_more_than_its_end() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("web").path(directory.path()).create().unwrap();
    let sizes: Histogram = stats.add(Histogram::named("web.sizes").max(1000)).unwrap();
    let record = |sizes: &Histogram| {
        for size in [5, 5, 1_000_000_000] {
            sizes.record(size);
        }
    };
    record(&sizes);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?stat=web.sizes", server.address));
    browser.until("document.querySelector('.row[data-label=\"web.sizes\"]')");
    browser.until(&format!("{} === 'p50 5 · p99 > 1,023'", cell("web.sizes", "value")));
    browser.click(".per-file summary");
    let in_file = "document.querySelector('.per-file td.number')?.textContent";
    browser.until(&format!("{in_file} === '3: p50 5 · p99 > 1,023'"));
    // The band ends where the range ends, with the line of the lowest values far below.
    let (end, ended) = mpsc::channel::<()>();
    let recording = thread::spawn(move || {
        while ended.recv_timeout(Duration::from_millis(10)).is_err() {
            record(&sizes);
        }
        drop(stats);
    });
    let reading = "document.querySelector('.legend .reading').textContent";
    browser.until(&format!("{reading} === 'p50 5  p90 > 1,023  p99 > 1,023  max > 1,023'"));
    browser.until(&format!("{} > 10", pixels(0, 1)));
    browser.until(&format!("{} > 1000", in_band("canvas")));
    browser.screenshot("beyond");
    end.send(()).unwrap();
    recording.join().unwrap();
}

/// An expression for how many pixels of a canvas are coloured but not opaque.
fn in_band(canvas: &str) -> String {
    format!(
        "(() => {{
            const canvas = document.querySelector('.charts {canvas}');
            const pen = canvas.getContext('2d');
            const {{ data }} = pen.getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((part, at) => at % 4 === 3 && part > 60 && part < 80).length;
        }})()"
    )
}

#[test]
fn ids_times_and_singulars_are_formatted_for_people() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("web").path(directory.path()).create().unwrap();
    let _never: Timestamp = stats.add(Timestamp::named("web.never")).unwrap();
    for (label, unit) in [("web.c10", "queries"), ("web.c2", "caches"), ("web.c1", "addresses")] {
        let one: Gauge<u32> = stats.add(Gauge::named(label).unit(unit)).unwrap();
        one.set(1);
    }
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?all=1&stat=web.never", server.address));
    browser.until(&format!("{LABELS}.includes('web.never') && {LABELS}.includes('sys.pid')"));
    for (label, expected) in [
        ("web.never", "never"),
        ("web.c10", "1 query"),
        ("web.c2", "1 cache"),
        ("web.c1", "1 address"),
        ("sys.pid", &std::process::id().to_string()),
    ] {
        assert_eq!(browser.ask(&cell(label, "value")), json!(expected), "{label}");
    }
    browser.until("document.querySelector('.legend .reading').textContent === 'never'");
    let order = format!("{LABELS}.filter(label => label.startsWith('web.c')).join()");
    assert_eq!(browser.ask(&order), json!("web.c1,web.c2,web.c10"));
    // On the scale of a chart as well.
    let scale = "import('/page/display.js').then(({ scaleText }) =>
        scaleText({ name: 'web.sys.pid', kind: 'gauge', unit: '', values: {} }, false)(11490))";
    assert_eq!(browser.ask(scale), json!("11490"));
    assert_eq!(browser.ask("document.getElementById('files').textContent"), json!("1 file"));
}
