//! One of FIELDS: a label or a glob, with the prefix.

use super::catalog::Catalog;
use crate::common::natural;
use crate::common::patterns::LabelPattern;
use crate::common::suggestions::suggest;

/// One of FIELDS.
#[derive(Debug)]
pub struct Field {
    /// Prefix and field as they are, then with a dot between them; the first that matches counts.
    pub matchers: Vec<LabelMatcher>,
}

/// A label, or a glob over labels.
#[derive(Debug)]
pub struct LabelMatcher {
    label: String,
    pattern: Option<LabelPattern>,
}

impl Field {
    pub fn new(prefix: &str, field: &str) -> Self {
        let mut matchers = vec![LabelMatcher::new(format!("{prefix}{field}"))];
        if !prefix.is_empty() && !prefix.ends_with('.') {
            matchers.push(LabelMatcher::new(format!("{prefix}.{field}")));
        }
        Self { matchers }
    }

    pub fn matcher(&self, known: &Catalog) -> Option<&LabelMatcher> {
        let matches = |matcher: &&LabelMatcher| known.keys().any(|label| matcher.matches(label));
        self.matchers.iter().find(matches)
    }

    /// The label that is expected if there is none yet: with the dot that the prefix lacks.
    pub fn likely_label(&self) -> &str {
        &self.matchers[self.matchers.len() - 1].label
    }

    pub fn labels<'a>(&'a self, known: &'a Catalog) -> Vec<&'a str> {
        let Some(matcher) = self.matcher(known) else {
            return vec![self.likely_label()];
        };
        let labels = known.iter().filter(|(label, _)| matcher.matches(label));
        let mut labels: Vec<_> = labels.collect();
        labels.sort_by(|(one, left), (other, right)| {
            let order = || natural::compare(one.as_bytes(), other.as_bytes());
            left.subject.cmp(&right.subject).then_with(order)
        });
        labels.into_iter().map(|(label, _)| label.as_str()).collect()
    }
}

impl LabelMatcher {
    pub fn new(label: String) -> Self {
        let is_glob = label.contains(['*', '?', '[']);
        // What isn't a valid glob may still be a label.
        let pattern = if is_glob { label.parse().ok() } else { None };
        Self { label, pattern }
    }

    /// What may be meant if it matches none of the labels.
    pub fn suggestions<'a>(
        &self,
        mut labels: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<String> {
        if self.pattern.is_none() {
            return suggest(&self.label, labels).into_iter().map(str::to_owned).collect();
        }
        let longer = Self::new(format!("*.{}", self.label));
        let matches = labels.any(|label| longer.matches(label));
        matches.then_some(longer.label).into_iter().collect()
    }

    pub fn matches(&self, label: &str) -> bool {
        self.label == label || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(label))
    }
}
