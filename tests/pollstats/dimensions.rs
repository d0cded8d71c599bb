//! Series: labels with dimensions as fields and in filters, added up, and by their values.

use std::path::Path;
use std::time::SystemTime;
use std::{fs, iter, thread};

use mmstats::{
    Counter, Family, Field, Gauge, Histogram, MmStats, Options, Published, Series, Timer,
    UpDownCounter,
};
use mmstats_testing::original::field;
use mmstats_testing::stats_dir::write;
use serde_json::{Value, json};

use crate::{Running, folder, pollstats, text};

/// A program with a counter for each label.
fn published(folder: &Path, labels: &[&str]) -> (Published<()>, Vec<Counter>) {
    let stats = Options::dynamic("Web").path(folder).create().unwrap();
    let counter = |label: &&str| stats.add(Counter::named((*label).to_owned())).unwrap();
    let counters = labels.iter().map(counter).collect();
    (stats, counters)
}

/// A run with a row, as csv.
fn csv(arguments: &[&str]) -> (Vec<String>, String) {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "csv"], arguments].concat());
    let mut lines = csv::Reader::from_reader(&*output.stdout);
    let columns = lines.headers().unwrap().iter().skip(1).map(str::to_owned).collect();
    (columns, text(&output.stderr))
}

#[test]
fn a_whole_label_is_one_field_and_one_filter() {
    let (folder, path) = folder();
    let odd = r#"requests{path="/a,}=\"[*",status="200"}"#;
    let labels = [odd, r#"requests{path="/b",status="200"}"#, "hits"];
    let (_stats, counters) = published(folder.path(), &labels);
    counters[0].add(7);
    let fields = format!("hits,{odd}");
    for operands in [&[&*fields, &path][..], &["-f", &format!("{odd}=7"), &fields, &path]] {
        assert_eq!(csv(operands), (vec!["hits".into(), odd.into()], String::new()));
    }
    let (_, said) = csv(&["-f", &format!("{odd}=8"), &fields, &path]);
    assert!(said.contains("no file passes -f"), "{said}");
    let glob = r#"requests{path="/[bc]",status="?00"}"#;
    assert_eq!(csv(&[glob, &path]).0, [labels[1]]);
}

/// The cells of the last row of a run that ends.
fn row(arguments: &[&str]) -> Vec<String> {
    let output = pollstats(&[&["-c", "1", "-d", "0.01", "-o", "csv"], arguments].concat());
    let mut rows = csv::Reader::from_reader(&*output.stdout);
    let row = rows.records().last().unwrap().unwrap();
    row.iter().skip(1).map(str::to_owned).collect()
}

/// Differences of the first columns until a row has arrived whose poll began after this call.
fn sums<const N: usize>(running: &Running) -> [u64; N] {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    let mut sums = [0; N];
    loop {
        let cells = running.cells();
        for (sum, cell) in sums.iter_mut().zip(&cells[1..]) {
            *sum += cell.parse::<u64>().unwrap_or(0);
        }
        if cells[0].parse::<f64>().unwrap() > now + 0.001 {
            return sums;
        }
    }
}

#[derive(MmStats)]
#[mmstats(prefix = "web.")]
struct WebStats {
    /// Answers.
    #[mmstats(unit = "requests")]
    requests: Family<Counter>,
    render: Family<Timer>,
    sizes: Family<Histogram>,
    waiting: Family<UpDownCounter>,
    busy: Family<Gauge<u32>>,
    shard: Gauge<u32>,
}

#[test]
fn series_that_come_later_are_in_the_sum_of_their_name_at_once() {
    const TENANTS: u64 = 200;
    let (folder, path) = folder();
    let before = WebStats::options().path(folder.path()).create().unwrap();
    before.requests.get(&[("status", "2xx"), ("tenant", "0")]).add(1_000_000);
    let common = ["--delta", "-o", "csv", "-d", "0.01", "-p", "web."];
    let one = Running::start(&[&common[..], &["requests", &path]].concat());
    let by = Running::start(&[&common[..], &["--by", "status", "requests", &path]].concat());
    assert_eq!(one.line(), "time,web.requests");
    assert_eq!(by.line(), r#"time,"web.requests{status=""2xx""}""#);

    let files: Vec<_> = thread::scope(|scope| {
        let work = |thread: u64| {
            // Further files, too, are created while pollstats polls.
            let stats = WebStats::options().path(folder.path()).create().unwrap();
            for tenant in 0..TENANTS {
                let tenant = tenant.to_string();
                stats.requests.get(&[("status", "2xx"), ("tenant", &tenant)]).add(thread);
                stats.requests.get(&[("status", "5xx"), ("tenant", &tenant)]).add(1000);
            }
            stats
        };
        let workers = [1, 2].map(|thread| scope.spawn(move || work(thread)));
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    before.requests.get(&[("status", "2xx"), ("tenant", "new")]).add(10_000);
    let ok = (1 + 2) * TENANTS + 10_000;
    assert_eq!(sums(&one), [ok + 2000 * TENANTS]);
    assert_eq!(sums(&by), [ok]);
    drop(files);
    let (_, rest, said) = by.interrupt();
    assert!(rest.iter().all(|row| row.ends_with(",0")), "{rest:?}");
    let late = r#"web.requests{status="5xx"} appeared after the header and is left out"#;
    assert_eq!(said, format!("pollstats: {late}\n"));
}

#[test]
fn every_kind_is_added_up_by_its_own_rule() {
    let (folder, path) = folder();
    let stats = WebStats::options().path(folder.path()).create().unwrap();
    for (tenant, value) in [("a", 3), ("b", 4)] {
        let pairs = &[("tenant", tenant)];
        stats.waiting.get(pairs).add(-value);
        stats.busy.get(pairs).set(u32::try_from(value).unwrap());
        stats.render.get(pairs);
        stats.sizes.get(pairs);
    }
    let fields = "web.waiting,web.busy";
    assert_eq!(row(&[fields, &path]), ["-7", "7"]);
    assert_eq!(row(&["--aggr", "max", fields, &path]), ["-7", "4"]);
    let both = r#"web.waiting{tenant="a"},web.busy,web.busy{tenant="b"}"#;
    assert_eq!(row(&[both, &path]), ["-3", "7", "4"]);
    assert_eq!(row(&["--by", "tenant", fields, &path]), ["-3", "-4", "3", "4"]);

    let running = Running::start(&[
        "--delta",
        "-o",
        "csv",
        "-d",
        "0.02",
        "--percentile",
        "50",
        "web.render,web.sizes",
        &path,
    ]);
    assert_eq!(running.line(), "time,web.render.mean,web.render.count,web.sizes.p50");
    running.while_stopped(|| {
        for (tenant, seconds, size) in [("a", 1.0, 10), ("b", 2.0, 20), ("c", 6.0, 30)] {
            stats.render.get(&[("tenant", tenant)]).record_secs(seconds);
            stats.sizes.get(&[("tenant", tenant)]).record(size);
        }
    });
    let rows = iter::repeat_with(|| running.cells()).find(|cells| cells[2] != "0");
    assert_eq!(rows.unwrap()[1..], ["3.0", "3", "20"]);
}

#[test]
fn values_are_titles() {
    let (folder, path) = folder();
    let stats = WebStats::options().path(folder.path()).create().unwrap();
    for status in ["2xx", "5xx"] {
        stats.requests.get(&[("status", status), ("tenant", "7")]);
    }
    stats.busy.get(&[("tenant", "7")]);
    let header = |arguments: &[&str]| -> Vec<String> {
        let arguments = [&["-c", "1", "-d", "0.01", "-p", "web."], arguments, &[&*path]].concat();
        let shown = text(&pollstats(&arguments).stdout);
        shown.lines().next().unwrap().split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(header(&["requests"]), ["requests"]);
    assert_eq!(header(&["--by", "status", "requests"]), ["2xx", "5xx"]);
    assert_eq!(header(&["--by", "tenant,status", "requests"]), ["7,2xx", "7,5xx"]);
    let both = header(&["--by", "status", "requests,busy"]);
    assert_eq!(both, ["requests{2xx}", "requests{5xx}", "busy"]);
    let names = ["requests", "busy", "shard"];
    assert_eq!(header(&[]), names, "one each without FIELDS");
    assert_eq!(header(&["--by", ""]), names);
    let label = r#"requests{status="5xx",tenant="7"}"#;
    assert_eq!(header(&[label]), [label]);
}

#[test]
fn series_of_another_kind_or_unit_are_left_out() {
    let (folder, path) = folder();
    let stats = Options::dynamic("Web").path(folder.path()).create().unwrap();
    let counter = |label: &'static str, unit: &'static str, value| {
        let counter: Counter = stats.add(Counter::named(label).unit(unit)).unwrap();
        counter.add(value);
        counter
    };
    let counters = [
        counter(r#"sent{to="a"}"#, "bytes", 1),
        counter(r#"sent{to="b"}"#, "messages", 10),
        counter(r#"sent{to="c"}"#, "bytes", 100),
    ];
    let gauge = Gauge::<u64>::named(r#"sent{to="d"}"#).unit("bytes").initial(1000);
    let _gauge: Gauge<u64> = stats.add(gauge).unwrap();
    let list = |arguments: &[&str]| {
        let output = pollstats(&[&["--list", "-o", "csv"], arguments, &[&path]].concat());
        text(&output.stdout).lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = ["sent,counter,1,bytes,", "sent,counter,1,messages,", "sent,gauge,1,bytes,"];
    assert_eq!(list(&["--by", "", "sent"]), expected);
    assert_eq!(list(&["sent"]).len(), 4);

    let later = Running::start(&["--delta", "-o", "csv", "-d", "0.02", "sent", &path]);
    assert_eq!(later.line(), "time,sent");
    later.while_stopped(|| counters.iter().for_each(|counter| counter.add(1)));
    assert_eq!(later.sum_until_now(), 2);
    let (_, _, said) = later.interrupt();
    let reason = r#"sent{to="b"} (counter in messages) isn't added to sent (counter in bytes)"#;
    assert_eq!(said, format!("pollstats: {reason}\n"), "once");
    assert_eq!(row(&[r#"sent{to="d"}"#, &path]), ["1000"]);
}

#[test]
fn further_files_of_a_thread_belong_to_its_first_one() {
    let (folder, path) = folder();
    let threads: Vec<_> = thread::scope(|scope| {
        let work = |shard| {
            let stats = WebStats::options().path(folder.path()).create().unwrap();
            stats.shard.set(shard);
            for tenant in 0..500 {
                stats.waiting.get(&[("tenant", &*tenant.to_string())]);
            }
            stats.waiting.get(&[("tenant", "last")]).add(shard.into());
            stats
        };
        let workers = [1, 2].map(|shard| scope.spawn(move || work(shard)));
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert!(fs::read_dir(folder.path()).unwrap().count() > 4, "further files");
    assert_eq!(row(&["web.waiting", &path]), ["3"]);
    assert_eq!(row(&["-f", "shard=2", "web.waiting", &path]), ["2"]);
    let output = pollstats(&["-c1", "-d.01", "-o", "csv", "--per-file", "web.waiting", &path]);
    let name = |stats: &Published<WebStats>| stats.path().unwrap().display().to_string();
    let rows = text(&output.stdout);
    let mut rows: Vec<_> =
        rows.lines().skip(1).map(|row| row.split_once(',').unwrap().1.to_owned()).collect();
    rows.sort();
    let files = threads.iter().map(name).zip(1..);
    let mut expected: Vec<_> = files.map(|(file, sum)| format!("{file},true,{sum}")).collect();
    expected.sort();
    assert_eq!(rows, expected);
    let listed =
        pollstats(&["--list", "--by", "", "-f", "shard=2", "-o", "csv", "web.waiting", &path]);
    let listed = text(&listed.stdout);
    assert!(listed.lines().nth(1).unwrap().starts_with("web.waiting,up-down-counter,"), "{listed}");
    assert!(!listed.contains("counter,1,"), "{listed}");
}

#[test]
fn the_list_says_what_a_label_says() {
    let (folder, path) = folder();
    let (_stats, _counters) =
        published(folder.path(), &[r#"requests{method="GET",status="200"}"#, "hits"]);
    let list = |arguments: &[&str]| -> Vec<(Value, Value, Value)> {
        let arguments = [&["--list", "-o", "json"], arguments, &[&path]].concat();
        let listed = text(&pollstats(&arguments).stdout);
        let entry = |line: &str| {
            let entry: Value = serde_json::from_str(line).unwrap();
            (entry["label"].clone(), entry["name"].clone(), entry["labels"].clone())
        };
        listed.lines().map(entry).collect()
    };
    let label = r#"requests{method="GET",status="200"}"#;
    let labels = json!({"method": "GET", "status": "200"});
    assert_eq!(list(&["requests"]), [(json!(label), json!("requests"), labels)]);
    let expected = [
        (json!("hits"), json!("hits"), json!({})),
        (json!(r#"requests{status="200"}"#), json!("requests"), json!({"status": "200"})),
    ];
    assert_eq!(list(&["--by", "status", "hits,requests"]), expected);
}

/// It took minutes while what is done for a label depended on the number of labels.
#[test]
fn a_hundred_thousand_label_sets_are_shown() {
    const SETS: usize = 100_000;
    let (folder, path) = folder();
    let large = "x".repeat(60_000);
    let odd = [&*large, "my-key", "le", "quantile", "__x", "cmd"];
    let odd = odd.map(|key| Series::new("requests").with(key, &large[..1000]).compose());
    let sets = (0..SETS).map(|set| format!(r#"requests{{status="{}",tenant="{set}"}}"#, set % 3));
    let labels = odd.into_iter().chain(sets).map(String::into_bytes);
    // These two are plain names.
    let broken = [b"requests{a=\"\xff\"}".to_vec(), b"requests{a=\"1\",}".to_vec()];
    let requests: Vec<_> =
        labels.chain(broken).flat_map(|label| field(&label, "B", 0xff, &[1])).collect();
    // Nothing proves that the program is dead.
    write(folder.path(), "requests.mmstats", &[&[1], &*requests].concat());

    let by_status = ["6", "33334", "33333", "33333"];
    assert_eq!(row(&["--by", "status", "requests", &path]), by_status);
    // 100,000 tenants, and those without one.
    assert_eq!(row(&["--by", "tenant", "requests", &path]).len(), SETS + 1);
}
