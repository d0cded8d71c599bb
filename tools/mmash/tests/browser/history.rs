//! What was before the page was opened, and zooming into it.

use std::time::{Duration, Instant};

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Timer};
use mmstats_testing::browser::{Browser, ESCAPE, pixels};
use mmstats_testing::server::Server;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::dead_programs::{PIECES, left_behind, pass};
use crate::{ANYWHERE, mmash};

/// The time limit of every wait.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The key that goes to the first point of a chart.
const HOME: &str = "\u{e011}";
/// The key that goes to the last one.
const END: &str = "\u{e010}";

const READING: &str = "document.querySelector('.legend .reading').textContent";
const MOMENT: &str = "document.querySelector('.moment').textContent";
const ZOOM_OUT: &str = "document.querySelector('.tools button')";
/// What the marks of the first chart say, without their times.
const MARKS: &str = "[...document.querySelectorAll('.marks li')]
    .map(item => item.textContent.replace(/^[\\d:]+ \\S+ \\d+ /, '')).join()";

/// Waits until an expression is true and the first line has no more gaps than are recorded of its
/// value: on a busy machine polls come late.
#[track_caller]
fn until_filled(browser: &Browser, server: &Server, label: &str, expression: &str) {
    let begin = Instant::now();
    loop {
        let (answer, values) = recorded(server, (label, "value"), |_| true);
        let times = answer["times"].as_array().unwrap().iter().filter_map(Value::as_f64);
        let known: Vec<_> =
            times.zip(values).filter_map(|(time, value)| value.map(|_| time)).collect();
        // A gap of four columns is seen.
        let gaps = known.windows(2).filter(|pair| pair[1] - pair[0] > 0.35).count();
        if browser.ask(&format!("{PIECES} > 0 && {PIECES} <= {} && {expression}", gaps + 1)) == true
        {
            return;
        }
        if begin.elapsed() > TIMEOUT {
            browser.screenshot("failed");
            panic!("never without gaps: {expression}, {answer}");
        }
    }
}

/// A program with a gauge and a counter, which exists as long as the result is held.
struct Program {
    stats: Published<()>,
    depth: Gauge<i64>,
    done: Counter,
}

impl Program {
    fn start(directory: &TempDir) -> Self {
        let options = Options::dynamic("queue").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let depth = stats.add(Gauge::named("queue.depth").unit("jobs")).unwrap();
        let done = stats.add(Counter::named("queue.done").unit("jobs")).unwrap();
        Self { stats, depth, done }
    }
}

/// Waits until the recorded numbers of a stat meet a condition, and returns them with the answer.
#[track_caller]
fn recorded(
    server: &Server,
    (label, series): (&str, &str),
    holds: impl Fn(&[Option<f64>]) -> bool,
) -> (Value, Vec<Option<f64>>) {
    let begin = Instant::now();
    loop {
        let answer = server.get(&format!("/api/v1/history?label={label}")).json();
        let numbers = answer["stats"][0]["series"][series].as_array();
        let numbers: Vec<_> = numbers.into_iter().flatten().map(Value::as_f64).collect();
        if holds(&numbers) {
            return (answer, numbers);
        }
        assert!(begin.elapsed() < TIMEOUT, "never: {answer}");
    }
}

/// How many of these numbers there are at least.
fn has(number: f64, least: usize) -> impl Fn(&[Option<f64>]) -> bool {
    move |numbers| numbers.iter().filter(|found| **found == Some(number)).count() >= least
}

#[test]
fn a_chart_has_what_was_before_the_page_was_opened() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let program = Program::start(&directory);
    program.depth.set(3);
    let wait: Timer = program.stats.add(Timer::named("queue.wait")).unwrap();
    let sizes: Histogram =
        program.stats.add(Histogram::named("queue.sizes").unit("bytes")).unwrap();
    let [high, low] = ["high", "low"].map(|priority| {
        let label = format!("waiting{{priority=\"{priority}\"}}");
        program.stats.add::<Gauge<i64>>(Gauge::named(label).unit("threads")).unwrap()
    });
    high.set(5);
    low.set(6);
    let server = mmash(ANYWHERE, directory.path());
    recorded(&server, ("queue.depth", "value"), has(3.0, 10));
    wait.record(Duration::from_millis(5));
    sizes.record(700);
    recorded(&server, ("queue.wait", "mean"), has(0.005, 1));
    recorded(&server, ("queue.sizes", "p99"), |numbers| numbers.iter().any(Option::is_some));
    program.depth.set(7);
    low.set(0);
    recorded(&server, ("queue.depth", "value"), has(7.0, 3));
    let query = "stat=queue.depth&stat=queue.wait&stat=queue.sizes&name=waiting&by=total";
    browser.open(&format!("http://{}/?{query}", server.address));
    browser.until(&format!("{READING} === '7 jobs' && {} > 20", pixels(0, 1)));
    // Nothing is new since then: these points are from before.
    browser.until(&format!("{} > 3 && {} > 3", pixels(1, 2), pixels(2, 3)));
    // The first point is from before, and leads to those of the stream without a gap.
    browser.type_into(".charts canvas", HOME);
    until_filled(&browser, &server, "queue.depth", &format!("{READING} === '3 jobs'"));
    let total = "[...document.querySelectorAll('.legend .reading')].at(-1).textContent";
    browser.until(&format!("{total} === '5 threads … 6 threads'"));
    // So does the small line of the list, which is as long.
    let spark = "(() => {
        const canvas = document.querySelector('.row[data-label=\"queue.depth\"] .spark');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const rows = new Set();
        for (let at = 3; at < data.length; at += 4) {
            if (data[at] > 100) rows.add(Math.floor(at / 4 / canvas.width));
        }
        return rows.size;
    })()";
    browser.until(&format!("{spark} > 6"));
    browser.screenshot("history");
}

#[test]
fn a_restart_is_a_mark_and_no_line_leads_across_it() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let server = mmash(ANYWHERE, directory.path());
    let program = Program::start(&directory);
    program.done.add(1_000_000);
    let query = ("queue.done", "value");
    recorded(&server, query, has(1e6, 5));
    browser.open(&format!("http://{}/?stat=queue.done&show=value", server.address));
    browser.until(&format!("{READING} === '1,000,000 jobs' && {MARKS} === 'started'"));
    drop(program);
    recorded(&server, query, |numbers| numbers.ends_with(&[None, None, None, None, None]));
    let program = Program::start(&directory);
    program.done.add(1_000_000);
    recorded(&server, query, |numbers| numbers.ends_with(&[Some(1e6); 5]));
    // The page that was open and one that is opened now show the same.
    for _ in 0..2 {
        let whole = format!("{READING} === '1,000,000 jobs' && {PIECES} > 1");
        until_filled(&browser, &server, "queue.done", &whole);
        browser.until(&format!("{MARKS} === 'started,ended,started'"));
        browser.screenshot("restarted");
        browser.open(&browser.address());
    }
    // What a program has counted when it is found is new, once, and nothing is when it is gone.
    let (_, rates) = recorded(&server, ("queue.done", "rate"), |_| true);
    let busy = rates.iter().flatten().filter(|rate| **rate > 0.0).count();
    assert!(busy <= 2, "{rates:?}");
    // Of marks that would hide each other, the gravest is drawn.
    let signs = |color: &str| {
        format!(
            "(() => {{
                const canvas = document.querySelector('.charts canvas');
                const pen = canvas.getContext('2d');
                pen.fillStyle = getComputedStyle(canvas).getPropertyValue('--{color}').trim();
                const wanted = parseInt(pen.fillStyle.slice(1), 16);
                const {{ data }} = pen.getImageData(0, 0, canvas.width, 10);
                let count = 0;
                for (let at = 0; at < data.length; at += 4) {{
                    count += wanted === (data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
                }}
                return count;
            }})()"
        )
    };
    browser.until(&format!("{MARKS} === 'started,ended,started' && {} > 0", signs("good")));
    let started = browser.ask(&signs("good"));
    drop(program);
    browser.until(&format!("{MARKS} === 'started,ended,started,ended'"));
    left_behind(&directory, "mmstats-dead");
    let _program = Program::start(&directory);
    browser.until(&format!("{MARKS}.split(',').slice(4).sort().join() === 'died,started'"));
    browser.until(&format!("{} > 0 && {} === {started}", signs("bad"), signs("good")));
}

#[test]
fn a_range_is_in_the_address_and_left_by_a_button_or_escape() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let program = Program::start(&directory);
    program.depth.set(3);
    let server = mmash(ANYWHERE, directory.path());
    let (answer, _) = recorded(&server, ("queue.depth", "value"), has(3.0, 10));
    let first = answer["times"][0].as_f64().unwrap().floor();
    browser.open(&format!("http://{}/?stat=queue.depth", server.address));
    browser.until(&format!("{} > 10 && {ZOOM_OUT}.hidden", pixels(0, 1)));
    browser.drag(".charts canvas", 40, 240);
    browser
        .until(&format!("!{ZOOM_OUT}.hidden && /&from=[\\d.]+&to=[\\d.]+$/.test(location.search)"));
    browser.type_into("body", ESCAPE);
    browser.until(&format!("{ZOOM_OUT}.hidden && location.search === '?stat=queue.depth'"));
    browser.ask("history.back()");
    browser.until(&format!("!{ZOOM_OUT}.hidden"));
    // A minute.
    let minute = format!("?stat=queue.depth&from={first}&to={}", first + 60.0);
    browser.open(&format!("http://{}/{minute}", server.address));
    for _ in 0..2 {
        browser.until(&format!("!{ZOOM_OUT}.hidden && {} > 10", pixels(0, 1)));
        browser.until(&format!("/^\\d\\d:\\d\\d:\\d\\d to \\d\\d:\\d\\d:\\d\\d$/.test({MOMENT})"));
        assert_eq!(browser.ask("location.search"), json!(minute));
        browser.open(&browser.address());
    }
    browser.until(&format!("!{ZOOM_OUT}.hidden"));
    // By the keyboard: half of it, and out again.
    browser.type_into(".charts canvas", "+");
    browser.until(&format!("location.search !== '{minute}'"));
    let length =
        "(query => query.get('to') - query.get('from'))(new URLSearchParams(location.search))";
    browser.until(&format!("Math.abs({length} - 30) < 0.01"));
    browser.type_into(".charts canvas", "-");
    browser.until(&format!("Math.abs({length} - 60) < 0.01"));
    browser.click(".tools button");
    browser.until(&format!("{ZOOM_OUT}.hidden && location.search === '?stat=queue.depth'"));
}

#[test]
fn a_page_that_was_hidden_has_what_it_missed() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let program = Program::start(&directory);
    // More stats than one request is about.
    let names = ["a", "b", "c", "d", "e"];
    for (name, size) in names.into_iter().flat_map(|name| (1..=9).map(move |size| (name, size))) {
        let label = format!("{name}{{size=\"{size}\"}}");
        program.stats.add::<Gauge<i64>>(Gauge::named(label)).unwrap().set(size);
    }
    let server = mmash(ANYWHERE, directory.path());
    let depth = ("queue.depth", "value");
    let (answer, _) = recorded(&server, depth, has(0.0, 5));
    let first = answer["times"][0].as_f64().unwrap().floor();
    let query = "stat=queue.depth&name=a&name=b&name=c&name=d&name=e";
    browser.open(&format!("http://{}/?{query}", server.address));
    until_filled(&browser, &server, depth.0, "true");
    // On a busy machine an answer may take longer than the page waits for it.
    browser.ask(
        "AbortSignal.timeout = () => new AbortController().signal,
         window.answering = fetch, window.asked = 0,
         window.fetch = (...what) => {
             window.asked += 1;
             return window.answering(...what).finally(() => { window.asked -= 1; });
         }",
    );
    // While it is hidden it has no stream. The browser would hide it at some time after it is told to.
    let set_hidden = |hidden: bool| {
        browser.ask(&format!(
            "Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}),
             document.dispatchEvent(new Event('visibilitychange'))"
        ));
    };
    let hide = |value: i64| {
        set_hidden(true);
        program.depth.set(value);
        recorded(&server, depth, has(value as f64, 12));
        set_hidden(false);
    };
    hide(4);
    until_filled(&browser, &server, depth.0, &format!("{READING} === '4 jobs'"));
    // What is still filled in would take a piece away later.
    browser.until("window.asked === 0");
    pass(&browser, 300);
    let before = browser.ask(PIECES);
    browser.ask("window.fetch = () => Promise.reject(Error())");
    hide(5);
    browser.until(&format!("{READING} === '5 jobs' && {PIECES} > {before}"));
    let (answer, _) = recorded(&server, depth, |_| true);
    let last = answer["times"].as_array().unwrap().last().unwrap().as_f64().unwrap().ceil();
    // A range is asked for again, and goes on as the stream does.
    browser.ask(&format!(
        "window.fetch = window.answering,
         history.pushState(null, '', '?{query}&from={first}&to={}'),
         dispatchEvent(new PopStateEvent('popstate'))",
        last + 60.0,
    ));
    until_filled(&browser, &server, depth.0, &format!("!{ZOOM_OUT}.hidden"));
    let last = "[...document.querySelectorAll('.chart')].at(-1)";
    browser.type_into(".chart:last-child canvas", HOME);
    browser.until(&format!("{last}.querySelector('.reading').textContent === '9'"));
    browser.ask("document.activeElement.blur()");
    program.depth.set(9);
    browser.until(&format!("{READING} === '9 jobs'"));
    browser.type_into(".charts canvas", END);
    browser.until(&format!("/^\\d\\d:\\d\\d:\\d\\d$/.test({MOMENT}) && {READING} === '9 jobs'"));
    // A chart of a stat for which mmash has no room says so.
    browser.ask(
        "window.fetch = async (...what) => {
            const answer = await (await window.answering(...what)).json();
            return new Response(JSON.stringify({ ...answer, full: true, stats: [] }));
        }",
    );
    browser.click(".row[data-label='queue.done'] .name");
    browser.until("document.querySelector('.more').textContent.includes('too many stats')");
}
