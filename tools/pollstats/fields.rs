//! Which labels are wanted: FIELDS with their prefix, or whatever moves where none are given.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::show::Known;
use crate::common::natural;
use crate::common::patterns::LabelPattern;
use crate::common::subject::Subject;
use crate::common::suggestions::suggest;

/// What is known of every label that is wanted, sorted by label.
pub type Catalogue = BTreeMap<String, Known>;

/// The labels that the user asks for.
#[derive(Debug)]
pub struct Fields {
    prefix: String,
    wanted: Vec<Wanted>,
    /// Whether what isn't about the work of programs counts without being asked for.
    all: bool,
}

/// One of FIELDS.
#[derive(Debug)]
struct Wanted {
    /// Prefix and field as they are, then with a dot between; the first that matches counts.
    spellings: Vec<Spelling>,
}

/// A label, or a glob over labels.
#[derive(Debug)]
struct Spelling {
    label: String,
    pattern: Option<LabelPattern>,
}

/// A label that gets a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The whole label; prefix and field where nothing matches.
    pub label: String,
    /// The label without its prefix.
    pub title: String,
}

impl Fields {
    /// Of a list with commas between; without one, what moves is picked: of the work of programs,
    /// or of `all`.
    pub fn new(prefix: &str, list: Option<&str>, all: bool) -> Self {
        // `-p sys.` asks for it by name.
        let label = format!("{}.x", prefix.trim_end_matches('.'));
        let all = all || Subject::of_command("", &label) == Subject::Process;
        let fields = list.unwrap_or_default().split(',').map(str::trim);
        Self {
            prefix: prefix.to_owned(),
            wanted: fields
                .filter(|field| !field.is_empty())
                .map(|field| Wanted::new(prefix, field))
                .collect(),
            all,
        }
    }

    /// Whether a file's stat matters.
    pub fn want(&self, label: &str, about: Subject) -> bool {
        let is_wanted = self.are_asked_for() || self.all || about != Subject::Process;
        is_wanted && self.could_want(label)
    }

    /// Whether the user could have asked for a stat: without FIELDS for every one.
    pub fn could_want(&self, label: &str) -> bool {
        if self.wanted.is_empty() {
            return label.starts_with(&self.prefix);
        }
        let mut spellings = self.wanted.iter().flat_map(|wanted| &wanted.spellings);
        spellings.any(|spelling| spelling.matches(label))
    }

    /// The labels that get a column, in the order of FIELDS; what a glob matches is sorted.
    /// Without FIELDS counters come first, then timers, histograms, up-down counters, gauges and
    /// averages.
    ///
    /// A field that nothing matches has a column nevertheless: a stat may come later.
    pub fn choose(&self, known: &Catalogue) -> Vec<Chosen> {
        if self.wanted.is_empty() {
            return self.pick(known);
        }
        let labels = self.wanted.iter().flat_map(|wanted| wanted.labels(known));
        let mut seen = HashSet::new();
        let once = labels.filter(|&label| seen.insert(label));
        once.map(|label| Chosen::new(label, &self.prefix)).collect()
    }

    /// What moves; what the tools publish about themselves only where nothing else does. Titles
    /// lack what all of them have in common.
    fn pick(&self, known: &Catalogue) -> Vec<Chosen> {
        let measures = known.iter().filter(|(_, known)| known.show.moves());
        let mut picked: Vec<_> = measures.collect();
        picked.sort_by(|(one, left), (other, right)| {
            let order = || natural::compare(one.as_bytes(), other.as_bytes());
            (left.about, left.show).cmp(&(right.about, right.show)).then_with(order)
        });
        if let Some(&(_, &Known { about: first, .. })) = picked.first()
            && !self.all
        {
            picked.retain(|(_, known)| known.about == first);
        }
        let labels: Vec<_> = picked.into_iter().map(|(label, _)| label.as_str()).collect();
        let prefix = common_prefix(&labels);
        let prefix = if prefix.len() > self.prefix.len() { prefix } else { &self.prefix };
        labels.iter().map(|label| Chosen::new(label, prefix)).collect()
    }

    /// Whether there is anything to show: a field that is asked for, else the work of a program.
    pub fn are_met(&self, known: &Catalogue) -> bool {
        if self.are_asked_for() {
            return self.wanted.iter().any(|wanted| wanted.spelling(known).is_some());
        }
        let counts = |known: &Known| self.all || known.about == Subject::Work;
        known.values().any(|known| known.show.moves() && counts(known))
    }

    /// Whether there are FIELDS.
    pub fn are_asked_for(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// The fields that match no label, each with what may be meant: labels that are like it, the
    /// `others` too, or a glob that matches any.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a Catalogue,
        others: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = (&'a str, Vec<String>)> {
        let unmatched = self.wanted.iter().filter(|wanted| wanted.spelling(known).is_none());
        unmatched.map(move |wanted| {
            let label = wanted.likely_label();
            let field = label.strip_prefix(&self.prefix).unwrap_or(label).trim_start_matches('.');
            let labels = known.keys().chain(others).map(String::as_str);
            (label, Spelling::new(field.to_owned()).meant(labels))
        })
    }
}

impl Chosen {
    fn new(label: &str, prefix: &str) -> Self {
        let title = label.strip_prefix(prefix).unwrap_or(label);
        let title = title.strip_prefix('.').unwrap_or(title);
        let title = if title.is_empty() { label } else { title };
        Self { label: label.to_owned(), title: title.to_owned() }
    }
}

/// What all labels begin with, up to a dot; a label of its own keeps its last part.
fn common_prefix<'a>(labels: &[&'a str]) -> &'a str {
    let Some((first, rest)) = labels.split_first() else {
        return "";
    };
    let is_common = |prefix: &&str| rest.iter().all(|label| label.starts_with(prefix));
    let mut prefixes = first.rmatch_indices('.').map(|(dot, _)| &first[..=dot]);
    prefixes.find(is_common).unwrap_or("")
}

impl Wanted {
    fn new(prefix: &str, field: &str) -> Self {
        let mut spellings = vec![Spelling::new(format!("{prefix}{field}"))];
        if !prefix.is_empty() && !prefix.ends_with('.') {
            spellings.push(Spelling::new(format!("{prefix}.{field}")));
        }
        Self { spellings }
    }

    fn spelling(&self, known: &Catalogue) -> Option<&Spelling> {
        let matches = |spelling: &&Spelling| known.keys().any(|label| spelling.matches(label));
        self.spellings.iter().find(matches)
    }

    /// The label that is expected where there is none yet: with the dot that the prefix lacks.
    fn likely_label(&self) -> &str {
        &self.spellings[self.spellings.len() - 1].label
    }

    fn labels<'a>(&'a self, known: &'a Catalogue) -> Vec<&'a str> {
        let Some(spelling) = self.spelling(known) else {
            return vec![self.likely_label()];
        };
        let labels = known.iter().filter(|(label, _)| spelling.matches(label));
        let mut labels: Vec<_> = labels.collect();
        labels.sort_by(|(one, left), (other, right)| {
            let order = || natural::compare(one.as_bytes(), other.as_bytes());
            left.about.cmp(&right.about).then_with(order)
        });
        labels.into_iter().map(|(label, _)| label.as_str()).collect()
    }
}

impl Spelling {
    fn new(label: String) -> Self {
        let is_glob = label.contains(['*', '?', '[']);
        // What is no glob may still be a label.
        let pattern = if is_glob { label.parse().ok() } else { None };
        Self { label, pattern }
    }

    /// What may be meant where it matches none of the labels.
    fn meant<'a>(&self, mut labels: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
        if self.pattern.is_none() {
            return suggest(&self.label, labels).into_iter().map(str::to_owned).collect();
        }
        let longer = Self::new(format!("*.{}", self.label));
        let matches = labels.any(|label| longer.matches(label));
        matches.then_some(longer.label).into_iter().collect()
    }

    fn matches(&self, label: &str) -> bool {
        self.label == label || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(label))
    }
}

#[cfg(test)]
mod tests {
    use super::super::show::Show;
    use super::*;

    fn catalogue(labels: &[(&str, Show)]) -> Catalogue {
        let known = |label: &str, show| Known {
            show,
            told: true,
            unit: String::new(),
            aggregate: None,
            about: Subject::of_command("mmash", label),
        };
        labels.iter().map(|&(label, show)| (label.to_owned(), known(label, show))).collect()
    }

    fn web() -> Catalogue {
        use Show::{Counter, Gauge, Info, Timer, Timestamp};
        catalogue(&[
            ("web.stats.busy", Gauge),
            ("web.stats.render", Timer),
            ("web.stats.since", Timestamp),
            ("web.stats.status.2XX", Counter),
            ("web.stats.status.3XX", Counter),
            ("web.stats.version", Info),
        ])
    }

    fn titles(fields: &Fields, known: &Catalogue) -> Vec<String> {
        fields.choose(known).into_iter().map(|chosen| chosen.title).collect()
    }

    fn unmatched(fields: &Fields) -> Vec<String> {
        let (known, others) = (web(), BTreeSet::new());
        fields.unmatched(&known, &others).map(|(field, _)| field.to_owned()).collect()
    }

    #[test]
    fn a_prefix_stands_before_each_field() {
        let fields = Fields::new("web.stats.", Some("status.3XX, status.2XX,,"), false);
        let chosen = fields.choose(&web());
        assert_eq!(chosen[0].label, "web.stats.status.3XX");
        assert_eq!(titles(&fields, &web()), ["status.3XX", "status.2XX"]);
        assert!(fields.want("web.stats.status.2XX", Subject::Work));
    }

    #[test]
    fn a_prefix_may_lack_its_dot() {
        let fields = Fields::new("web.stats.status", Some("2XX"), false);
        assert_eq!(fields.choose(&web())[0].label, "web.stats.status.2XX");
        assert_eq!(titles(&fields, &web()), ["2XX"]);
        // Where both are there, the prefix as it was given counts.
        let both = catalogue(&[("a.b", Show::Gauge), ("ab", Show::Gauge)]);
        assert_eq!(Fields::new("a", Some("b"), false).choose(&both)[0].label, "ab");
    }

    #[test]
    fn a_field_that_may_come_later_is_named_as_it_will_be() {
        let fields = Fields::new("web.stats", Some("status.2XX,status.9XX"), false);
        let labels = |known: &Catalogue| -> Vec<String> {
            fields.choose(known).into_iter().map(|chosen| chosen.label).collect()
        };
        let expected = ["web.stats.status.2XX", "web.stats.status.9XX"];
        assert_eq!(labels(&catalogue(&[])), expected);
        assert_eq!(labels(&web()), expected);
        assert_eq!(unmatched(&fields), ["web.stats.status.9XX"]);
    }

    #[test]
    fn a_field_without_what_stands_before_it_is_found() {
        let others = web().into_keys().collect();
        for (prefix, field, expected) in [
            ("", "status.2XX", &["web.stats.status.2XX"][..]),
            ("", "status.*", &["*.status.*"]),
            ("web.stats", "2XX", &["web.stats.status.2XX"]),
            ("", "nothing", &[]),
            ("", "no.*", &[]),
        ] {
            let fields = Fields::new(prefix, Some(field), false);
            let known = Catalogue::new();
            let meant = fields.unmatched(&known, &others).flat_map(|(_, meant)| meant);
            assert_eq!(meant.collect::<Vec<_>>(), expected, "{field}");
        }
    }

    #[test]
    fn a_glob_gives_each_label_one_column() {
        let fields = Fields::new("web.stats.", Some("*3XX,status.*"), false);
        assert_eq!(titles(&fields, &web()), ["status.3XX", "status.2XX"]);
    }

    #[test]
    fn a_field_that_nothing_matches_has_a_column() {
        let fields = Fields::new("web.stats.", Some("gone,more.*,odd["), false);
        assert_eq!(titles(&fields, &web()), ["gone", "more.*", "odd["]);
        assert_eq!(unmatched(&fields), ["web.stats.gone", "web.stats.more.*", "web.stats.odd["]);
    }

    #[test]
    fn without_fields_what_moves_is_picked() {
        let fields = Fields::new("web.stats.", None, false);
        assert_eq!(titles(&fields, &web()), ["status.2XX", "status.3XX", "render", "busy"]);
        assert_eq!(titles(&Fields::new("", None, false), &web()), titles(&fields, &web()));
        let two = catalogue(&[("web.a", Show::Gauge), ("webb.b", Show::Gauge)]);
        assert_eq!(titles(&Fields::new("", None, false), &two), ["web.a", "webb.b"]);
        let work = Subject::Work;
        assert!(fields.want("web.stats.busy", work) && !fields.want("other.busy", work));
    }

    #[test]
    fn what_is_not_about_work_is_asked_for_or_comes_last() {
        use Show::{Counter, Gauge};
        let own = [("mmash.files", Gauge), ("mmash.requests", Counter)];
        let process = ("web.sys.unpublished", Gauge);
        let known = catalogue(&[&own[..], &[("web.busy", Gauge), process]].concat());
        let titles = |fields: &Fields| titles(fields, &known);
        assert_eq!(titles(&Fields::new("", None, false)), ["busy"]);
        let all = ["web.busy", "mmash.requests", "mmash.files", "web.sys.unpublished"];
        assert_eq!(titles(&Fields::new("", None, true)), all);
        let all = ["web.busy", "mmash.files", "mmash.requests", "web.sys.unpublished"];
        assert_eq!(titles(&Fields::new("", Some("*"), false)), all);
        assert_eq!(titles(&Fields::new("", Some("mmash.files"), false)), ["mmash.files"]);
        let of_own = Fields::new("", None, false).choose(&catalogue(&own)).len();
        assert_eq!(of_own, 2, "there is nothing else");
        for (prefix, all, expected) in [
            ("web.", false, false),
            ("web.", true, true),
            ("web.sys", false, true),
            ("web.sys.", false, true),
        ] {
            let fields = Fields::new(prefix, None, all);
            assert_eq!(fields.want("web.sys.unpublished", Subject::Process), expected, "{prefix}");
        }
    }
}
