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
