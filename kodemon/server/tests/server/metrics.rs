//! What Prometheus and `slurpstats` see.

use std::fs::File;
use std::process::Command;

use mmstats_testing::command::{Run, run};
use mmstats_testing::http;
use mmstats_testing::kodemon::{message, now, start};
use mmstats_testing::required::is_installed;
use mmstats_testing::stats_dir::write;

#[test]
fn prometheus_gets_calls_times_and_losses() {
    let (directory, kodemon) = start();
    kodemon.call("a\"b\\c\nd", 0.25, 1.0);
    kodemon.call("a\"b\\c\nd", 0.5, 1.0);
    kodemon.send("no message");
    kodemon.send(message("old", 1.0, now() - 1e9).to_string());
    kodemon.until(|health| health["received"] == 4 && health["stores"]["sqlite"]["stored"] == 2);
    let kinds = [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ),
    ];
    let [text, open_metrics] = kinds.map(|(accepted, kind)| {
        let lines = format!("Host: localhost\r\nAccept: {accepted}");
        let request = format!("GET /metrics HTTP/1.1\r\n{lines}\r\n\r\n");
        let answer = http::send(kodemon.server.address, &request).expect("an answer");
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.header("vary"), Some("Accept"));
        answer.body
    });
    for line in [
        r#"kodemon_calls_total{key="a\"b\\c\nd"} 2"#,
        r#"kodemon_call_seconds_total{key="a\"b\\c\nd"} 0.75"#,
        "kodemon_messages_total 4",
        r#"kodemon_refused_messages_total{reason="malformed"} 1"#,
        r#"kodemon_refused_messages_total{reason="time"} 1"#,
        r#"kodemon_refused_messages_total{reason="token"} 0"#,
        "kodemon_dropped_by_kernel_messages_total 0",
        r#"kodemon_stored_messages_total{store="sqlite"} 2"#,
        r#"kodemon_waiting_messages{store="sqlite"} 0"#,
    ] {
        for body in [&text, &open_metrics] {
            assert!(body.lines().any(|found| found == line), "{line}\n{body}");
        }
    }
    assert!(open_metrics.contains("\n# TYPE kodemon_calls counter\n"), "{open_metrics}");
    assert!(open_metrics.ends_with("\n# EOF\n"), "{open_metrics}");
    assert_families_are_explained(&text);
    if is_installed("promtool") {
        let file = write(directory.path(), "metrics", text.as_bytes());
        let mut promtool = Command::new("promtool");
        promtool.args(["check", "metrics"]).stdin(File::open(file).unwrap());
        let Run { code, stdout, stderr } = run(&mut promtool);
        assert_eq!((code, &*stdout, &*stderr), (Some(0), "", ""), "{text}");
    }
}

/// Each sample's family has a help text and a type.
fn assert_families_are_explained(text: &str) {
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        for about in ["HELP", "TYPE"] {
            let about = format!("# {about} {name} ");
            assert!(
                text.lines().any(|line| line.len() > about.len() && line.starts_with(&about)),
                "{about}"
            );
        }
    }
}

#[test]
fn no_duration_poisons_a_sum() {
    let (_directory, kodemon) = start();
    let poisonous =
        ["NaN", "Infinity", "-Infinity", "1e999", "-1", "-1e-300", "null", "\"NaN\"", "3.2e7"];
    let harmless = ["-0.0", "0", "1e-320", "0.5"];
    for execution_time in poisonous.iter().chain(&harmless) {
        kodemon.send(format!(
            r#"{{"key":"f","token":"t","timestamp":{},"execution_time":{execution_time}}}"#,
            now()
        ));
    }
    let all = poisonous.len() + harmless.len();
    let health = kodemon.until(|health| {
        health["received"] == all && health["stores"]["sqlite"]["stored"] == harmless.len()
    });
    assert_eq!(health["refused"]["malformed"], poisonous.len());
    let metrics = kodemon.server.get("/metrics").body;
    for line in [r#"kodemon_calls_total{key="f"} 4"#, r#"kodemon_call_seconds_total{key="f"} 0.5"#]
    {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(value.is_finite() && value >= 0.0, "{line}");
    }
    // From the calls, and from a histogram.
    for from in [now() - 60.0, now() - 5.0 * 86_400.0] {
        let path = format!("/api/keys/f/summary?from={from}&to={}", now() + 60.0);
        let total = &kodemon.json(&path)["total"];
        let values = ["min", "p50", "p90", "max"].map(|name| total[name].as_f64().unwrap());
        assert!(values.is_sorted() && values[0] == 0.0 && values[3] == 0.5, "{total}");
    }
}

#[test]
fn its_telemetry_is_published_as_stats() {
    let (directory, kodemon) = start();
    kodemon.call("f", 0.25, 1.0);
    kodemon.send("[]");
    kodemon.until(|health| health["received"] == 2 && health["stores"]["sqlite"]["stored"] == 1);
    let search = mmstats::find([directory.path()]);
    let files: Vec<_> =
        search.paths().iter().map(|path| mmstats::StatsFile::read(path).unwrap()).collect();
    let value = |label: &str| {
        let found = files.iter().find_map(|file| file.get(label));
        found.unwrap_or_else(|| panic!("{label}")).value().to_string()
    };
    assert_eq!(value("kodemon.messages"), "2");
    assert_eq!(value("kodemon.refused.malformed"), "1");
    assert_eq!(value("kodemon.sqlite.stored"), "1");
    assert_eq!(value("kodemon.keys"), "1");
    assert_eq!(value("kodemon.http.refused"), "0");
}
