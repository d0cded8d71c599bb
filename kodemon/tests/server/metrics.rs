//! What Prometheus and `slurpstats` see.

use crate::running::{kodemon, message, now};

#[test]
fn prometheus_gets_calls_times_and_losses() {
    let (_directory, kodemon) = kodemon();
    kodemon.call("a\"b\\c\nd", 0.25, 1.0);
    kodemon.call("a\"b\\c\nd", 0.5, 1.0);
    kodemon.send("no message");
    kodemon.send(message("old", 1.0, now() - 1e9).to_string());
    kodemon.until(|health| health["received"] == 4 && health["stores"]["sqlite"]["stored"] == 2);
    let answer = kodemon.server.get("/metrics");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(kind));
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
        "# EOF",
    ] {
        assert!(answer.body.lines().any(|found| found == line), "{line}\n{}", answer.body);
    }
}

#[test]
fn no_duration_poisons_a_sum() {
    let (_directory, kodemon) = kodemon();
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
        let figures = ["min", "p50", "p90", "max"].map(|name| total[name].as_f64().unwrap());
        assert!(figures.is_sorted() && figures[0] == 0.0 && figures[3] == 0.5, "{total}");
    }
}

#[test]
fn its_own_figures_are_stats() {
    let (directory, kodemon) = kodemon();
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
