//! The series of names, added up.

use std::borrow::Cow;
use std::collections::HashMap;

use mmstats::{HistogramSnapshot, Kind, Series};
use mmstats_totals::increases::{Increased, Increases};
use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;

/// What series have in common that are added up: name, kind and unit.
type Key<'a> = (Cow<'a, str>, Option<Kind>, Cow<'a, str>);

/// The series of each name, added up.
#[derive(Debug, Default)]
pub struct Sums<'a>(HashMap<Key<'a>, Sum<'a>>);

/// The series of a name.
#[derive(Debug)]
struct Sum<'a> {
    first: &'a Total,
    /// All, if there are several.
    total: Option<Total>,
    increase: Option<Increased>,
    new: Option<HistogramSnapshot>,
}

/// A name with several series.
#[derive(Debug)]
pub struct NameTotal<'a> {
    pub name: &'a str,
    pub total: &'a Total,
    pub increase: Option<Increased>,
    pub new: Option<&'a HistogramSnapshot>,
}

impl<'a> Sums<'a> {
    /// Adds up the series of a poll.
    pub fn of(totals: &'a Totals, increases: &'a Increases) -> Self {
        let mut sums = Self::default();
        // Most labels have no dimensions and needn't be parsed.
        let has_dimensions = |total: &&Total| total.label.contains('{');
        for total in totals.iter().filter(has_dimensions) {
            sums.add(name_of(total), total, increases);
        }
        if !sums.0.is_empty() {
            for total in totals.iter().filter(|total| !has_dimensions(total)) {
                let key = key(Cow::Borrowed(&total.label), total.kind, &total.unit);
                if sums.0.contains_key(&key) {
                    sums.add(key.0, total, increases);
                }
            }
        }
        sums
    }

    fn add(&mut self, name: Cow<'a, str>, total: &'a Total, increases: &'a Increases) {
        let increase = increases.count(&total.label, total.kind);
        let new = increases.histogram(&total.label);
        let key = key(name, total.kind, &total.unit);
        let Some(sum) = self.0.get_mut(&key) else {
            let sum = Sum { first: total, total: None, increase, new: new.cloned() };
            self.0.insert(key, sum);
            return;
        };
        sum.total.get_or_insert_with(|| sum.first.clone()).merge(total);
        sum.increase = plus(sum.increase, increase);
        match (&mut sum.new, new) {
            // Other buckets can't be added.
            (Some(sum), Some(new)) => _ = sum.merge(new),
            (none, new) => *none = new.cloned(),
        }
    }

    /// Adds what a series counted last that no file has any more.
    pub fn add_last(
        &mut self,
        label: &str,
        kind: Option<Kind>,
        unit: &str,
        increase: Option<Increased>,
    ) {
        let key = (Series::parse(label).name().to_owned().into(), kind, unit.to_owned().into());
        if let Some(sum) = self.0.get_mut(&key) {
            sum.increase = plus(sum.increase, increase);
        }
    }

    /// The names that have several series.
    pub fn several(&self) -> impl Iterator<Item = NameTotal<'_>> {
        self.0.iter().filter_map(|((name, ..), sum)| {
            let Sum { total, increase, new, .. } = sum;
            let total = total.as_ref()?;
            Some(NameTotal { name, total, increase: *increase, new: new.as_ref() })
        })
    }

    /// What the series of a name have counted.
    pub fn increase(&self, name: &str, kind: Option<Kind>, unit: &str) -> Option<Increased> {
        self.0.get(&key(Cow::Borrowed(name), kind, unit))?.increase
    }
}

fn key<'a>(name: Cow<'a, str>, kind: Option<Kind>, unit: &'a str) -> Key<'a> {
    (name, kind, Cow::Borrowed(unit))
}

fn name_of(total: &Total) -> Cow<'_, str> {
    Cow::Owned(total.series().name().to_owned())
}

fn plus(one: Option<Increased>, other: Option<Increased>) -> Option<Increased> {
    match (one, other) {
        (Some(sum), Some(more)) => Some(sum.plus(more)),
        (sum, more) => sum.or(more),
    }
}
