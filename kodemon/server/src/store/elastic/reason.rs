//! The reasons that an engine gives for an error.

use std::fmt;

use serde::Deserialize;

/// Maximum number of characters of a reason that are repeated.
const MAX_LENGTH: usize = 300;

/// The reason in a response: `{"error": {"type": …, "reason": …}}`, or any other text.
pub fn reason(answer: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Reason,
    }
    serde_json::from_slice(answer).map_or_else(
        |_| shortened(String::from_utf8_lossy(answer).trim()),
        |Refusal { error }| error.to_string(),
    )
}

/// Why a request, or one item of it, failed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Reason {
    /// The usual form.
    Structured {
        /// The name of the error.
        #[serde(rename = "type")]
        kind: String,
        /// What is wrong.
        #[serde(default)]
        reason: Option<String>,
        /// Its cause.
        caused_by: Option<Box<Reason>>,
    },
    /// From proxies and old versions.
    Text(String),
}

impl Reason {
    /// The root cause.
    fn root(&self) -> &Self {
        match self {
            Self::Structured { caused_by: Some(deeper), .. } => deeper.root(),
            _ => self,
        }
    }

    /// Whether the error has this name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Structured { kind, .. } if kind == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&shortened(text)),
            Self::Structured { kind, reason, caused_by } => {
                let reason = shortened(reason.as_deref().unwrap_or(kind));
                let deeper = caused_by.as_ref().map(|deeper| deeper.root().to_string());
                match deeper.filter(|deeper| *deeper != reason) {
                    Some(deeper) => write!(f, "{reason}: {deeper}"),
                    None => f.write_str(&reason),
                }
            }
        }
    }
}

/// The beginning of a text, on one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_found_and_shortened() {
        for (answer, expected) in [
            (r#"{"error": {"type": "t", "reason": "why"}, "status": 400}"#, "why"),
            (r#"{"error": {"type": "t"}}"#, "t"),
            (r#"{"error": "why"}"#, "why"),
            (
                r#"{"error": {"type": "t", "reason": "a", "caused_by": {"type": "t", "reason": "b",
                "caused_by": {"type": "t", "reason": "c"}}}}"#,
                "a: c",
            ),
            (r#"{"error": {"type": "t", "reason": "a", "caused_by": {"type": "a"}}}"#, "a"),
            ("<h1>Bad\n  Gateway</h1>", "<h1>Bad Gateway</h1>"),
            ("", ""),
        ] {
            assert_eq!(reason(answer.as_bytes()), expected, "{answer}");
        }
        assert_eq!(reason("ä".repeat(1_000).as_bytes()), "ä".repeat(300) + "…");
    }
}
