//! What a stat counts, from one moment to the next, as [`mmstats::Changes`] counts it.

use mmstats::{Increase, Kind, Stat};

use crate::summary::grown;

/// What a stat counts; words are those of the stat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    Nothing,
    /// Word 0.
    Count,
    /// The words of a timer or average with its count and its total.
    Total {
        count: usize,
        total: usize,
    },
    /// Word 0, signed.
    UpDown,
    /// All words, each a count.
    Histogram,
}

impl Counts {
    pub fn of(stat: &Stat<'_>) -> Self {
        let is_number = stat.word_count() == 1;
        match stat.kind_or_guess() {
            Kind::Counter if is_number && stat.value().as_u64().is_some() => Self::Count,
            Kind::UpDownCounter if is_number && stat.value().as_i64().is_some() => Self::UpDown,
            Kind::Histogram if stat.histogram().is_some() => Self::Histogram,
            Kind::Timer | Kind::Average => {
                let names: Vec<_> = stat.components().map(|(name, _)| name).collect();
                let position = |wanted| names.iter().position(|name| name == wanted);
                match position("count").zip(position("total")) {
                    Some((count, total)) if names.len() == stat.word_count() => {
                        Self::Total { count, total }
                    }
                    _ => Self::Nothing,
                }
            }
            _ => Self::Nothing,
        }
    }

    /// What was counted between these words.
    pub fn between(self, before: &[u64], now: &[u64]) -> Counted {
        match self {
            Self::Nothing => Counted::Nothing,
            Self::Count => Counted::Count(grown(before[0], now[0]).unwrap_or(0)),
            Self::UpDown => Counted::UpDown(now[0].wrapping_sub(before[0]).cast_signed()),
            Self::Total { count, total } => match grown(before[count], now[count]) {
                Some(grown) => {
                    let [now, before] = [now, before].map(|words| f64::from_bits(words[total]));
                    Counted::Total(grown, now - before)
                }
                None => Counted::Total(0, 0.0),
            },
            Self::Histogram => {
                let pairs = before.iter().zip(now);
                let grown: Option<Vec<_>> =
                    pairs.map(|(before, now)| now.checked_sub(*before)).collect();
                Counted::Histogram(grown.unwrap_or_default())
            }
        }
    }

    /// Nothing of what it counts.
    pub fn nothing(self) -> Counted {
        match self {
            Self::Nothing => Counted::Nothing,
            Self::Count => Counted::Count(0),
            Self::UpDown => Counted::UpDown(0),
            Self::Total { .. } => Counted::Total(0, 0.0),
            Self::Histogram => Counted::Histogram(Vec::new()),
        }
    }
}

/// What a stat has counted.
#[derive(Clone, Debug, PartialEq)]
pub enum Counted {
    Nothing,
    Count(u64),
    Total(u64, f64),
    UpDown(i64),
    /// By bucket; none is as good as zeros.
    Histogram(Vec<u64>),
}

impl Counted {
    pub fn add(&mut self, more: Self) {
        match (self, more) {
            (Self::Count(sum), Self::Count(more)) => *sum = sum.saturating_add(more),
            (Self::Total(count, total), Self::Total(more_count, more)) => {
                *count = count.saturating_add(more_count);
                *total += more;
            }
            (Self::UpDown(sum), Self::UpDown(more)) => *sum = sum.wrapping_add(more),
            (Self::Histogram(sum), Self::Histogram(more)) => {
                sum.resize(sum.len().max(more.len()), 0);
                for (sum, more) in sum.iter_mut().zip(more) {
                    *sum = sum.saturating_add(more);
                }
            }
            _ => {}
        }
    }

    /// The same as `mmstats` says it, but for histograms, whose buckets the stat has to know.
    pub fn plain(&self) -> Option<Increase> {
        match *self {
            Self::Nothing | Self::Histogram(_) => None,
            Self::Count(count) => Some(Increase::Count(count)),
            Self::Total(count, total) => Some(Increase::Total { count, total }),
            Self::UpDown(up) => Some(Increase::UpDown(up)),
        }
    }
}
