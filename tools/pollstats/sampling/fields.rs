//! Which labels are selected: FIELDS with their prefix, or by default whatever moves.

use std::collections::{BTreeSet, HashSet};

use mmstats::Stat;
use mmstats_totals::grouping::Grouping;
use mmstats_totals::subject::Subject;

use super::catalog::{Catalog, LabelInfo};
use super::field::{Field, LabelMatcher, Match};
use super::selection::{Candidate, SelectedBy, Target};
use super::titles::titles;
use crate::common::{braces, natural};

/// The labels that the user asks for.
#[derive(Debug)]
pub struct Fields {
    prefix: String,
    given: Vec<Field>,
    /// Which dimensions are kept where series are added up.
    grouping: Grouping,
    /// Whether the user says which.
    is_grouped: bool,
    /// Whether telemetry and the process count without being asked for.
    all: bool,
}

/// A label that gets a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedLabel {
    /// The whole label; prefix and field if nothing matches.
    pub label: String,
    /// The label without its prefix, or the values of its dimensions.
    pub title: String,
}

impl Fields {
    /// Parses a comma-separated list; without one, what moves is selected: of the work of programs,
    /// or of `all`. Series are added up under their names.
    pub fn new(prefix: &str, list: Option<&str>, all: bool) -> Self {
        // `-p sys.` asks for it by name.
        let label = format!("{}.x", prefix.trim_end_matches('.'));
        let all = all || Subject::of_command("", &label) == Subject::Process;
        let fields = braces::split(list.unwrap_or_default(), b',').map(str::trim);
        let mut given: Vec<Field> = Vec::new();
        let mut matchers = 0;
        for field in fields.filter(|field| !field.is_empty()) {
            let field = Field::new(prefix, field, matchers);
            matchers += field.matchers.len();
            given.push(field);
        }
        Self {
            prefix: prefix.to_owned(),
            given,
            is_grouped: false,
            grouping: Grouping::default(),
            all,
        }
    }

    /// Where series are added up, keeps the dimensions of `grouping`, if there is one.
    pub fn grouped_by(self, grouping: Option<&Grouping>) -> Self {
        match grouping {
            Some(grouping) => Self { grouping: grouping.clone(), is_grouped: true, ..self },
            None => self,
        }
    }

    /// A stat as it may be selected.
    pub fn candidate<'a>(&self, stat: &Stat<'a>) -> Candidate<'a> {
        Candidate::of(stat, &self.grouping)
    }

    /// The labels in whose columns a stat has a part: that of its series, and its own.
    pub fn targets<'a>(
        &self,
        candidate: &'a Candidate<'_>,
        subject: Subject,
    ) -> [Option<Target<'a>>; 2] {
        let counts = self.are_given() || self.all || subject != Subject::Process;
        if counts { self.possible_targets(candidate) } else { [None, None] }
    }

    /// The same, if the user asked for everything.
    pub fn possible_targets<'a>(&self, candidate: &'a Candidate<'_>) -> [Option<Target<'a>>; 2] {
        if self.given.is_empty() {
            let is_selected = candidate.name.starts_with(&self.prefix);
            return [is_selected.then(|| Target::new(&candidate.group)), None];
        }
        let [mut group, mut whole] = [None, None];
        let add = |target: &mut Option<Target<'a>>, label: &'a str, by: SelectedBy| {
            target.get_or_insert_with(|| Target::new(label)).selected_by.push(by);
        };
        for matcher in self.given.iter().flat_map(|field| &field.matchers) {
            match matcher.find(candidate, self.is_grouped) {
                Some(Match::Group(by)) => add(&mut group, &candidate.group, by),
                Some(Match::Whole(by)) if candidate.label == candidate.group => {
                    add(&mut group, &candidate.group, by);
                }
                Some(Match::Whole(by)) => add(&mut whole, &candidate.label, by),
                None => {}
            }
        }
        [group, whole]
    }

    /// The labels that get a column, in the order of FIELDS; what a glob matches is sorted.
    /// Without FIELDS counters come first, then timers, histograms, up-down counters, gauges and
    /// averages.
    ///
    /// A field that nothing matches has a column, too: a stat may come later.
    pub fn select(&self, known: &Catalog) -> Vec<SelectedLabel> {
        let (labels, prefix) = if self.given.is_empty() {
            let labels = self.select_default(known);
            let prefix = common_prefix(&labels);
            let prefix = if prefix.len() > self.prefix.len() { prefix } else { &*self.prefix };
            (labels, prefix)
        } else {
            let labels = self.given.iter().flat_map(|field| field.labels(known));
            let mut seen = HashSet::new();
            (labels.filter(|&label| seen.insert(label)).collect(), &*self.prefix)
        };
        let titles = titles(&labels, prefix, self.grouping.keys(), self.are_given());
        let selected = labels.iter().zip(titles);
        selected.map(|(&label, title)| SelectedLabel { label: label.to_owned(), title }).collect()
    }

    /// What moves; telemetry only if nothing else does.
    fn select_default<'a>(&self, known: &'a Catalog) -> Vec<&'a str> {
        let moving = known.iter().filter(|known| known.kind.is_shown_by_default());
        let mut selected: Vec<_> = moving.collect();
        selected.sort_by(|one, other| {
            let order = || natural::compare(one.label.as_bytes(), other.label.as_bytes());
            (one.subject, one.kind).cmp(&(other.subject, other.kind)).then_with(order)
        });
        if let Some(&&LabelInfo { subject: first, .. }) = selected.first()
            && !self.all
        {
            selected.retain(|known| known.subject == first);
        }
        selected.into_iter().map(|known| &*known.label).collect()
    }

    /// Whether there is anything to show: one of FIELDS, else the work of a program.
    pub fn are_available(&self, known: &Catalog) -> bool {
        if self.are_given() {
            return self.given.iter().any(|field| field.is_available(known));
        }
        let counts = |known: &LabelInfo| self.all || known.subject == Subject::Work;
        known.iter().any(|known| known.kind.is_shown_by_default() && counts(known))
    }

    /// Whether there are FIELDS.
    pub fn are_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// Whether any of FIELDS may be a whole label rather than a name.
    pub fn have_braces(&self) -> bool {
        self.given.iter().flat_map(|field| &field.matchers).any(LabelMatcher::has_brace)
    }

    /// The fields that match no label, each with suggestions: similar labels, also of `others`, or a
    /// glob that matches any.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a Catalog,
        others: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (&'a str, Vec<String>)> {
        let unmatched = self.given.iter().filter(|field| !field.is_available(known));
        unmatched.map(move |field| {
            let label = field.likely_label();
            let field = label.strip_prefix(&self.prefix).unwrap_or(label).trim_start_matches('.');
            let labels = known.iter().map(|known| &*known.label);
            let labels = labels.chain(others.iter().map(String::as_str));
            (label, LabelMatcher::new(field.to_owned(), 0).suggestions(labels))
        })
    }
}

/// The common prefix of all labels, up to a dot of their names; a single label keeps its last part.
fn common_prefix<'a>(labels: &[&'a str]) -> &'a str {
    let Some((first, rest)) = labels.split_first() else {
        return "";
    };
    let same =
        |one: &str, other: &str| one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let name = first.split('{').next().unwrap_or_default();
    let common = rest.iter().fold(name.len(), |size, label| same(&name[..size], label));
    name.as_bytes()[..common].iter().rposition(|&byte| byte == b'.').map_or("", |dot| &name[..=dot])
}

#[cfg(test)]
mod series_tests;
#[cfg(test)]
mod tests;
