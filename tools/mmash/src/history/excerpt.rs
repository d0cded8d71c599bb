//! A part of the history, as it is sent.

use mmstats::{Kind, Stat};

use super::column::Column;
use super::keys::{Entry, Keys};
use super::marks::{Mark, hash_of_label, hash_of_name};
use super::recorder::History;
use super::row::Row;

/// What a stat is asked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A series or a plain stat.
    Label(String),
    /// All series of a name, added up, as long as there are several.
    Name(String),
}

impl Of {
    /// The label or the name.
    pub fn text(&self) -> &str {
        match self {
            Self::Label(text) | Self::Name(text) => text,
        }
    }

    /// Whether a stat is one of these.
    pub fn includes(&self, stat: &Stat<'_>) -> bool {
        match self {
            Self::Label(label) => stat.label() == **label,
            Self::Name(name) => stat.series().name() == *name,
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    pub of: Vec<Of>,
    /// From this Unix time on, in seconds.
    pub from: f64,
    /// Until before this one.
    pub to: f64,
    /// The least time between points, in seconds; as they are, if zero.
    pub step: f64,
}

/// A part of the history.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The oldest time that is known.
    pub oldest: Option<f64>,
    /// The time between polls, in seconds.
    pub interval: f64,
    /// The time that a point stands for, in seconds.
    pub step: f64,
    /// Whether there are more stats than there is room for.
    pub is_full: bool,
    /// When the last poll of each point began, rising. A point without any number is a gap.
    pub times: Vec<f64>,
    pub stats: Vec<StatExcerpt>,
    /// Of the programs that have one of the stats; of all, if no stat is asked for.
    pub marks: Vec<Mark>,
}

/// The numbers of a stat, one for each time; NaN where there is none.
#[derive(Clone, Debug)]
pub struct StatExcerpt {
    pub of: Of,
    pub kind: Option<Kind>,
    pub unit: String,
    pub series: Vec<(Column, Vec<f64>)>,
}

/// Neighbouring rows that become one point; none for a gap.
type Group<'a> = (f64, &'a [&'a Row]);

impl History {
    /// Whether it has all of what is asked for that was polled since this time, in steps that are as
    /// short. `None`: nothing was.
    pub fn has_all(&self, query: &Query, first: Option<f64>) -> bool {
        let ring = &self.points.ring;
        let Some(oldest) = ring.rows().front().map(|row| row.time) else { return first.is_none() };
        let wanted = first.map_or(query.from, |first| first.max(query.from));
        let step = ring.step().max(self.points.interval).as_secs_f64();
        let is_fine = ring.step() <= self.points.interval || query.step >= step;
        is_fine && oldest <= wanted
    }

    /// A part of it.
    pub fn excerpt(&self, query: &Query) -> Excerpt {
        let ring = &self.points.ring;
        let rows = rising(ring.rows().iter().rev(), query);
        let interval = self.points.interval.as_secs_f64();
        let step = ring.step().as_secs_f64().max(query.step);
        let groups = groups(&rows, query.step, interval);
        let stats = query.of.iter().flat_map(|of| {
            self.entries(of).iter().map(|entry| StatExcerpt {
                of: of.clone(),
                kind: entry.kind,
                unit: entry.unit.to_string(),
                series: series(entry, &groups),
            })
        });
        Excerpt {
            oldest: ring.rows().front().map(|row| row.time),
            interval,
            step,
            is_full: self.points.is_full,
            times: groups.iter().map(|(time, _)| *time).collect(),
            stats: stats.collect(),
            marks: self.marks(query),
        }
    }

    fn entries(&self, of: &Of) -> &[Entry] {
        let (keys, text): (&Keys, _) = match of {
            Of::Label(label) => (&self.series, label),
            Of::Name(name) => (&self.names, name),
        };
        keys.of(text)
    }

    fn marks(&self, query: &Query) -> Vec<Mark> {
        let hashes = query.of.iter().map(|of| match of {
            Of::Label(label) => hash_of_label(label),
            Of::Name(name) => hash_of_name(name),
        });
        let hashes: Vec<u64> = hashes.collect();
        let is_wanted = |mark: &&Mark| {
            (query.from..query.to).contains(&mark.time)
                && (hashes.is_empty() || mark.is_of(&hashes))
        };
        self.marks.iter().filter(is_wanted).cloned().collect()
    }
}

/// The rows of a time, from the last one back. Where the clock was set back, the later ones count.
fn rising<'a>(rows: impl Iterator<Item = &'a Row>, query: &Query) -> Vec<&'a Row> {
    let mut next = f64::INFINITY;
    let mut found: Vec<&Row> = rows
        .filter(|row| {
            let is_before = row.time < next;
            next = next.min(row.time);
            is_before && (query.from..query.to).contains(&row.time)
        })
        .collect();
    found.reverse();
    found
}

/// The points of rows, at least `step` apart. A gap is a point of its own.
fn groups<'a>(rows: &'a [&'a Row], step: f64, interval: f64) -> Vec<Group<'a>> {
    let is_same = |one: &&Row, other: &&Row| {
        !other.is_after_gap
            && step > 0.0
            && (one.time / step).floor() == (other.time / step).floor()
    };
    let mut groups: Vec<Group<'a>> = Vec::new();
    for group in rows.chunk_by(is_same) {
        let (first, last) = (group[0], group[group.len() - 1]);
        if let Some((before, _)) = groups.last()
            && first.is_after_gap
        {
            // From one interval after the last poll on, nothing is known.
            let time = (before + interval).min(f64::midpoint(*before, first.time));
            groups.push((time, &[]));
        }
        groups.push((last.time, group));
    }
    groups
}

fn series(entry: &Entry, groups: &[Group<'_>]) -> Vec<(Column, Vec<f64>)> {
    let of = |column: Column| {
        let index = entry.index(column)?;
        let base = if column == Column::Rate { 0.0 } else { entry.base };
        let number = |(_, rows): &Group<'_>| f64::from(merged(rows, index, column)) + base;
        Some((column, groups.iter().map(number).collect()))
    };
    Column::ALL.into_iter().filter_map(of).collect()
}

fn merged(rows: &[&Row], index: u32, column: Column) -> f32 {
    let numbers = rows.iter().map(|row| (row.number(index), row.interval));
    let both = |(earlier, before): (f32, f32), (later, after): (f32, f32)| {
        let interval = if before.is_nan() { after } else { before + after.max(0.0) };
        (column.merge((earlier, before), (later, after)), interval)
    };
    numbers.reduce(both).map_or(f32::NAN, |(number, _)| number)
}
