//! Labels with dimensions: series under their names, in the list and in charts.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Series};
use mmstats_testing::browser::{Browser, ENTER, LEFT, RIGHT, pixels};
use mmstats_testing::original::{content, field};
use mmstats_testing::stats_dir::write;
use serde_json::json;
use tempfile::TempDir;

use crate::{ANYWHERE, LABELS, mmash};

/// A thread's further files have its ids and series, and nothing else.
#[test]
fn further_files_of_a_thread_are_no_further_threads() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let pid = std::process::id();
    for (file, tid, tenant) in [("1", 7, "acme"), ("1-2", 7, "zoo"), ("2", 8, "acme")] {
        let fields = [
            field("sys.pid", "I", 0xff, &pid.to_ne_bytes()),
            field("sys.tid", "q", 0xff, &i64::to_ne_bytes(tid)),
            field(
                format!(r#"requests{{tenant="{tenant}"}}"#),
                "Q",
                1,
                &[5_u64.to_ne_bytes(); 2].concat(),
            ),
        ];
        write(directory.path(), format!("mmstats-{file}"), &content(&fields));
    }
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?name=requests&by=process&show=value", server.address));
    let readings = "[...document.querySelectorAll('.legend .reading')].map(it => it.textContent)";
    // The sum is shown until the processes are known.
    browser.until(&format!("{LEGEND}.join() === 'process {pid}'"));
    browser.until(&format!("{readings}.join() === '15'"));
    browser.click("#files");
    let summary = "document.querySelector('dialog .summary')?.textContent";
    browser.until(&format!("{summary} === '3 files of 2 threads in 1 process: 2 dead'"));
}

/// A program without default fields.
fn program(directory: &TempDir) -> Published<()> {
    let options = Options::dynamic("shop").path(directory.path()).capacity(1 << 20);
    options.default_fields(false).create().unwrap()
}

fn counter(stats: &Published<()>, label: impl Into<String>, count: u64) -> Counter {
    let counter = Counter::named(label.into()).unit("requests").help("What came.");
    let counter: Counter = stats.add(counter).unwrap();
    counter.add(count);
    counter
}

/// A part of the row of a name.
fn of_name(name: &str, part: &str) -> String {
    format!("document.querySelector('.row[data-name=\"{name}\"] {part}')")
}

/// The names in the legends.
const LEGEND: &str =
    "[...document.querySelectorAll('.legend .label')].map(label => label.textContent)";

/// A shop whose requests have tenants, mostly.
fn shop(directory: &TempDir) -> Published<()> {
    let stats = program(directory);
    counter(&stats, "shop.requests", 1);
    counter(&stats, r#"shop.requests{tenant="acme"}"#, 20);
    counter(&stats, r#"shop.requests{tenant="zoo"}"#, 300);
    counter(&stats, r#"shop.built{version="1.2"}"#, 1);
    let level: Gauge<u32> = stats.add(Gauge::<u32>::named("shop.level")).unwrap();
    level.set(7);
    for (number, of) in [(4, "in"), (1000, "out")] {
        let sizes = Histogram::named(format!(r#"shop.sizes{{of="{of}"}}"#)).unit("bytes");
        let sizes: Histogram = stats.add(sizes).unwrap();
        sizes.record(number);
    }
    stats
}

#[test]
fn series_are_listed_under_their_name() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let _shop = shop(&directory);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    // A series that is alone, and a plain stat, are shown at once.
    let closed = json!([r#"shop.built{version="1.2"}"#, "shop.level"]);
    browser.until(&format!("JSON.stringify({LABELS}) === JSON.stringify({closed})"));
    let alone = "document.querySelector('.row[data-label^=\"shop.built\"] .label').textContent";
    assert_eq!(browser.ask(alone), json!(r#"shop.built{version="1.2"}What came."#));
    browser
        .until(&format!("{}.textContent === '321 requests'", of_name("shop.requests", ".value")));
    let sizes = of_name("shop.sizes", ".value");
    browser.until(&format!("{sizes}.textContent === 'p50 4 B · p99 1,007 B'"));
    let count = of_name("shop.requests", ".count");
    assert_eq!(browser.ask(&format!("{count}.textContent")), json!("3 series"));
    assert_eq!(browser.ask("document.getElementById('count').textContent"), json!("7 stats"));

    browser.click(".row[data-name='shop.requests'] .count");
    browser.until(&format!("{LABELS}.length === 5"));
    let series = "[...document.querySelectorAll('.row.series')]
        .sort((a, b) => a.dataset.index - b.dataset.index)
        .map(row => row.querySelector('.name').textContent + row.querySelector('.value').textContent)";
    let expected = r#"(no dimensions)1 request,tenant="acme"20 requests,tenant="zoo"300 requests"#;
    assert_eq!(browser.ask(&format!("{series}.join()")), json!(expected));
    browser.screenshot("names");
    browser.resize(400, 800);
    browser.until("innerWidth === 400");
    assert_eq!(browser.ask("document.documentElement.scrollWidth"), json!(400));
    browser.screenshot("names-narrow");
    browser.resize(1280, 800);
    // The arrow keys close and open it, also from a series.
    browser.press(LEFT);
    browser.until(&format!("{LABELS}.length === 2"));
    browser.press(RIGHT);
    browser.until(&format!("{LABELS}.length === 5"));
    browser.click(".row[data-label='shop.requests{tenant=\"zoo\"}'] .name");
    browser.until("location.search === '?stat=shop.requests%7Btenant%3D%22zoo%22%7D'");
    browser.type_into("#stats", LEFT);
    browser.until(&format!("{LABELS}.length === 2"));
    browser.until(&format!("{}.classList.contains('active')", of_name("shop.requests", "").trim()));
}

#[test]
fn a_filter_finds_values_of_dimensions() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let _shop = shop(&directory);
    let server = mmash(ANYWHERE, directory.path());
    let address = format!("http://{}/", server.address);
    for (filter, found, count) in [
        ("ACME", &[r#"shop.requests{tenant="acme"}"#][..], "1 of 3 series"),
        ("tenant=zoo", &[r#"shop.requests{tenant="zoo"}"#], "1 of 3 series"),
        ("requests ac*e", &[r#"shop.requests{tenant="acme"}"#], "1 of 3 series"),
        // What the name has is found without its series being shown.
        ("requests", &[], "3 series"),
        ("requests -zoo", &[], "2 of 3 series"),
    ] {
        browser.open(&address);
        browser.until(&of_name("shop.requests", ""));
        browser.type_into("#filter", filter);
        let found = json!(found);
        browser.until(&format!("JSON.stringify({LABELS}) === JSON.stringify({found})"));
        let shown = of_name("shop.requests", ".count");
        assert_eq!(browser.ask(&format!("{shown}.textContent")), json!(count), "{filter}");
    }
    // Enter opens the chart of what was found. The link leads to the same.
    browser.open(&address);
    browser.until(&of_name("shop.requests", ""));
    browser.type_into("#filter", &["acme", ENTER].concat());
    browser.until("location.search.startsWith('?filter=acme&stat=shop.requests%7B')");
    let link = browser.address();
    browser.new_tab();
    browser.open(&link);
    browser.until(&format!("{LEGEND}.join() === 'shop.requests{{tenant=\"acme\"}}'"));
    let row =
        "document.querySelector('.row[data-label=\"shop.requests{tenant=\\\\\"acme\\\\\"}\"]')";
    browser.until(&format!("{row}?.ariaSelected === 'true'"));
}

#[test]
fn the_chart_of_a_name_has_its_busiest_series() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = program(&directory);
    let label = |number: u64| format!(r#"shop.requests{{tenant="t{number}"}}"#);
    let counters: Vec<Counter> = (1..=12).map(|number| counter(&stats, label(number), 0)).collect();
    let (end, ended) = mpsc::channel::<()>();
    let counting = thread::spawn(move || {
        while ended.recv_timeout(Duration::from_millis(20)).is_err() {
            for (number, counter) in (1..).zip(&counters) {
                counter.add(number * number);
            }
        }
        drop(stats);
    });
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until(&of_name("shop.requests", ""));
    browser.click(".row[data-name='shop.requests'] .name");
    browser.until("location.search === '?name=shop.requests'");
    let busiest: Vec<_> = (5..=12).map(|number| format!(r#"tenant="t{number}""#)).collect();
    let mut expected = busiest.clone();
    expected.push("other series".into());
    expected.sort_unstable();
    let expected = json!(expected);
    browser.until(&format!("JSON.stringify({LEGEND}.sort()) === JSON.stringify({expected})"));
    let text = "document.querySelector('.charts .more').textContent";
    assert_eq!(browser.ask(text), json!("8 of 12 series; the others are added up"));
    browser.until(&format!("{} > 10 && {} > 10", pixels(0, 1), pixels(0, 8)));
    // What the other series count is what is left of the sum.
    let readings = "[...document.querySelectorAll('.legend .reading')]
        .map(reading => Number(reading.textContent.replace(/[^\\d.]/g, '')))";
    let sum = of_name("shop.requests", ".rate");
    let sum = format!("Number({sum}.textContent.replace(/[^\\d.]/g, ''))");
    browser.until(&format!(
        "Math.abs({readings}.reduce((sum, rate) => sum + rate) / {sum} - 1) < 0.01 && {readings}.at(-1) > 0"
    ));
    browser.screenshot("name-chart");
    browser.prefer("dark");
    browser.screenshot("name-chart-dark");

    browser.click("[name=by][value=total]");
    browser.until(&format!("{LEGEND}.join() === 'shop.requests'"));
    browser.until("location.search === '?name=shop.requests&by=total'");
    browser.click("[name=by][value=process]");
    let process = format!(" {}", std::process::id());
    browser.until(&format!("{LEGEND}.length === 1 && {LEGEND}[0].endsWith('{process}')"));
    browser.until(&format!("{} > 10", pixels(0, 1)));
    // A label that no stat has is a name, and the link of one works elsewhere.
    for query in ["stat=shop.requests", "name=shop.requests"] {
        browser.open(&format!("http://{}/?{query}", server.address));
        browser.until(&format!("{LEGEND}.length === 9"));
        browser.until("document.querySelector('.row[data-name] .mark').dataset.color === '1'");
    }
    end.send(()).unwrap();
    counting.join().unwrap();
    // The name stays in the list as long as it is in the chart.
    browser
        .until(&format!("{}?.textContent.startsWith('gone')", of_name("shop.requests", ".value")));
    browser.click(".chart h3 .close");
    browser.until(&format!("!{}", of_name("shop.requests", "")));
}

#[test]
fn values_of_dimensions_never_become_markup() {
    let Some(browser) = Browser::start() else { return };
    let directory = TempDir::new().unwrap();
    let stats = program(&directory);
    let odd = "<script>document.title=1</script>\\\"'&?#\n=,{}\u{202e}\u{1f980}";
    let hostile = Series::new(format!("web.{odd}")).with(odd, odd).with("a", "\"").compose();
    counter(&stats, hostile.clone(), 7);
    counter(&stats, Series::new(format!("web.{odd}")).with("a", "b").compose(), 5);
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/", server.address));
    browser.until("document.querySelector('.row[data-name]')");
    assert_eq!(
        browser.ask("document.querySelector('.row[data-name]').dataset.name"),
        json!(format!("web.{odd}"))
    );
    browser.click(".row[data-name] .name");
    browser.until(&format!("{LEGEND}.length === 2"));
    browser.click(".row[data-name] .count");
    browser.until(&format!("{LABELS}.length === 2"));
    let shown = "<script>document.title=1</script>\\\\\\\"'&?#\\n=,{}\\u{202e}\u{1f980}";
    let shown = format!(r#""{shown}"="{shown}", a="\"""#);
    let found = browser
        .ask("[...document.querySelectorAll('.row.series .name')].map(name => name.textContent)");
    assert!(found.as_array().unwrap().contains(&json!(shown)), "{found}");
    let link = browser.address();
    // The series alone, and the link of both.
    let row =
        "[...document.querySelectorAll('.row.series')].find(row => row.dataset.label.length > 100)";
    browser.ask(&format!("{row}.querySelector('.mark').click()"));
    browser.until(&format!("{LEGEND}.length === 3"));
    for (link, lines) in [(browser.address(), 3), (link, 2)] {
        browser.open(&link);
        browser.until(&format!("{LEGEND}.length === {lines}"));
    }
    browser.click("[name=by][value=process]");
    browser.until(&format!(
        "{LEGEND}.length === 1 && {LEGEND}[0].includes(' {}')",
        std::process::id()
    ));
    assert_eq!(browser.ask("document.querySelectorAll('main script').length"), json!(0));
    assert_eq!(browser.ask("document.title"), json!("mmash"));
    browser.screenshot("names-hostile");
}

#[test]
fn a_name_with_two_thousand_series_is_usable() {
    let Some(browser) = Browser::start() else { return };
    browser.resize(1280, 8000);
    let directory = TempDir::new().unwrap();
    let stats = program(&directory);
    let series = |number: u64| {
        let label = format!(r#"shop.requests{{method="GET",tenant="tenant-{number}"}}"#);
        counter(&stats, label, number)
    };
    let counters: Vec<Counter> = (1..=2000).map(series).collect();
    let server = mmash(ANYWHERE, directory.path());
    browser.open(&format!("http://{}/?name=shop.requests&show=value", server.address));
    let count = format!("{}?.textContent", of_name("shop.requests", ".count"));
    browser.until(&format!("{count} === '2,000 series'"));
    browser.until(&format!("{LEGEND}.length === 9"));
    let more = "document.querySelector('.charts .more').textContent";
    // The largest ones, as none counts. The others would hide them.
    browser
        .until(&format!("{more}.startsWith('8 of 2,000 series') && {more}.includes('not drawn')"));
    let largest: Vec<_> =
        (1993..=2000).map(|number| format!(r#"tenant="tenant-{number}""#)).collect();
    let largest = json!(largest);
    let tenants = format!("{LEGEND}.slice(0, 8).sort()");
    browser.until(&format!("JSON.stringify({tenants}) === JSON.stringify({largest})"));
    // What all series have in common stands above them.
    let title = json!(r#"shop.requests{method="GET"}"#);
    assert_eq!(browser.ask("document.querySelector('.chart h3 span').textContent"), title);
    browser.click(".row[data-name] .count");
    browser.until(&format!("{LABELS}.length > 10"));
    let rows = browser.ask("document.querySelectorAll('[role=row]').length").as_u64().unwrap();
    assert!((20..=200).contains(&rows), "{rows} rows");
    browser.ask("document.getElementById('rows').scrollTo(0, 1e9)");
    browser.until(&format!("{LABELS}.some(label => label.includes('tenant-2000'))"));
    counters[1999].add(1);
    browser.until("document.body.innerText.includes('2,001 requests')");
    browser.resize(1280, 800);
    browser.type_into("#filter", "1234");
    browser.until(&format!("{LABELS}.length === 1 && {count} === '1 of 2,000 series'"));
    browser.ask("performance.mark('begin'), 0");
    browser.type_into("#filter", " -nothing");
    browser.until("location.search.includes('-nothing')");
    browser.screenshot("names-2000");
}
