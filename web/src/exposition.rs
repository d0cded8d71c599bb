//! Content negotiation of a scrape: which of two formats a client prefers.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use mmstats_exposition::Format;

/// The format that a scrape's client prefers by its Accept headers; without a preference, 0.0.4.
pub fn negotiate_exposition(request: &HeaderMap) -> Format {
    let accepted = request.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<MediaRange<'_>> =
        accepted.flat_map(|value| value.split(',')).filter_map(MediaRange::parse).collect();
    let preference = |format| {
        let matching = ranges.iter().filter_map(|range| Some((range.specificity(format)?, range)));
        // The most specific range counts, not the one of the highest quality.
        let best = matching.max_by_key(|(specificity, _)| *specificity);
        best.map_or((0.0, 0), |(specificity, range)| (range.quality, specificity))
    };
    if preference(Format::OpenMetrics) > preference(Format::Text) {
        Format::OpenMetrics
    } else {
        Format::Text
    }
}

/// A response to a scrape in this format.
pub fn exposition_response(format: Format, body: impl IntoResponse) -> Response {
    let kind = match format {
        Format::Text => "text/plain; version=0.0.4; charset=utf-8",
        Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
    };
    ([(CONTENT_TYPE, kind), (VARY, "Accept")], body).into_response()
}

/// A media range of an Accept header: `text/plain;version=0.0.4;q=0.5`
struct MediaRange<'a> {
    kind: &'a str,
    version: Option<&'a str>,
    quality: f64,
}

impl<'a> MediaRange<'a> {
    /// `None` if its quality isn't a number.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let mut range = Self { kind: parts.next()?, version: None, quality: 1.0 };
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim() {
                name if name.eq_ignore_ascii_case("q") => range.quality = value.parse().ok()?,
                name if name.eq_ignore_ascii_case("version") => range.version = Some(value),
                // charset and escaping fit both formats.
                _ => {}
            }
        }
        Some(range)
    }

    /// How specific it is, from 1 to 4; `None` if it doesn't match the format.
    fn specificity(&self, format: Format) -> Option<u8> {
        let (kind, family, version) = match format {
            Format::Text => ("text/plain", "text/*", "0.0.4"),
            Format::OpenMetrics => ("application/openmetrics-text", "application/*", "1.0.0"),
        };
        match self.version {
            Some(wanted) if wanted != version => None,
            wanted if self.kind.eq_ignore_ascii_case(kind) => Some(3 + u8::from(wanted.is_some())),
            _ if self.kind.eq_ignore_ascii_case(family) => Some(2),
            _ if self.kind == "*/*" => Some(1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_format_is_taken() {
        use Format::{OpenMetrics, Text};
        for (accepted, expected) in [
            ("", Text),
            ("*/*", Text),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Text),
            ("application/openmetrics-text", OpenMetrics),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8", OpenMetrics),
            ("application/openmetrics-text;version=0.0.1", Text),
            ("application/openmetrics-text;version=2.0.0,*/*;q=0.1", Text),
            ("application/openmetrics-text;q=0.5,text/plain;q=0.6", Text),
            ("application/openmetrics-text;q=0.6,text/plain;q=0.5", OpenMetrics),
            ("application/openmetrics-text;q=0,*/*", Text),
            ("text/plain;q=0,*/*", OpenMetrics),
            ("text/*;q=0.1,application/*;q=0.2", OpenMetrics),
            ("application/*,text/plain;version=0.0.4", Text),
            ("application/openmetrics-text;q=much", Text),
            // Prometheus 2.42 and 3.5
            (
                "application/openmetrics-text;version=1.0.0,\
                 application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
                 application/openmetrics-text;version=0.0.1;q=0.5,\
                 text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
                 text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                OpenMetrics,
            ),
        ] {
            let mut request = HeaderMap::new();
            request.insert(ACCEPT, accepted.parse().unwrap());
            assert_eq!(negotiate_exposition(&request), expected, "{accepted}");
        }
        assert_eq!(negotiate_exposition(&HeaderMap::new()), Text);
        let mut request = HeaderMap::new();
        request.append(ACCEPT, "text/plain;q=0.5".parse().unwrap());
        request.append(ACCEPT, "application/openmetrics-text".parse().unwrap());
        assert_eq!(negotiate_exposition(&request), OpenMetrics, "two headers are one list");
    }
}
