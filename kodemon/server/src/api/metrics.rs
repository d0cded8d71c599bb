//! `/metrics`, for Prometheus.

use std::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use mmstats_exposition::Format;
use mmstats_web::{Problem, exposition_response, negotiate_exposition};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use super::state::AppState;
use crate::telemetry::StoreCounts;

/// `GET /metrics`.
pub async fn metrics(
    State(api): State<Arc<AppState>>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let scraping = api.scraping.clone();
    let format = negotiate_exposition(&request);
    let encode = move || {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Gatherer(api)));
        let mut body = String::new();
        text::encode(&mut body, &registry).expect("a String takes everything");
        let body = match format {
            Format::OpenMetrics => body,
            Format::Text => text_format(&body),
        };
        exposition_response(format, body)
    };
    scraping.run(encode).await
}

/// Gathers the metrics when they are scraped.
#[derive(Debug)]
struct Gatherer(Arc<AppState>);

impl Collector for Gatherer {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self(api) = self;
        let totals = api.live.totals();
        let calls = totals.iter().map(|(key, total)| (&**key, ConstCounter::new(total.count)));
        let about = ("kodemon_calls", "Calls stored since the server started.");
        family(&mut encoder, about, None, "key", calls)?;
        let seconds = totals.iter().map(|(key, total)| (&**key, ConstCounter::new(total.seconds)));
        let about = ("kodemon_call", "Total duration of these calls.");
        family(&mut encoder, about, Some(&Unit::Seconds), "key", seconds)?;
        self.encode_received(&mut encoder)?;
        self.encode_stores(&mut encoder)
    }
}

impl Gatherer {
    fn encode_received(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (messages, refused, dropped) = self
            .0
            .received
            .with(|received| (received.messages.get(), received.refused(), received.dropped.get()));
        let about = ("kodemon_messages", "Datagrams received.");
        single(encoder, about, &ConstCounter::new(messages))?;
        let refused = refused.map(|(reason, count)| (reason, ConstCounter::new(count)));
        let about = ("kodemon_refused_messages", "Datagrams refused.");
        family(encoder, about, None, "reason", refused)?;
        let about = (
            "kodemon_dropped_by_kernel_messages",
            "Datagrams dropped by the kernel because a socket's buffer was full.",
        );
        single(encoder, about, &ConstCounter::new(dropped))
    }

    fn encode_stores(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let stores: Vec<_> =
            self.0.stores.iter().map(|(name, it)| (*name, it.with(StoreCounts::of))).collect();
        let mut counters = |name, help, count: fn(&StoreCounts) -> u64| {
            let values = stores.iter().map(|(name, it)| (*name, ConstCounter::new(count(it))));
            family(encoder, (name, help), None, "store", values)
        };
        counters("kodemon_stored_messages", "Messages stored.", |it| it.stored)?;
        counters(
            "kodemon_dropped_messages",
            "Messages dropped because the queue was full.",
            |it| it.dropped,
        )?;
        counters("kodemon_failed_messages", "Messages refused by the store.", |it| it.failed)?;
        let waiting = stores.iter().map(|(name, it)| (*name, ConstGauge::new(it.waiting as i64)));
        let about = ("kodemon_waiting_messages", "Messages queued for the store.");
        family(encoder, about, None, "store", waiting)
    }
}

/// Encodes a metric with one sample.
fn single(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    sample: &impl EncodeMetric,
) -> fmt::Result {
    sample.encode(encoder.encode_descriptor(name, help, None, sample.metric_type())?)
}

/// Encodes a metric with a sample for each value of a label.
fn family<'a, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    unit: Option<&Unit>,
    label: &'static str,
    samples: impl IntoIterator<Item = (&'a str, M)>,
) -> fmt::Result {
    let mut samples = samples.into_iter().peekable();
    let Some((_, first)) = samples.peek() else {
        return Ok(());
    };
    let mut metric = encoder.encode_descriptor(name, help, unit, first.metric_type())?;
    for (value, sample) in samples {
        sample.encode(metric.encode_family(&[(label, value)])?)?;
    }
    Ok(())
}

/// Converts to Prometheus' text format: there a counter's family has the name of its samples, and
/// there are no units and no end marker.
fn text_format(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut lines = open_metrics.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("# UNIT ") || line == "# EOF" {
            continue;
        }
        // The TYPE line follows the HELP line.
        let kind = if line.starts_with("# HELP ") { lines.peek().copied() } else { Some(line) };
        let is_counter =
            kind.is_some_and(|kind| kind.starts_with("# TYPE ") && kind.ends_with(" counter"));
        match line.match_indices(' ').nth(2).filter(|_| is_counter) {
            Some((end, _)) => text.extend([&line[..end], "_total", &line[end..]]),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}
