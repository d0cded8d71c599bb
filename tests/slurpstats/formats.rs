//! Every kind of stat in every format.

use std::fs;

use mmstats::{Average, Counter, Field, Fixed, Gauge, Histogram, Options, StatsFile};
use mmstats_testing::command::dead_pid;
use mmstats_testing::original::original;
use mmstats_testing::stats_dir::write;
use serde_json::json;

use crate::every_kind::EveryKind;
use crate::{json, output, slurpstats};

#[test]
fn every_kind_as_text() {
    let every = EveryKind::new();
    let text = output([every.directory()]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("==> {}", every.path().display()), "alive, so unmarked");
    for line in [
        "  hits    18,446,744,073,709,551,615 requests",
        "  queue   -1,000 jobs",
        "  depth   -1,234",
        "  load    NaN",
        "  size    1,500.0 bytes  (total 3,000.0, count 2)",
        "  moving  2.5  (count 1)",
        "  idle    -",
        "  render  500 ms  (count 2, total 1.00 s, min 250 ms, max 750 ms, last 750 ms)",
        "  spread  10 values  (p50 5, p90 9, p99 10, max 10 bytes)",
        "  state   grüße",
        "  seen    2026-11-21 07:46:48.500 +00:00",
        "  never   never",
        "  version 12345",
    ] {
        assert!(lines.contains(&line), "{line:?} in\n{text}");
    }
    let recent = lines.iter().find(|line| line.starts_with("  recent  4.0  (count 1, last_add 20"));
    assert!(recent.is_some(), "{text}");

    let helped = output(["--help-texts", "-l", "hits", every.directory()]);
    assert!(helped.ends_with("requests\n      All of them.\n      Really.\n\n"), "{helped}");
}

#[test]
fn every_kind_as_json() {
    let every = EveryKind::new();
    let found = json([every.directory()]);
    let file = &found["files"][0];
    assert_eq!((&file["alive"], &file["pid"]), (&json!(true), &json!(std::process::id())));
    let stat = |label: &str| {
        let stats = file["stats"].as_array().unwrap();
        stats.iter().find(|stat| stat["label"] == label).unwrap_or_else(|| panic!("{label}"))
    };
    assert_eq!(
        *stat("hits"),
        json!({"label": "hits", "name": "hits", "labels": {}, "kind": "counter",
            "unit": "requests", "type": "Q", "value": u64::MAX})
    );
    assert_eq!(
        *stat("queue"),
        json!({"label": "queue", "name": "queue", "labels": {}, "kind": "up-down-counter",
            "unit": "jobs", "type": "q", "value": -1000})
    );
    assert_eq!(stat("depth")["value"], json!(-1234));
    assert_eq!(stat("load")["value"], "NaN");
    assert_eq!(
        *stat("size"),
        json!({"label": "size", "name": "size", "labels": {}, "kind": "average",
            "unit": "bytes", "type": "ddQQ", "value": 1500.0,
            "components": {"mean": 1500.0, "total": 3000.0, "count": 2}})
    );
    assert_eq!(stat("idle")["expired"], json!(true));
    assert_eq!(stat("recent").get("expired"), None);
    assert_eq!(
        stat("render")["components"],
        json!({"mean": 0.5, "count": 2, "total": 1.0, "min": 0.25, "max": 0.75, "last": 0.75})
    );
    let spread = &stat("spread")["components"];
    assert_eq!(spread["count"], 10);
    assert_eq!((&spread["p50"], &spread["max"]), (&json!(5), &json!(10)));
    assert_eq!(spread["buckets"][9], json!([10, 10, 1]));
    assert_eq!(
        (&stat("state")["value"], &stat("state")["type"]),
        (&json!("grüße"), &json!("32sQ"))
    );
    assert_eq!(stat("version")["kind"], "info");
}

#[test]
fn csv_has_a_line_for_each_number() {
    let every = EveryKind::new();
    let labels = ["-l", "hits", "-l", "queue", "-l", "render", "-l", "load"];
    let text = output([&["-o", "csv"], &labels[..], &[every.directory()]].concat());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = "path,pid,alive,label,component,kind,unit,type,value";
    assert_eq!(reader.headers().unwrap(), header.split(',').collect::<Vec<_>>());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let behind_alive: Vec<String> =
        rows.iter().map(|row| row.iter().skip(2).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(
        behind_alive[..5],
        [
            "true,hits,,counter,requests,Q,18446744073709551615",
            "true,queue,,up-down-counter,jobs,q,-1000",
            "true,load,,gauge,,d,NaN",
            "true,render,mean,timer,seconds,dQddddQ,0.5",
            "true,render,count,timer,seconds,dQddddQ,2",
        ]
    );
    assert_eq!(rows.len(), 9);
}

/// Every metric has one type, and its samples are consecutive.
#[test]
fn prometheus_text() {
    let every = EveryKind::new();
    let other = write(every.directory().as_ref(), "b.mmstats", &original(dead_pid()));
    assert!(!output(["-o", "prom", every.directory()]).contains("state_info"), "it may change");
    let text = output(["-o", "prom", "--texts", every.directory()]);
    let labels = format!("file=\"{}\",pid=\"{}\"", every.path().display(), std::process::id());
    for line in [
        "# HELP hits_requests_total All of them.\\nReally.".to_owned(),
        "# TYPE hits_requests_total counter".to_owned(),
        format!("hits_requests_total{{{labels}}} 18446744073709551615"),
        "# TYPE queue_jobs gauge".to_owned(),
        format!("queue_jobs{{{labels}}} -1000"),
        "# TYPE load gauge".to_owned(),
        format!("load{{{labels}}} NaN"),
        "# TYPE render_seconds summary".to_owned(),
        format!("render_seconds_sum{{{labels}}} 1.0"),
        format!("render_seconds_count{{{labels}}} 2"),
        "# HELP spread_bytes spread. The sum takes each value for the middle of its bucket, or for the least that it can be if it is beyond the range."
            .to_owned(),
        "# TYPE spread_bytes histogram".to_owned(),
        format!("spread_bytes_bucket{{{labels},le=\"3.0\"}} 3"),
        format!("spread_bytes_bucket{{{labels},le=\"15.0\"}} 10"),
        format!("spread_bytes_bucket{{{labels},le=\"+Inf\"}} 10"),
        format!("spread_bytes_sum{{{labels}}} 55.0"),
        "# TYPE state_info gauge".to_owned(),
        format!("state_info{{{labels},value=\"grüße\"}} 1"),
        "# TYPE hits untyped".to_owned(),
        format!("mmstats_up{{{labels}}} 1"),
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} in\n{text}");
    }
    assert!(text.contains(&format!("\nhits{{file=\"{}\"", other.display())), "{text}");
    assert!(text.contains(&format!("\nmmstats_up{{file=\"{}\",pid=\"", other.display())), "{text}");
    assert!(!text.contains("idle"), "a window that has passed has no mean");
    let types: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let mut distinct = types.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(types.len(), distinct.len(), "{text}");
    assert!(text.lines().filter(|line| line.starts_with("spread_bytes_bucket")).count() <= 20);
}

/// The bytes are shown as they are in the file, with their offsets.
#[test]
fn layout_shows_where_the_bytes_are() {
    let every = EveryKind::new();
    let bytes = fs::read(every.path()).unwrap();
    let found = json(["--layout", every.directory()]);
    let stats = found["files"][0]["stats"].as_array().unwrap();
    assert_eq!(stats.len(), StatsFile::read(every.path()).unwrap().stats().len());
    let mut expected = 1;
    for stat in stats {
        let layout = &stat["layout"];
        assert_eq!(layout["offset"], expected);
        expected += layout["size"].as_u64().unwrap();
        let written = &bytes[layout["write_buffer_offset"].as_u64().unwrap() as usize];
        assert_eq!(layout["write_buffer"], *written);
        for buffer in layout["buffers"].as_array().unwrap() {
            let start = buffer["offset"].as_u64().unwrap() as usize;
            let hex = buffer["hex"].as_str().unwrap();
            let found: Vec<u8> = (0..hex.len() / 2)
                .map(|byte| u8::from_str_radix(&hex[2 * byte..][..2], 16).unwrap())
                .collect();
            assert_eq!(found, bytes[start..start + found.len()]);
        }
    }
    let text = output(["--layout", "-l", "hits", every.directory()]);
    assert!(text.contains("      offset 1, "), "{text}");
    assert!(text.contains(" is read    ff ff ff ff ff ff ff ff\n"), "{text}");
    let refused = slurpstats(["--layout", "-o", "csv"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--layout requires"), "{}", refused.stderr);
}

/// A billion was once exported as at most 1,023.
#[test]
fn values_beyond_a_histogram_s_range_are_below_no_limit() {
    let directory = tempfile::tempdir().unwrap();
    let stats = Options::dynamic("Far").path(directory.path()).create().unwrap();
    let sizes: Histogram = stats.add(Histogram::named("sizes").max(1000)).unwrap();
    (0..9).for_each(|_| sizes.record(1000));
    sizes.record(1_000_000_000);
    let location = directory.path().to_str().unwrap();
    for arguments in [vec!["-l", "sizes", location], vec!["--sum", "-l", "sizes", location]] {
        let text = output(arguments);
        assert!(text.contains("(p50 1,007, p90 1,007, p99 > 1,023, max > 1,023)"), "{text}");
    }
    let found = &json(["-l", "sizes", location])["files"][0]["stats"][0]["components"];
    assert_eq!((&found["p90"], &found["max"]), (&json!(1007), &json!("inf")));
    assert_eq!((&found["buckets"], &found["overflow"]), (&json!([[992, 1023, 9]]), &json!(1)));
    let csv = output(["-o", "csv", "-l", "sizes", location]);
    assert!(csv.lines().any(|line| line.contains(",max,") && line.ends_with(",inf")), "{csv}");
    let prom = output(["-o", "prom", "-l", "sizes", location]);
    let under = |limit: &str| {
        let bucket = format!("le=\"{limit}\"");
        prom.lines().find(|line| line.contains(&bucket)).unwrap().rsplit_once(' ').unwrap().1
    };
    assert_eq!([under("1023.0"), under("274877906943.0"), under("+Inf")], ["9", "9", "10"]);
}

/// Its conventions require seconds and bytes, whatever units a program uses.
#[test]
fn prometheus_gets_base_units() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options::dynamic("Units").path(directory.path()).default_fields(false);
    let stats = options.create().unwrap();
    let latency: Histogram =
        stats.add(Histogram::named("web.latency").unit("ns").max(1 << 40)).unwrap();
    latency.record(1_000_000);
    latency.record(2_000_000_000);
    let busy: Counter = stats.add(Counter::named("busy_ms").unit("ms")).unwrap();
    busy.add(1_500);
    let cache: Gauge<i64> = stats.add(Gauge::<i64>::named("cache").unit("KiB")).unwrap();
    cache.set(3);
    let wait: Average = stats.add(Average::named("wait").unit("µs")).unwrap();
    wait.add(250.0);
    let limit = Fixed::<u32>::named("limit").initial(2).unit("minutes");
    let _limit: Fixed<u32> = stats.add(limit).unwrap();

    for sum in [&[][..], &["--sum"]] {
        let location = directory.path().to_str().unwrap();
        let text = output([&["-o", "prom", location][..], sum].concat());
        // Without the labels that distinguish the files.
        let plain = |line: &str| match line.split_once('{') {
            Some((name, rest)) if name.ends_with("_bucket") => {
                format!("{name}{{le={}", rest.rsplit_once("le=").unwrap().1)
            }
            Some((name, rest)) => format!("{name} {}", rest.rsplit_once(' ').unwrap().1),
            None => line.to_owned(),
        };
        let plain: Vec<_> = text.lines().map(plain).collect();
        for expected in [
            "# TYPE web_latency_seconds histogram",
            "web_latency_seconds_bucket{le=\"3e-9\"} 0",
            "web_latency_seconds_bucket{le=\"0.001048575\"} 1",
            "web_latency_seconds_bucket{le=\"+Inf\"} 2",
            "web_latency_seconds_count 2",
            "busy_seconds_total 1.5",
            "cache_bytes 3072",
            "wait_seconds 0.00025",
            "limit_seconds 120",
        ] {
            assert!(
                plain.iter().any(|line| line == expected),
                "{expected} in\n{}",
                plain.join("\n")
            );
        }
        let total = plain.iter().find_map(|line| line.strip_prefix("web_latency_seconds_sum "));
        let total: f64 = total.unwrap().parse().unwrap();
        // Each value counts as the middle of its bucket.
        assert!((1.9..2.1).contains(&total), "{total}");
    }
}
