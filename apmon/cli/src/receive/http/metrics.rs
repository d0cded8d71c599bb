//! `/metrics`: the numbers of every node, and what the receiver counts.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mmstats::{Kind, Series, Stat, StatsFile};
use mmstats_exposition::{
    Bounds, Families, Format, LabelNames, Names, Sample, SampleValue, SeriesKey, SizeLimit,
};
use mmstats_web::{Problem, Workers, exposition_response, negotiate_exposition};

/// Finds the stats files to show: the receiver's own, then those of nodes.
pub type Sources = Box<dyn Fn() -> Files + Send + Sync>;

/// Where stats files are.
#[derive(Debug, Default)]
pub struct Files {
    /// The receiver's own.
    pub own: Vec<PathBuf>,
    /// Those of nodes.
    pub nodes: Vec<PathBuf>,
}

/// How many scrapes are answered at once; further ones wait.
const MAX_SCRAPES: usize = 2;
/// The maximum size of an answer.
const LIMIT: SizeLimit = SizeLimit { bytes: 64 << 20, left_out: "apmon_metrics_left_out" };
/// What the receiver's own stats begin with.
const OWN: &str = "apmon.receive.";
/// What a node's metrics begin with.
const PREFIX: &str = "apmon_";

/// The processes of a host in a state. promtool takes the originals' names, `processes_D` and `processes_S`,
/// for numbers of days and seconds.
const IN_STATE: &str = "apmon_processes_in_state";

/// What the answers to scrapes are made of.
#[derive(Clone)]
pub struct Scrapes {
    sources: Arc<Sources>,
    /// A metric keeps its name from one scrape to the next.
    names: Arc<Mutex<Names>>,
    workers: Workers,
}

impl Scrapes {
    /// Reads these files anew for each scrape.
    pub fn new(sources: Sources) -> Self {
        let names = Arc::new(Mutex::new(Names::reserving(&[LIMIT.left_out])));
        Self { sources: Arc::new(sources), names, workers: Workers::new(MAX_SCRAPES) }
    }

    fn text(&self, format: Format) -> Vec<u8> {
        let families = gathered(&(self.sources)());
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = Vec::new();
        let written = families.write(format, &mut names, Some(LIMIT), &mut text);
        written.expect("a Vec takes everything");
        text
    }
}

/// `GET /metrics`.
pub async fn metrics(
    State(scrapes): State<Scrapes>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let format = negotiate_exposition(&request);
    let workers = scrapes.workers.clone();
    let text = workers.run(move || scrapes.text(format)).await?;
    Ok(exposition_response(format, text))
}

fn gathered(files: &Files) -> Families {
    let mut families = Families::new(Bounds::default(), LabelNames::default());
    families.begin(String::new());
    // A node's file may be gone by now.
    let read = |path: &PathBuf| StatsFile::read(path).ok();
    for file in files.own.iter().filter_map(read) {
        for stat in file.stats().filter(|stat| is_own(&stat.label())) {
            add(&mut families, &stat, &stat.series());
        }
    }
    for file in files.nodes.iter().filter_map(read) {
        for stat in file.stats() {
            if let Some(series) = of_node(&stat) {
                add(&mut families, &stat, &series);
            }
        }
    }
    families
}

/// Whether it is one of the receiver's, and not what every file has.
fn is_own(label: &str) -> bool {
    let rest = label.strip_prefix(OWN).map(|rest| rest.trim_start_matches("publish."));
    rest.is_some_and(|rest| !rest.starts_with("sys.") && !rest.starts_with("org."))
}

/// What a node's stat is called; `None` if it is a text, or in every file.
fn of_node<'a>(stat: &Stat<'a>) -> Option<Series<'a>> {
    let series = stat.series();
    let is_updated = stat.kind() == Some(Kind::Timestamp) && series.name() == "apmon.updated";
    if is_updated {
        return Some(series);
    }
    // The gauge that every file has is a whole number.
    if stat.kind() != Some(Kind::Gauge) || stat.signature() != "d" {
        return None;
    }
    let name = series.name();
    let state = name.strip_prefix("processes_").filter(|state| state.len() == 1);
    let renamed = match state {
        Some(_) => Series::new(IN_STATE),
        None => Series::new([PREFIX, name].concat()),
    };
    let with = |renamed: Series<'a>, (key, value): (&str, &str)| {
        renamed.with(key.to_owned(), value.to_owned())
    };
    let mut renamed = series.dimensions().fold(renamed, with);
    if let Some(state) = state {
        return Some(renamed.with("state", state.to_owned()));
    }
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    if !name.chars().all(is_plain) {
        renamed = renamed.with("parameter", name.to_owned());
    }
    Some(renamed)
}

fn add(families: &mut Families, stat: &Stat<'_>, series: &Series<'_>) {
    let Some(value) = stat.value().as_f64() else { return };
    let whole = stat.value().as_i64().map(SampleValue::Signed);
    let value = whole.unwrap_or(SampleValue::Float(value));
    let (sample, unit) = match stat.kind() {
        Some(Kind::Counter) => (Sample::counter(value), stat.unit()),
        Some(Kind::Timestamp) => (Some(Sample::Gauge(value)), "seconds"),
        _ => (Some(Sample::Gauge(value)), stat.unit()),
    };
    if let Some(sample) = sample {
        let (key, kind) = (SeriesKey { label: stat.label_bytes(), unit }, sample.metric_type());
        let series = families.series(key, kind, series.name(), series.dimensions());
        families.add(series, || stat.help().to_owned(), sample);
    }
}
