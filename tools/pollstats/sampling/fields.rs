//! Which labels are selected: FIELDS with their prefix, or by default whatever moves.

use std::collections::{BTreeSet, HashSet};

use super::catalog::{Catalog, LabelInfo};
use super::field::{Field, LabelMatcher};
use crate::common::subject::Subject;
use crate::common::{braces, natural};

/// The labels that the user asks for.
#[derive(Debug)]
pub struct Fields {
    prefix: String,
    given: Vec<Field>,
    /// Whether telemetry and the process count without being asked for.
    all: bool,
}

/// A label that gets a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedLabel {
    /// The whole label; prefix and field if nothing matches.
    pub label: String,
    /// The label without its prefix.
    pub title: String,
}

impl Fields {
    /// Parses a comma-separated list; without one, what moves is selected: of the work of programs,
    /// or of `all`.
    pub fn new(prefix: &str, list: Option<&str>, all: bool) -> Self {
        // `-p sys.` asks for it by name.
        let label = format!("{}.x", prefix.trim_end_matches('.'));
        let all = all || Subject::of_command("", &label) == Subject::Process;
        let fields = braces::split(list.unwrap_or_default(), b',').map(str::trim);
        Self {
            prefix: prefix.to_owned(),
            given: fields
                .filter(|field| !field.is_empty())
                .map(|field| Field::new(prefix, field))
                .collect(),
            all,
        }
    }

    /// Whether a stat is selected.
    pub fn selects(&self, label: &str, subject: Subject) -> bool {
        let counts = self.are_given() || self.all || subject != Subject::Process;
        counts && self.could_select(label)
    }

    /// Whether the user could select a stat: without FIELDS every one.
    pub fn could_select(&self, label: &str) -> bool {
        if self.given.is_empty() {
            return label.starts_with(&self.prefix);
        }
        let mut matchers = self.given.iter().flat_map(|field| &field.matchers);
        matchers.any(|matcher| matcher.matches(label))
    }

    /// The labels that get a column, in the order of FIELDS; what a glob matches is sorted.
    /// Without FIELDS counters come first, then timers, histograms, up-down counters, gauges and
    /// averages.
    ///
    /// A field that nothing matches has a column, too: a stat may come later.
    pub fn select(&self, known: &Catalog) -> Vec<SelectedLabel> {
        if self.given.is_empty() {
            return self.select_default(known);
        }
        let labels = self.given.iter().flat_map(|field| field.labels(known));
        let mut seen = HashSet::new();
        let once = labels.filter(|&label| seen.insert(label));
        once.map(|label| SelectedLabel::new(label, &self.prefix)).collect()
    }

    /// What moves; telemetry only if nothing else does. Titles lack their common prefix.
    fn select_default(&self, known: &Catalog) -> Vec<SelectedLabel> {
        let moving = known.iter().filter(|(_, known)| known.kind.is_shown_by_default());
        let mut selected: Vec<_> = moving.collect();
        selected.sort_by(|(one, left), (other, right)| {
            let order = || natural::compare(one.as_bytes(), other.as_bytes());
            (left.subject, left.kind).cmp(&(right.subject, right.kind)).then_with(order)
        });
        if let Some(&(_, &LabelInfo { subject: first, .. })) = selected.first()
            && !self.all
        {
            selected.retain(|(_, known)| known.subject == first);
        }
        let labels: Vec<_> = selected.into_iter().map(|(label, _)| label.as_str()).collect();
        let prefix = common_prefix(&labels);
        let prefix = if prefix.len() > self.prefix.len() { prefix } else { &self.prefix };
        labels.iter().map(|label| SelectedLabel::new(label, prefix)).collect()
    }

    /// Whether there is anything to show: one of FIELDS, else the work of a program.
    pub fn are_available(&self, known: &Catalog) -> bool {
        if self.are_given() {
            return self.given.iter().any(|field| field.matcher(known).is_some());
        }
        let counts = |known: &LabelInfo| self.all || known.subject == Subject::Work;
        known.values().any(|known| known.kind.is_shown_by_default() && counts(known))
    }

    /// Whether there are FIELDS.
    pub fn are_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// The fields that match no label, each with suggestions: similar labels, also of `others`, or a
    /// glob that matches any.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a Catalog,
        others: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (&'a str, Vec<String>)> {
        let unmatched = self.given.iter().filter(|field| field.matcher(known).is_none());
        unmatched.map(move |field| {
            let label = field.likely_label();
            let field = label.strip_prefix(&self.prefix).unwrap_or(label).trim_start_matches('.');
            let labels = known.keys().chain(others).map(String::as_str);
            (label, LabelMatcher::new(field.to_owned()).suggestions(labels))
        })
    }
}

impl SelectedLabel {
    fn new(label: &str, prefix: &str) -> Self {
        let title = label.strip_prefix(prefix).unwrap_or(label);
        let title = title.strip_prefix('.').unwrap_or(title);
        let title = if title.is_empty() { label } else { title };
        Self { label: label.to_owned(), title: title.to_owned() }
    }
}

/// The common prefix of all labels, up to a dot; a single label keeps its last part.
fn common_prefix<'a>(labels: &[&'a str]) -> &'a str {
    let Some((first, rest)) = labels.split_first() else {
        return "";
    };
    let is_common = |prefix: &&str| rest.iter().all(|label| label.starts_with(prefix));
    let mut prefixes = first.rmatch_indices('.').map(|(dot, _)| &first[..=dot]);
    prefixes.find(is_common).unwrap_or("")
}

#[cfg(test)]
mod tests;
