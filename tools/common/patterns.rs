//! Globs over labels: `-l 'web.*.status'`.

use std::str::FromStr;

use glob::Pattern;
use mmstats::Stat;

/// A glob over labels, as an argument gives it: `*`, `?`, `[abc]`, `[!a]`.
#[derive(Clone, Debug)]
pub struct LabelPattern(Pattern);

impl FromStr for LabelPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Pattern::new(text)
            .map(Self)
            .map_err(|error| format!("{} at position {}", error.msg, error.pos))
    }
}

impl LabelPattern {
    /// Whether the whole label matches.
    pub fn matches(&self, label: &str) -> bool {
        self.0.matches(label)
    }
}

/// Whether a label matches any of the patterns. No patterns: every label does.
pub fn any_matches(patterns: &[LabelPattern], label: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(label))
}

/// Whether any of the patterns matches a stat's label or the name in it, or is its label. No
/// patterns: every stat is selected.
pub fn any_selects(patterns: &[LabelPattern], stat: &Stat<'_>) -> bool {
    if patterns.is_empty() {
        return true;
    }
    let is_selected = |text: &str| {
        patterns.iter().any(|LabelPattern(it)| it.matches(text) || it.as_str() == text)
    };
    let series = stat.series();
    is_selected(&stat.label()) || (!series.is_plain() && is_selected(series.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_reaches_over_dots() {
        let pattern: LabelPattern = "web.*2XX".parse().unwrap();
        assert!(pattern.matches("web.stats.status.2XX"));
        assert!(!pattern.matches("web.stats.status.2XX.more"));
        assert!(any_matches(&[], "anything"));
        assert!(!any_matches(&[pattern], "other"));
        assert!("[".parse::<LabelPattern>().is_err());
    }
}
