//! One of FIELDS: a label, a name or a glob, with the prefix.

use mmstats::Series;

use super::catalog::{Catalog, LabelInfo};
use super::selection::{Candidate, SelectedBy};
use crate::common::natural;
use crate::common::patterns::LabelPattern;
use crate::common::suggestions::suggest;

/// One of FIELDS.
#[derive(Debug)]
pub struct Field {
    /// Prefix and field as they are, then with a dot between them; the first that matches counts.
    pub matchers: Vec<LabelMatcher>,
}

/// A label, a name, or a glob.
#[derive(Debug)]
pub struct LabelMatcher {
    label: String,
    pattern: Option<LabelPattern>,
    /// Whether it is the label of a series with dimensions.
    is_series: bool,
    number: usize,
}

/// What a field selects a stat as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// On its own.
    Whole(SelectedBy),
    /// With the series with which it is added up.
    Group(SelectedBy),
}

impl Field {
    /// A field whose matchers have the numbers from `first` on.
    pub fn new(prefix: &str, field: &str, first: usize) -> Self {
        let mut matchers = vec![LabelMatcher::new(format!("{prefix}{field}"), first)];
        if !prefix.is_empty() && !prefix.ends_with('.') {
            matchers.push(LabelMatcher::new(format!("{prefix}.{field}"), first + 1));
        }
        Self { matchers }
    }

    /// Whether any label is selected.
    pub fn is_available(&self, known: &Catalog) -> bool {
        !self.selected(known).is_empty()
    }

    /// The label that is expected if there is none yet: with the dot that the prefix lacks.
    pub fn likely_label(&self) -> &str {
        &self.matchers[self.matchers.len() - 1].label
    }

    /// The labels that get a column; the likely one if there is none yet.
    pub fn labels<'a>(&'a self, known: &'a Catalog) -> Vec<&'a str> {
        let mut selected = self.selected(known);
        if selected.is_empty() {
            return vec![self.likely_label()];
        }
        selected.sort_by(|one, other| {
            let order = || natural::compare(one.label.as_bytes(), other.label.as_bytes());
            one.subject.cmp(&other.subject).then_with(order)
        });
        selected.into_iter().map(|known| &*known.label).collect()
    }

    /// What the first matcher that matches anything selects: a label that is exactly the field, else
    /// all that match.
    fn selected<'a>(&self, known: &'a Catalog) -> Vec<&'a LabelInfo> {
        let of = |matcher: &LabelMatcher| -> Vec<_> {
            let mut exact = None;
            let selected = known.iter().filter(|info| {
                let by = info.selected_by.iter().find(|by| by.matcher == matcher.number);
                exact = exact.or(by.filter(|by| by.is_exact).map(|_| *info));
                by.is_some()
            });
            let selected: Vec<_> = selected.collect();
            exact.map_or(selected, |exact| vec![exact])
        };
        self.matchers.iter().map(of).find(|selected| !selected.is_empty()).unwrap_or_default()
    }
}

impl LabelMatcher {
    /// A label or a glob.
    pub fn new(label: String, number: usize) -> Self {
        let is_glob = label.contains(['*', '?', '[']);
        // What isn't a valid glob may still be a label.
        let pattern = if is_glob { label.parse().ok() } else { None };
        let is_series = !Series::parse(&label).is_plain();
        Self { label, pattern, is_series, number }
    }

    /// What may be meant if it matches none of the labels.
    pub fn suggestions<'a>(
        &self,
        mut labels: impl Iterator<Item = &'a str> + Clone,
    ) -> Vec<String> {
        if self.pattern.is_none() || self.is_series {
            return suggest(&self.label, labels).into_iter().map(str::to_owned).collect();
        }
        let longer = Self::new(format!("*.{}", self.label), 0);
        let matches = labels.any(|label| longer.matches(label));
        matches.then_some(longer.label).into_iter().collect()
    }

    /// Whether it has a brace, so that a glob is one over whole labels.
    pub fn has_brace(&self) -> bool {
        self.label.contains('{')
    }

    /// What a stat is selected as. A glob with a brace is one over whole labels: each stands for
    /// itself, unless `is_grouped`. Any other is one over names.
    pub fn find(&self, candidate: &Candidate<'_>, is_grouped: bool) -> Option<Match> {
        let by = |is_exact| SelectedBy { matcher: self.number, is_exact };
        let Candidate { label, name, group } = candidate;
        if self.label == *group || self.label == *name {
            return Some(Match::Group(by(self.is_series && self.label == *group)));
        }
        if self.label == *label {
            return Some(Match::Whole(by(true)));
        }
        let matches = |text: &str| self.pattern.as_ref().is_some_and(|it| it.matches(text));
        if !self.has_brace() {
            return matches(name).then(|| Match::Group(by(false)));
        }
        match (matches(label), is_grouped) {
            (true, false) => Some(Match::Whole(by(false))),
            (false, true) if !matches(group) => None,
            (_, true) => Some(Match::Group(by(false))),
            (false, false) => None,
        }
    }

    fn matches(&self, label: &str) -> bool {
        self.label == label || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(label))
    }
}
