//! Indices: created from a template that no sender can extend, and dropped whole when they expire.

use jiff::Timestamp;
use mmstats_testing::kodemon::{Kodemon, message, now, until};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command;
use crate::engine::Engine;

#[test]
fn additional_fields_are_kept_without_growing_a_mapping() {
    let Some(engine) = Engine::start() else { return };
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::of(&mut command(directory.path(), &[&engine.store()]));
    for number in 0..100 {
        let mut message = message("a.rs-f", 0.5, now() - 1.0);
        message[format!("field {number}")] = json!({"deep": [number, "text", 1e300, null]});
        kodemon.send(message.to_string());
    }
    kodemon.until(|health| health["stores"]["elasticsearch"]["stored"] == 100);
    let page =
        kodemon.until_at("/api/keys/a.rs-f/executions", |page| page["executions"][99].is_object());
    let extra = page["executions"].as_array().unwrap().iter().map(|it| it["extra"].to_string());
    assert!(extra.clone().any(|it| it == r#"{"field 7":{"deep":[7,"text",1e+300,null]}}"#));
    for (_, index) in engine.json("/kodemon-*/_mapping").as_object().unwrap() {
        let fields = index["mappings"]["properties"].as_object().unwrap();
        assert_eq!(fields.len(), 7, "{fields:#?}");
        assert_eq!(fields["extra"]["enabled"], false);
    }
}

#[test]
fn expired_days_are_dropped_and_other_indices_stay() {
    let Some(engine) = Engine::start() else { return };
    let day = |ago: i64| {
        let moment = Timestamp::from_second(now() as i64 - ago * 86_400).unwrap();
        moment.strftime("kodemon-%Y.%m.%d").to_string()
    };
    let (over, kept) = (day(32), day(29));
    for index in ["kodemon-2020.02.29", &*over, &*kept, "kodemon-logs", "other"] {
        engine.send("PUT", &format!("/{index}"), "{}");
    }
    let directory = TempDir::new().unwrap();
    let mut command = command(directory.path(), &[&engine.store()]);
    let kodemon = Kodemon::of(command.arg("--trust-clock"));
    kodemon.call("a.rs-f", 0.5, 1.0);
    let indices = || engine.json("/_alias");
    let is_done = |indices: &Value| {
        let names: Vec<_> = indices.as_object().unwrap().keys().map(String::as_str).collect();
        matches!(names[..], [old, new, "kodemon-logs", "other"] if old == kept && new > old)
    };
    until(indices, is_done);
    // What follows is written after anything else would have been dropped.
    kodemon.call("a.rs-f", 0.5, 1.0);
    kodemon.until(|health| health["stores"]["elasticsearch"]["stored"] == 2);
    assert!(is_done(&indices()), "{:#}", indices());
}

#[test]
fn a_page_may_exceed_the_engine_s_result_limit() {
    const MANY: usize = 5_001;
    let Some(engine) = Engine::start() else { return };
    let directory = TempDir::new().unwrap();
    let kodemon = Kodemon::of(&mut command(directory.path(), &[&engine.store()]));
    let begin = now().floor() - 100.0;
    for number in 0..MANY {
        kodemon.send(message("a.rs-f", number as f64, begin).to_string());
        if number % 500 == 0 {
            let sent = number + 1;
            kodemon.until(|health| health["received"] == sent);
        }
    }
    kodemon.until(|health| health["stores"]["elasticsearch"]["stored"] == MANY);
    kodemon.until_at("/api/tokens", |it| it["tokens"][0]["count"] == MANY);
    let path = "/api/keys/a.rs-f/executions?limit=";
    for (limit, found, more) in [(2_000, 2_000, true), (5_000, 5_000, true), (5_001, MANY, false)] {
        let page = kodemon.json(&format!("{path}{limit}"));
        let executions = page["executions"].as_array().unwrap();
        let times = executions.iter().map(|it| it["execution_time"].as_f64().unwrap() as usize);
        assert!(times.eq(0..found), "{limit}: in order of arrival");
        assert_eq!(page["next"].is_string(), more, "{limit}");
    }
}
