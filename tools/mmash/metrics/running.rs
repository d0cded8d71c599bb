//! What programs have counted since mmash began, whatever became of their processes and files.
//!
//! Only what is new since the last look is added, so nothing has to be known of a file that is
//! gone, and a total never falls: Prometheus would take that for a beginning anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use mmstats::{Aggregate, Identity, Stat, StatsFile};

use super::By;
use super::gather::labels_of;
use crate::common::prom::{Families, Limits, Number, Ranges, Sample, Type, unit_of};
use crate::common::totals::aggregate_of;
use crate::mmash::snapshot::Snapshot;

/// What all programs have counted.
#[derive(Debug, Default)]
pub struct Running {
    /// By a group's labels and a stat's label.
    groups: BTreeMap<String, BTreeMap<Vec<u8>, Total>>,
    /// The files of the last look.
    files: HashMap<PathBuf, Last>,
}

/// What a program has counted under one label.
#[derive(Debug)]
struct Total {
    label: String,
    unit: String,
    help: String,
    counted: Counted,
}

/// A file as it was at the last look.
#[derive(Debug)]
struct Last {
    writer: Writer,
    counted: HashMap<Vec<u8>, Counted>,
}

/// What tells a file from a later one of the same name.
#[derive(Clone, Debug, PartialEq)]
struct Writer {
    device_and_inode: Option<(u64, u64)>,
    identity: Option<Identity>,
    pid: Option<u32>,
}

/// A counter, timer or histogram: numbers that grow.
#[derive(Clone, Debug)]
struct Counted {
    kind: Type,
    counts: Vec<u64>,
    sum: f64,
}

impl Running {
    /// Adds what is new.
    pub fn look(&mut self, snapshot: &Snapshot, limits: &Limits) {
        let mut there = HashSet::new();
        for file in snapshot.files.iter().map(|seen| &seen.file) {
            there.insert(file.path());
            let writer = Writer::of(file);
            let last = self
                .files
                .entry(file.path().to_path_buf())
                .or_insert_with(|| Last { writer: writer.clone(), counted: HashMap::new() });
            if last.writer != writer {
                *last = Last { writer, counted: HashMap::new() };
            }
            let group = self.groups.entry(labels_of(file, By::Cmd)).or_default();
            file.stats().for_each(|stat| add(group, last, &stat, limits));
        }
        // What can't be read now may be read next time: it is the same file then.
        there.extend(snapshot.errors.iter().map(|(path, _)| path.as_path()));
        self.files.retain(|path, _| there.contains(path.as_path()));
    }

    /// The labels of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Whether there is a total of a group's stats of this label.
    pub fn has(&self, group: &str, label: &[u8]) -> bool {
        self.groups.get(group).is_some_and(|totals| totals.contains_key(label))
    }

    /// Adds the totals of a group.
    pub fn add_to(&self, families: &mut Families, group: &str) {
        for total in self.groups.get(group).into_iter().flat_map(BTreeMap::values) {
            let sample = total.counted.to_sample();
            families.add(&total.label, &total.unit, || total.help.clone(), sample);
        }
    }
}

/// Adds what is new of a stat.
fn add(group: &mut BTreeMap<Vec<u8>, Total>, last: &mut Last, stat: &Stat<'_>, limits: &Limits) {
    if aggregate_of(stat) != Aggregate::Sum {
        return;
    }
    let Some(counted) = Sample::of_stat(stat, limits).and_then(|sample| Counted::of(&sample))
    else {
        return;
    };
    let total = group.entry(stat.label_bytes().to_vec()).or_insert_with(|| Total {
        label: stat.label().into_owned(),
        unit: unit_of(stat.kind(), stat.unit()).to_owned(),
        help: stat.help().to_owned(),
        counted: counted.nothing(),
    });
    let before = last.counted.get(stat.label_bytes());
    total.counted.add(&counted, before);
    last.counted.insert(stat.label_bytes().to_vec(), counted);
}

impl Writer {
    fn of(file: &StatsFile) -> Self {
        Self {
            device_and_inode: file.device_and_inode(),
            identity: file.identity().cloned(),
            pid: file.pid(),
        }
    }
}

impl Counted {
    /// `None`: it isn't counted, or not in whole numbers.
    fn of(sample: &Sample) -> Option<Self> {
        let (counts, sum) = match sample {
            Sample::Counter(Number::Unsigned(count)) => (vec![*count], 0.0),
            Sample::Summary { count, sum } => (vec![*count], *sum),
            Sample::Histogram(ranges) => {
                (ranges.counts.iter().copied().chain([ranges.count]).collect(), ranges.sum)
            }
            _ => return None,
        };
        Some(Self { kind: sample.kind(), counts, sum })
    }

    fn nothing(&self) -> Self {
        Self { kind: self.kind, counts: vec![0; self.counts.len()], sum: 0.0 }
    }

    /// Adds what is new in `now`: where it has fallen it began anew, and all of it is.
    fn add(&mut self, now: &Self, before: Option<&Self>) {
        if (self.kind, self.counts.len()) != (now.kind, now.counts.len()) {
            return;
        }
        let nothing = now.nothing();
        let has_grown = |before: &&Self| {
            before.kind == now.kind
                && before.counts.iter().zip(&now.counts).all(|(before, now)| before <= now)
        };
        let before = before.filter(has_grown).unwrap_or(&nothing);
        for ((total, now), before) in self.counts.iter_mut().zip(&now.counts).zip(&before.counts) {
            *total = total.wrapping_add(now - before);
        }
        // One that isn't finite would stay for good.
        let new = now.sum - before.sum;
        if new.is_finite() {
            self.sum += new;
        }
    }

    fn to_sample(&self) -> Sample {
        let (counts, count) = match &*self.counts {
            [counts @ .., count] => (counts, *count),
            [] => (&[][..], 0),
        };
        match self.kind {
            Type::Summary => Sample::Summary { count, sum: self.sum },
            Type::Histogram => {
                Sample::Histogram(Box::new(Ranges { counts: counts.into(), count, sum: self.sum }))
            }
            _ => Sample::Counter(Number::Unsigned(count)),
        }
    }
}
