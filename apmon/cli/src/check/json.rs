//! A configuration for programs.

use std::io;

use apmon::config::{Configuration, Destination, OptionValue, Options, Problem};
use mmstats_cli::json;
use serde::{Serialize, Serializer};

/// Adds an object, and a line's end.
pub fn push(out: &mut Vec<u8>, source: &str, configuration: &Configuration) -> io::Result<()> {
    let Configuration { destinations, options, problems, .. } = configuration;
    let object = JsonConfiguration {
        source,
        destinations: destinations.iter().map(JsonDestination::new).collect(),
        options: JsonOptions(options),
        problems: problems.iter().map(JsonProblem::new).collect(),
    };
    json::write(out, &object)?;
    out.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
struct JsonConfiguration<'a> {
    source: &'a str,
    destinations: Vec<JsonDestination<'a>>,
    options: JsonOptions<'a>,
    problems: Vec<JsonProblem<'a>>,
}

#[derive(Serialize)]
struct JsonDestination<'a> {
    host: &'a str,
    port: u16,
    /// Whether there is one.
    password: bool,
}

impl<'a> JsonDestination<'a> {
    fn new(Destination { host, port, password }: &'a Destination) -> Self {
        Self { host, port: *port, password: !password.is_empty() }
    }
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    line: Option<usize>,
    text: &'a str,
    reason: &'a str,
    level: &'static str,
}

impl<'a> JsonProblem<'a> {
    fn new(Problem { line, text, reason, level, .. }: &'a Problem) -> Self {
        let line = (*line > 0).then_some(*line);
        Self { line, text, reason, level: level.name() }
    }
}

struct JsonOptions<'a>(&'a Options);

impl Serialize for JsonOptions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.entries().map(|(name, value)| (name, JsonValue(value))))
    }
}

struct JsonValue(OptionValue);

impl Serialize for JsonValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            OptionValue::Level(level) => serializer.serialize_str(level.name()),
            OptionValue::Number(number) => serializer.serialize_u64(number),
            OptionValue::Switch(on) => serializer.serialize_bool(on),
        }
    }
}
