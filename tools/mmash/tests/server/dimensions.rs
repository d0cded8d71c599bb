//! Labels with dimensions: in the API and in the stream.

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Series, Timer};
use mmstats_testing::http::percent_encoded;
use mmstats_testing::original::{content, field};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::mmash;
use crate::stream::{Client, served};

/// A shop that counts its requests by tenant, and without one.
struct Shop {
    stats: Published<()>,
    directory: TempDir,
    requests: [Counter; 3],
}

impl Shop {
    fn open() -> Self {
        let directory = TempDir::new().unwrap();
        let options = Options::dynamic("Shop").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let labels = ["requests", r#"requests{tenant="acme"}"#, r#"requests{tenant="zoo"}"#];
        let requests = labels.map(|label| {
            stats.add(Counter::named(label).unit("requests").help("What came.")).unwrap()
        });
        for (number, requests) in [1, 20, 300].into_iter().zip(&requests) {
            requests.add(number);
        }
        Self { stats, directory, requests }
    }
}

fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

#[test]
fn each_label_has_its_name_and_dimensions() {
    let shop = Shop::open();
    let server = mmash(shop.directory.path());
    let stats = get(&server, "/api/v1/stats?name=requests");
    let stats = stats["stats"].as_array().unwrap().iter();
    let found: Vec<_> = stats
        .map(|stat| json!([stat["label"], stat["name"], stat["labels"], stat["value"]]))
        .collect();
    let expected = [
        json!(["requests", "requests", {}, 1]),
        json!([r#"requests{tenant="acme"}"#, "requests", {"tenant": "acme"}, 20]),
        json!([r#"requests{tenant="zoo"}"#, "requests", {"tenant": "zoo"}, 300]),
    ];
    assert_eq!(found, expected);
    assert_eq!(get(&server, "/api/v1/stats?name=request")["found"], 0);
}

#[test]
fn a_name_adds_up_its_series_over_files_and_processes() {
    let shop = Shop::open();
    // What has another kind or unit isn't added, as of a foreign program.
    let fields = [
        field("sys.pid", "I", 0xff, &1_u32.to_ne_bytes()),
        field(r#"requests{tenant="zoo"}"#, "Q", 0xff, &4000_u64.to_ne_bytes()),
    ];
    write(shop.directory.path(), "mmstats-other", &content(&fields));
    let odd: Gauge<u64> = shop.stats.add(Gauge::named(r#"requests{odd="yes"}"#)).unwrap();
    odd.set(7);
    let server = mmash(shop.directory.path());
    let name = get(&server, "/api/v1/names/requests?by=process");
    let expected = json!({"label": "requests", "name": "requests", "labels": {},
        "kind": "counter", "unit": "requests", "aggregate": "sum", "files": 2, "dead_files": 0,
        "value": 4321, "help": "What came."});
    let mut stat = name["stat"].clone();
    stat["dead_files"] = json!(0);
    assert_eq!((stat, &name["series"]), (expected, &json!(3)));
    let processes = name["processes"].as_array().unwrap();
    let mut values: Vec<_> =
        processes.iter().filter_map(|of| of["figures"]["value"].as_u64()).collect();
    values.sort_unstable();
    assert_eq!(values, [321, 4000]);
    let ours = get(&server, "/api/v1/names/requests?glob=*.mmstats");
    assert_eq!(ours["stat"]["value"], 321);
}

#[test]
fn a_label_that_no_stat_has_is_a_name() {
    let shop = Shop::open();
    let run = |label| shop.stats.add(Timer::named(label)).unwrap();
    let runs: [Timer; 2] = [r#"run{job="a/b"}"#, r#"run{job="c"}"#].map(run);
    runs[0].record_secs(1.0);
    runs[1].record_secs(2.0);
    let server = mmash(shop.directory.path());
    // The exact label comes first.
    assert_eq!(get(&server, "/api/v1/stats/requests")["stat"]["value"], 1);
    let path = percent_encoded(r#"requests{tenant="acme"}"#);
    assert_eq!(get(&server, &format!("/api/v1/stats/{path}"))["stat"]["value"], 20);
    let run = get(&server, "/api/v1/stats/run");
    let stat = &run["stat"];
    assert_eq!((&stat["label"], &stat["value"]), (&json!("run"), &json!(1.5)));
    assert_eq!(stat["components"]["count"], 2);
    let [first, second] = &run["values"].as_array().unwrap()[..] else { panic!("{run}") };
    assert_eq!(
        (&first["label"], &second["label"]),
        (&json!(r#"run{job="a/b"}"#), &json!(r#"run{job="c"}"#))
    );
    assert_eq!((&first["name"], &first["labels"]), (&json!("run"), &json!({"job": "a/b"})));
    assert_eq!(server.get("/api/v1/stats/ru").status, 404);
    assert_eq!(server.get("/api/v1/names/ru").status, 404);
}

#[test]
fn odd_names_and_values_come_back_as_they_were() {
    let directory = TempDir::new().unwrap();
    let stats = Options::dynamic("odd").path(directory.path()).create().unwrap();
    let odd = "<script>\\\"\n{}=,\u{202e}\u{1b}[31m\u{1f980}";
    let series = Series::new(odd).with("my-key", odd).with("le", "1").with("__x", "y");
    let label = series.compose();
    let _odd: Counter = stats.add(Counter::named(label.clone())).unwrap();
    let server = mmash(directory.path());
    let stat = &get(&server, &format!("/api/v1/stats/{}", percent_encoded(&label)))["stat"];
    assert_eq!((&stat["label"], &stat["name"]), (&json!(label), &json!(odd)));
    assert_eq!(stat["labels"], json!({"my-key": odd, "le": "1", "__x": "y"}));
    let name = get(&server, &format!("/api/v1/names/{}", percent_encoded(odd)));
    assert_eq!((&name["stat"]["name"], &name["series"]), (&json!(odd), &json!(1)));
    let found = get(&server, &format!("/api/v1/stats?name={}", percent_encoded(odd)));
    assert_eq!(found["found"], 1);
    // The original's interface has labels as they are.
    let all = get(&server, "/stats/");
    assert!(all["stats"].as_array().unwrap().contains(&json!(label)), "{all}");
    let shown = get(&server, &format!("/stats/{}?exact", percent_encoded(&label)));
    assert_eq!(shown, json!({label.as_str(): [0]}));
}

#[test]
fn the_stream_adds_up_the_series_of_a_name() {
    let Shop { stats, directory, requests } = Shop::open();
    let sizes = |label| stats.add(Histogram::named(label)).unwrap();
    let sizes: [Histogram; 2] = [r#"sizes{of="in"}"#, r#"sizes{of="out"}"#].map(sizes);
    sizes[0].record(4);
    let alone: Counter = stats.add(Counter::named(r#"alone{by="one"}"#)).unwrap();
    let server = served(&directory);
    let mut client = Client::of(&server);
    let (row, _) = client.rows.values().find(|(row, _)| row["name"] == "alone").expect("a row");
    assert_eq!(row["labels"], json!({"by": "one"}));
    // A name with one series has no row of its own.
    let percentiles = json!({"count": 1, "p50": 4.0, "p90": 4.0, "p99": 4.0, "max": 4.0});
    let expected = json!({"requests": {"value": 321}, "sizes": percentiles});
    assert_eq!(client.names.values(), expected);
    let mut names = client.names.rows.values();
    let (row, _) = names.find(|(row, _)| row["name"] == "requests").expect("a row of the name");
    let expected = json!({"id": row["id"], "name": "requests", "kind": "counter",
        "unit": "requests", "help": "What came.", "about": "work", "aggregate": "sum"});
    assert_eq!(*row, expected);

    requests[1].add(5);
    requests[2].add(6);
    sizes[1].record(4);
    alone.incr();
    client.until(|client| {
        let values = client.names.values();
        values["requests"]["value"] == 332 && values["sizes"]["count"] == 2
    });
    let another: Counter = stats.add(Counter::named(r#"alone{by="two"}"#)).unwrap();
    another.add(3);
    client.until(|client| client.names.values()["alone"]["value"] == 4);
    drop((stats, sizes, requests, alone, another));
    client.until(|client| client.names.rows.is_empty());
}

/// What is counted adds up, also when series come and go with their programs.
#[test]
fn names_count_what_came_and_went() {
    // On a busy machine everything may be sent once more: then it isn't known what was counted.
    assert!((0..20).any(|_| follow_tenants()), "no stream was ever without a gap");
}

/// Follows series that come and go; false if the stream had a gap.
fn follow_tenants() -> bool {
    let shop = Shop::open();
    let server = served(&shop.directory);
    let mut client = Client::of(&server);
    let tenant = |number: u64| {
        let options = Options::dynamic("Shop").path(shop.directory.path()).default_fields(false);
        let stats = options.filename(format!("tenant-{number}.mmstats")).create().unwrap();
        let label = format!(r#"requests{{tenant="{number}"}}"#);
        let requests: Counter = stats.add(Counter::named(label).unit("requests")).unwrap();
        requests.add(number);
        let run = Timer::named(format!(r#"run{{tenant="{number}"}}"#));
        let run: Timer = stats.add(run).unwrap();
        run.record_secs(0.5);
        (stats, requests)
    };
    let mut until = |rows: usize| loop {
        if client.take().0 == "whole" {
            return false;
        }
        if client.rows.len() == rows {
            return true;
        }
    };
    let tenants: Vec<_> = (1..=10).map(tenant).collect();
    if !until(23) {
        return false;
    }
    for (_, requests) in &tenants {
        requests.add(100);
    }
    drop(tenants);
    let is_followed = until(3);
    if is_followed {
        assert_eq!(client.names.counted["requests"], (1055, 0.0));
        assert_eq!(client.names.counted["run"], (10, 5.0));
    }
    is_followed
}

/// A change has what has changed, however many series there are.
#[test]
fn of_ten_thousand_series_only_what_changes_is_sent() {
    const SERIES: usize = 10_000;
    let directory = TempDir::new().unwrap();
    let options = Options::dynamic("Shop").path(directory.path()).capacity(4 << 20);
    let stats = options.default_fields(false).create().unwrap();
    let counter = |number: usize| -> Counter {
        let (name, tenant) = (number % 5, number / 5);
        let label = format!(r#"requests.{name}{{status="200",tenant="tenant-{tenant}"}}"#);
        stats.add(Counter::named(label).help("What came.")).unwrap()
    };
    let counters: Vec<Counter> = (0..SERIES).map(counter).collect();
    let server = served(&directory);
    let mut client = Client::of(&server);
    assert_eq!((client.rows.len(), client.names.rows.len()), (SERIES, 5));
    // On a busy machine everything may be sent once more.
    let mut size = || loop {
        counters[0].incr();
        let (event, step) = client.take();
        if event == "change" && step.get("increases").is_some() {
            return step.to_string().len();
        }
    };
    let one = size();
    assert!(one < 400, "{one} bytes for one series and its name");
    counters.iter().for_each(Counter::incr);
    let all = (0..10).map(|_| size()).max().unwrap();
    assert!((10 * SERIES..50 * SERIES).contains(&all), "{all} bytes for all");
}
