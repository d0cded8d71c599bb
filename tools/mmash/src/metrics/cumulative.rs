//! What programs have counted since mmash began, whatever became of their processes and files.
//!
//! Only what is new since the last look is added, so nothing has to be known of a file that is
//! gone, and a total never falls: Prometheus would take that for a beginning anew. When mmash
//! begins anew, so do its totals, from 0: Prometheus adds whatever stands behind a fall to the
//! increase, and what files hold already isn't new.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use mmstats::{Aggregate, Identity, Kind, Stat, StatsFile};
use mmstats_tools::common::oldest::beyond;
use mmstats_tools::common::prom::{Families, Limits, Sample, unit_of};
use mmstats_tools::common::totals::aggregate_of;

use super::counted::Counted;
use super::processes::command_of;
use crate::polling::Snapshot;

/// How many bytes of memory are spent, about, on totals of which no file is there any more.
const REMEMBERED: usize = 4 << 20;

/// What all programs have counted.
#[derive(Debug, Default)]
pub struct Running {
    /// By a program's labels and a stat's label.
    groups: BTreeMap<String, BTreeMap<Vec<u8>, Total>>,
    /// The files of the last look, by device and inode: under whatever name, it is the same.
    files: HashMap<Option<(u64, u64)>, Last>,
    /// How many looks there were.
    looks: u64,
    /// The files that were there when mmash began, and couldn't be read yet.
    unread: HashSet<PathBuf>,
}

/// What a program has counted under one label.
#[derive(Debug)]
struct Total {
    label: String,
    unit: String,
    help: String,
    counted: Counted,
    /// The last look at a file that has it.
    look: u64,
}

/// A file as it was at the last look.
#[derive(Debug)]
struct Last {
    path: PathBuf,
    /// A later file may have the inode again.
    identity: Identity,
    counted: HashMap<Vec<u8>, Counted>,
}

/// Where a stat is added, and how.
struct Adding<'a> {
    group: &'a mut BTreeMap<Vec<u8>, Total>,
    last: &'a mut Last,
    /// Whether what the file holds already isn't new.
    is_baseline: bool,
    look: u64,
}

impl Running {
    /// Adds what is new.
    pub fn look(&mut self, snapshot: &Snapshot, limits: &Limits) {
        self.looks += 1;
        let is_first = self.looks == 1;
        if is_first {
            self.unread = snapshot.errors.iter().map(|(path, _)| path.clone()).collect();
        }
        let mut there = HashSet::new();
        for file in snapshot.files.iter().map(|seen| &seen.file) {
            there.insert(file.path());
            // Without it there are no kinds: nothing tells what is counted.
            let Some(identity) = file.identity() else {
                continue;
            };
            let mut is_new = false;
            let mut begin = || {
                is_new = true;
                Last::of(file, identity)
            };
            let last = self.files.entry(file.device_and_inode()).or_insert_with(&mut begin);
            if last.identity != *identity {
                *last = begin();
            }
            last.path = file.path().to_path_buf();
            let is_baseline = is_new && (is_first || self.unread.remove(file.path()));
            let group = self.groups.entry(command_of(file)).or_default();
            let mut adding = Adding { group, last, is_baseline, look: self.looks };
            file.stats().for_each(|stat| adding.add(&stat, limits));
        }
        // What can't be read now may be read next time: it is the same file then.
        there.extend(snapshot.errors.iter().map(|(path, _)| path.as_path()));
        self.files.retain(|_, last| there.contains(last.path.as_path()));
        self.unread.retain(|path| there.contains(path.as_path()));
        self.forget(REMEMBERED);
    }

    /// Forgets totals of which no file is there, those first whose file was there the longest ago,
    /// as far as they take more than `limit` bytes.
    fn forget(&mut self, limit: usize) {
        let totals = self.groups.iter().flat_map(|(group, totals)| {
            totals.iter().map(move |(label, total)| (group, label, total))
        });
        let idle = totals.filter(|(.., total)| total.look < self.looks);
        let idle = idle.map(|(group, label, total)| {
            let size = group.len() + 2 * label.len() + total.size();
            (total.look, size, (group.clone(), label.clone()))
        });
        for (group, label) in beyond(limit, idle.collect()) {
            if let Some(totals) = self.groups.get_mut(&group) {
                totals.remove(&label);
            }
        }
        self.groups.retain(|_, totals| !totals.is_empty());
    }

    /// The labels of all programs.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Whether a stat of a file of this program is in a total.
    pub fn has(&self, group: &str, stat: &Stat<'_>) -> bool {
        matches!(stat.kind(), Some(Kind::Counter | Kind::Timer | Kind::Histogram))
            && self.groups.get(group).is_some_and(|totals| totals.contains_key(stat.label_bytes()))
    }

    /// Adds the totals of a program.
    pub fn add_to(&self, families: &mut Families, group: &str) {
        for total in self.groups.get(group).into_iter().flat_map(BTreeMap::values) {
            let sample = total.counted.to_sample();
            families.add(&total.label, &total.unit, || total.help.clone(), sample);
        }
    }
}

impl Adding<'_> {
    /// Adds what is new of a stat.
    fn add(&mut self, stat: &Stat<'_>, limits: &Limits) {
        if aggregate_of(stat) != Aggregate::Sum {
            return;
        }
        let Some(counted) = Sample::of_stat(stat, limits).and_then(|sample| Counted::of(&sample))
        else {
            return;
        };
        let total = self.group.entry(stat.label_bytes().to_vec()).or_insert_with(|| Total {
            label: stat.label().into_owned(),
            unit: unit_of(stat.kind(), stat.unit()).to_owned(),
            help: stat.help().to_owned(),
            counted: counted.nothing(),
            look: 0,
        });
        total.look = self.look;
        let known = self.last.counted.get(stat.label_bytes());
        let before = if self.is_baseline { Some(&counted) } else { known };
        total.counted.add(&counted, before);
        self.last.counted.insert(stat.label_bytes().to_vec(), counted);
    }
}

impl Total {
    /// How many bytes of memory it takes, about.
    fn size(&self) -> usize {
        /// What an entry in a map and its allocations add.
        const ENTRY: usize = 128;
        size_of::<Self>() + self.unit.len() + self.help.len() + self.counted.size() + ENTRY
    }
}

impl Last {
    /// Of which nothing has been added yet.
    fn of(file: &StatsFile, identity: &Identity) -> Self {
        Self {
            path: file.path().to_path_buf(),
            identity: identity.clone(),
            counted: HashMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use mmstats::{Counter, Field, Options, Published, ReadBudget};
    use tempfile::TempDir;

    use super::*;
    use mmstats_tools::common::prom::Number;

    /// A program with a counter of this name.
    fn program(directory: &TempDir, label: &str) -> Published<()> {
        let options = Options::dynamic("Program").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let _: Counter = stats.add(Counter::named(label.to_owned())).unwrap();
        stats
    }

    fn look(running: &mut Running, directory: &TempDir) {
        let places = [directory.path().as_os_str().to_owned()];
        let snapshot = Snapshot::take(&places, ReadBudget::new());
        assert!(snapshot.errors.is_empty(), "{:?}", snapshot.errors);
        running.look(&snapshot, &Limits::default());
    }

    fn totals(running: &Running) -> Vec<&str> {
        let totals = running.groups.values().flat_map(BTreeMap::values);
        totals.map(|total| total.label.as_str()).collect()
    }

    #[test]
    fn totals_without_files_are_forgotten_the_oldest_first() {
        let directory = tempfile::tempdir().unwrap();
        let mut running = Running::default();
        let programs = ["a.new", "b.old", "c.here"];
        let [new, old, _here] = programs.map(|label| program(&directory, label));
        look(&mut running, &directory);
        drop(old);
        look(&mut running, &directory);
        drop(new);
        look(&mut running, &directory);
        assert_eq!(totals(&running), programs, "all have room");
        let (group, total) = running.groups.iter().next().unwrap();
        let one = group.len() + 2 * "a.new".len() + total[&b"a.new"[..]].size();
        running.forget(one);
        assert_eq!(totals(&running), ["a.new", "c.here"]);
        running.forget(0);
        assert_eq!(totals(&running), ["c.here"]);
    }

    #[test]
    fn a_look_leaves_no_more_totals_than_are_remembered() {
        const SIZE: usize = 60_000;
        let counted = Counted::of(&Sample::Counter(Number::Unsigned(7))).unwrap();
        let total = |number: u8| {
            let (label, unit, help) = (number.to_string(), String::new(), "x".repeat(SIZE));
            (vec![number], Total { label, unit, help, counted: counted.clone(), look: 0 })
        };
        let mut running = Running::default();
        running.groups.insert("cmd=\"x\"".into(), (0..100).map(total).collect());
        running.look(&Snapshot::default(), &Limits::default());
        let left = totals(&running).len();
        assert!((1..=REMEMBERED / SIZE).contains(&left), "{left}");
    }
}
