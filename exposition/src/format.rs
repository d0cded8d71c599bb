//! The two formats, where they differ.

use mmstats_cli::escape::escape_data;

use crate::sample::MetricType;

/// A format that Prometheus scrapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4.
    Text,
    /// OpenMetrics, version 1.0.
    OpenMetrics,
}

impl Format {
    pub(crate) const fn type_name(self, kind: MetricType) -> &'static str {
        match (kind, self) {
            (MetricType::Counter, _) => "counter",
            (MetricType::Info, Self::OpenMetrics) => "info",
            // Version 0.0.4 has no info.
            (MetricType::Gauge | MetricType::Info, _) => "gauge",
            (MetricType::Untyped, Self::Text) => "untyped",
            (MetricType::Untyped, Self::OpenMetrics) => "unknown",
            (MetricType::Summary, _) => "summary",
            (MetricType::Histogram, _) => "histogram",
        }
    }

    pub(crate) fn escape_help(self, text: &str) -> String {
        let text = escape_text(text);
        match self {
            Self::Text => text,
            Self::OpenMetrics => text.replace('"', "\\\""),
        }
    }
}

/// Newlines and backslashes are escaped, so that any parser restores them; what could control a
/// terminal is replaced for good.
pub fn escape_text(text: &str) -> String {
    let lines: Vec<_> =
        text.split('\n').map(|line| escape_data(line).replace('\\', "\\\\")).collect();
    lines.join("\\n")
}
