//! Dimensions as labels, for every owner and in both formats.

use std::path::Path;
use std::thread;

use mmstats::{
    Aggregate, Counter, Field, Gauge, Histogram, Identity, Options, Published, StatsFile, Timer,
    UpDownCounter,
};
use mmstats_testing::foreign::{Foreign, foreign, writer_like};
use mmstats_testing::server::Server;
use mmstats_testing::stats_dir::write;
use tempfile::TempDir;

use super::lifecycle::next_poll;
use super::{mmash_with, samples, scrape};
use crate::prometheus::assert_well_formed;

/// The counters of a thread that met these tenants.
fn tenants(directory: &Path, name: &str, tenants: &[&str]) -> (Published<()>, Vec<Counter>) {
    let options = Options::dynamic("Tenants").path(directory).filename(name).capacity(16 << 10);
    let stats = options.default_fields(false).create().unwrap();
    let counters = tenants.iter().map(|tenant| {
        let label = format!("requests{{tenant=\"{tenant}\"}}");
        stats.add(Counter::named(label).help("Requests.")).unwrap()
    });
    let counters = counters.collect();
    (stats, counters)
}

/// A thread's stats of every kind.
fn every_kind(directory: &Path, number: u32) -> Published<()> {
    let name = format!("{number}.mmstats");
    let (stats, tenants) = tenants(directory, &name, &["a", "b"]);
    tenants[number as usize].add(number.into());
    let busy = Gauge::<u32>::named(r#"busy{pid="x"}"#).aggregate(Aggregate::Sum);
    let busy: Gauge<u32> = stats.add(busy).unwrap();
    busy.set(number + 1);
    let depth = Gauge::<u32>::named(r#"depth{tid="1",zone="a"}"#);
    let depth: Gauge<u32> = stats.add(depth).unwrap();
    depth.set(number);
    let open: UpDownCounter = stats.add(UpDownCounter::named(r#"open{cmd="\"\\\n"}"#)).unwrap();
    open.add(1);
    let work: Timer = stats.add(Timer::named(r#"work{quantile="0.5"}"#)).unwrap();
    work.record_secs(0.5);
    let sizes: Histogram = stats.add(Histogram::named(r#"sizes{le="1"}"#).unit("bytes")).unwrap();
    sizes.record(7);
    stats
}

#[test]
fn samples_have_the_labels_of_their_dimensions() {
    let directory = TempDir::new().unwrap();
    let _threads = [0, 1].map(|number| {
        thread::scope(|scope| scope.spawn(|| every_kind(directory.path(), number)).join().unwrap())
    });
    let file = |name: &str| StatsFile::read(directory.path().join(name)).unwrap();
    let [first, second] = ["0.mmstats", "1.mmstats"].map(|name| file(name).tid().unwrap());
    let identity = file("0.mmstats").identity().unwrap().clone();
    let command = format!("cmd=\"{}\"", identity.command);
    let process = format!("{command},pid=\"{}\"", identity.pid);
    let of_groups = [
        r#"requests_total{OWNER,tenant="b"} "#,
        r#"busy{OWNER,exported_pid="x"} "#,
        r#"open{OWNER,exported_cmd="\"\\\n"} "#,
        r#"work_seconds_sum{OWNER,exported_quantile="0.5"} "#,
        r#"work_seconds_count{OWNER,exported_quantile="0.5"} "#,
        r#"sizes_bytes_bucket{OWNER,exported_le="1",le="15.0"} "#,
        r#"sizes_bytes_bucket{OWNER,exported_le="1",le="+Inf"} "#,
        r#"sizes_bytes_count{OWNER,exported_le="1"} "#,
    ];
    let threads = [first, second].map(|tid| format!("{process},tid=\"{tid}\""));
    for (by, owners, values) in [
        ("cmd", vec![(command, [0.0, 3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0])], 0),
        ("pid", vec![(process.clone(), [1.0, 3.0, 2.0, 1.0, 2.0, 2.0, 2.0, 2.0])], 2),
        (
            "tid",
            vec![
                (threads[0].clone(), [0.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]),
                (threads[1].clone(), [1.0, 2.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]),
            ],
            2,
        ),
    ] {
        let server = mmash_with(directory.path(), &["--by", by]);
        for accept in ["text/plain", "application/openmetrics-text"] {
            let text = scrape(&server, accept).body;
            let value = |start: &str| {
                let found = samples(&text).into_iter().filter_map(|line| line.strip_prefix(start));
                let found: Vec<f64> = found.map(|value| value.parse().unwrap()).collect();
                assert_eq!(found.len(), 1, "{by}: {start} in {text}");
                found[0]
            };
            for (owner, expected) in &owners {
                let found = of_groups.map(|line| value(&line.replace("OWNER", owner)));
                assert_eq!(found, *expected, "{by}");
            }
            // What doesn't add up has a sample a thread, and none by program.
            let depths = samples(&text).into_iter().filter(|line| line.starts_with("depth{"));
            assert_eq!(depths.count(), values);
            for (thread, depth) in threads.iter().zip([0.0, 1.0]).take(values) {
                let line = format!("depth{{{thread},exported_tid=\"1\",zone=\"a\"}} ");
                assert_eq!(value(&line), depth);
            }
            let described = text.lines().filter(|line| line.starts_with("# HELP requests"));
            assert_eq!(described.count(), 1, "{text}");
        }
        assert_well_formed(&server);
    }
}

/// The values of `requests_total`, by tenant.
fn requests(server: &Server) -> Vec<(String, u64)> {
    let text = next_poll(server);
    let lines = samples(&text).into_iter().filter(|line| line.starts_with("requests_total{"));
    let values = lines.map(|line| {
        let (_, rest) = line.split_once("tenant=\"").unwrap();
        let (tenant, value) = rest.split_once("\"} ").unwrap();
        (tenant.to_owned(), value.parse().unwrap())
    });
    values.collect()
}

#[test]
fn each_series_of_a_program_is_cumulative() {
    let directory = TempDir::new().unwrap();
    let (first, counters) = tenants(directory.path(), "1.mmstats", &["a", "b"]);
    counters[0].add(100);
    let server = mmash_with(directory.path(), &["--by", "cmd", "--interval", "0.01"]);
    let expect = |expected: &[(&str, u64)]| {
        let expected: Vec<_> = expected.iter().map(|(it, count)| ((*it).into(), *count)).collect();
        assert_eq!(requests(&server), expected);
    };
    expect(&[("a", 0), ("b", 0)]);
    counters[0].add(3);
    counters[1].add(4);
    expect(&[("a", 3), ("b", 4)]);
    // Another process meets others, and one meets another one later.
    let (_second, others) = tenants(directory.path(), "2.mmstats", &["c", "b"]);
    others[0].add(5);
    others[1].add(6);
    let late = first.add(Counter::named(r#"requests{tenant="aa"}"#)).unwrap();
    late.add(7);
    expect(&[("a", 3), ("aa", 7), ("b", 10), ("c", 5)]);
    drop(first);
    expect(&[("a", 3), ("aa", 7), ("b", 10), ("c", 5)]);
    others[1].add(1);
    expect(&[("a", 3), ("aa", 7), ("b", 11), ("c", 5)]);
}

#[test]
fn many_label_sets_take_no_quadratic_time() {
    const SERIES: u64 = 40_000;
    let directory = TempDir::new().unwrap();
    let counter = |number| Foreign::new(format!("r{{k=\"{number}\"}}"), 1, "Q", &[number]);
    let fields: Vec<Foreign> = (0..SERIES).map(counter).collect();
    let writer = writer_like(&Identity::default(), |it| it.pid = 1);
    write(directory.path(), "many.mmstats", &foreign(&writer, &fields));
    for by in ["cmd", "pid"] {
        let server = mmash_with(directory.path(), &["--by", by, "--interval", "3600"]);
        let text = server.get("/metrics").body;
        let count = samples(&text).into_iter().filter(|line| line.starts_with("r_total{"));
        assert_eq!(count.count() as u64, SERIES, "{by}");
    }
}

#[test]
fn the_files_of_a_thread_with_many_series_are_one_owner() {
    let directory = TempDir::new().unwrap();
    let writer = writer_like(&Identity::default(), |it| (it.pid, it.tid) = (1, 5));
    let gauge = |label: &str| Foreign::new(label, 2, "Q", &[7]);
    let tid = Foreign::new("sys.tid", 2, "q", &[5]);
    for (name, series) in [("a", "1"), ("b", "2"), ("c", "3")] {
        let fields = [tid.clone(), gauge(&format!("depth{{queue=\"{series}\"}}")), gauge("both")];
        write(directory.path(), format!("{name}.mmstats"), &foreign(&writer, &fields));
    }
    let file = |name: &str| format!(",file=\"{}/{name}.mmstats\"", directory.path().display());
    for by in ["pid", "tid"] {
        let text = mmash_with(directory.path(), &["--by", by]).get("/metrics").body;
        let expected = [
            "both{OWNER} 7".to_owned(),
            format!("both{{OWNER{}}} 7", file("b")),
            format!("both{{OWNER{}}} 7", file("c")),
            "depth{OWNER,queue=\"1\"} 7".to_owned(),
            "depth{OWNER,queue=\"2\"} 7".to_owned(),
            "depth{OWNER,queue=\"3\"} 7".to_owned(),
            "sys_tid{OWNER} 5".to_owned(),
        ];
        let expected = expected.map(|line| line.replace("OWNER", r#"cmd="",pid="1",tid="5""#));
        let found: Vec<_> = samples(&text).into_iter().filter(|it| it.contains("tid=")).collect();
        assert_eq!(found, expected, "{by}");
    }
}
