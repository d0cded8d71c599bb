//! What a stat is selected as: on its own, or with other series of its name.

use std::borrow::Cow;

use mmstats::Stat;
use mmstats_totals::grouping::Grouping;

/// A stat that may be selected.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Its whole label.
    pub label: Cow<'a, str>,
    /// The label without dimensions.
    pub name: Cow<'a, str>,
    /// The label of the series with which it is added up: with the dimensions that are kept.
    pub group: Cow<'a, str>,
}

/// A label that gets a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The label.
    pub label: &'a str,
    /// What of FIELDS selects it.
    pub selected_by: Vec<SelectedBy>,
}

/// What of FIELDS selects a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectedBy {
    /// The number of the matcher.
    pub matcher: usize,
    /// Whether it is the label of a series, rather than a name or a glob.
    pub is_exact: bool,
}

impl<'a> Target<'a> {
    /// Selected by nothing yet.
    pub fn new(label: &'a str) -> Self {
        Self { label, selected_by: Vec::new() }
    }
}

impl<'a> Candidate<'a> {
    /// A stat, of whose dimensions those of `grouping` are kept where series are added up.
    pub fn of(stat: &Stat<'a>, grouping: &Grouping) -> Self {
        let (label, series) = (stat.label(), stat.series());
        if series.is_plain() {
            // The name of a label that isn't UTF-8 is that label, too.
            let name = match series.name() {
                name if *name == *label => label.clone(),
                name => name.to_owned().into(),
            };
            return Self { group: label.clone(), label, name };
        }
        let name = series.name().to_owned().into();
        Self { label, name, group: grouping.series_of(series).compose().into() }
    }
}
