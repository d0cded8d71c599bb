//! Which stats a request is about: one series, or all of a name.

use mmstats::{Series, Stat};
use mmstats_totals::total::Total;
use mmstats_totals::totals::Totals;

/// Which stats a request is about.
#[derive(Clone, Debug)]
pub enum Selector {
    /// The series or the plain stat of this label.
    Label(String),
    /// All series of this name.
    Name(String),
}

impl Selector {
    /// Whether a stat is one of them.
    pub fn matches(&self, stat: &Stat<'_>) -> bool {
        match self {
            Self::Label(label) => stat.label() == **label,
            Self::Name(name) => {
                // Most labels needn't be parsed. One that begins with a brace has a quoted name.
                let label = stat.label_bytes();
                (label.starts_with(name.as_bytes()) || label.starts_with(b"{"))
                    && stat.series().name() == name
            }
        }
    }

    /// The first of these totals, and what adds up with it: series of the same kind and unit. Also
    /// how many they are.
    pub fn sum(&self, totals: &Totals) -> Option<(Total, usize)> {
        let mut all = totals.iter();
        let mut sum = all.next()?.clone();
        let (kind, unit) = (sum.kind, sum.unit.clone());
        let alike = all.filter(|total| total.kind == kind && total.unit == unit);
        let series = 1 + alike.inspect(|total| sum.merge(total)).count();
        if let Self::Name(name) = self {
            sum.label = Series::new(&**name).compose();
        }
        Some((sum, series))
    }

    /// The same text for the same stats.
    pub fn key(&self) -> String {
        match self {
            Self::Label(label) => format!("label {label}"),
            Self::Name(name) => format!("name {name}"),
        }
    }
}
