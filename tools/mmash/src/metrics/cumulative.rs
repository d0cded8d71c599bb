//! What programs have counted since mmash started, whatever became of their processes and files.
//!
//! Only growth since the last poll is added, so nothing has to be known of a file that is gone, and
//! a total never falls: Prometheus would take that for a reset. When mmash restarts, totals begin at
//! 0 again, and what files hold already isn't counted as new: Prometheus adds whatever follows a
//! reset to the increase.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use mmstats::{Aggregate, Identity, Kind, Stat, StatsFile, WatchedFile};
use mmstats_exposition::Bounds;
use mmstats_exposition::eviction::least_recently_used;
use mmstats_tools::common::aggregation::aggregate_of;
use mmstats_tools::common::exposition::{StatFamilies, sample_of, unit_of};

use super::counts::Counts;
use super::process_labels::command_of;
use crate::polling::Snapshot;

/// About how many bytes of memory totals may take whose files are all gone.
const IDLE_SIZE: usize = 4 << 20;

/// The totals of all programs.
#[derive(Debug, Default)]
pub struct CumulativeTotals {
    /// By a program's labels and a stat's label.
    groups: BTreeMap<String, BTreeMap<Vec<u8>, Total>>,
    /// The files of the last poll, by device and inode: a file that is renamed stays the same.
    files: HashMap<Option<(u64, u64)>, KnownFile>,
    /// How many polls there were.
    polls: u64,
    /// The files that existed when mmash started and couldn't be read so far.
    unread: HashSet<PathBuf>,
}

/// What a program has counted under one label.
#[derive(Debug)]
struct Total {
    label: String,
    unit: String,
    help: String,
    counts: Counts,
    /// The last poll that found a file with it.
    poll: u64,
}

/// A file as it was at the last poll.
#[derive(Debug)]
struct KnownFile {
    path: PathBuf,
    /// A later file may reuse the inode.
    identity: Identity,
    counts: HashMap<Vec<u8>, Counts>,
}

/// Adds the stats of one file.
struct Addition<'a> {
    group: &'a mut BTreeMap<Vec<u8>, Total>,
    known: &'a mut KnownFile,
    /// Whether the file's present values aren't new.
    is_baseline: bool,
    poll: u64,
}

impl CumulativeTotals {
    /// Adds what is new in a snapshot.
    pub fn record(&mut self, snapshot: &Snapshot, bounds: &Bounds) {
        self.polls += 1;
        let is_first = self.polls == 1;
        if is_first {
            self.unread = snapshot.errors.iter().map(|(path, _)| path.clone()).collect();
        }
        let mut present = HashSet::new();
        for file in snapshot.files.iter().map(WatchedFile::file) {
            present.insert(file.path());
            // Files without an identity have no kinds: nothing says what is a count.
            let Some(identity) = file.identity() else {
                continue;
            };
            let mut is_new = false;
            let mut begin = || {
                is_new = true;
                KnownFile::new(file, identity)
            };
            let known = self.files.entry(file.device_and_inode()).or_insert_with(&mut begin);
            if known.identity != *identity {
                *known = begin();
            }
            known.path = file.path().to_path_buf();
            let is_baseline = is_new && (is_first || self.unread.remove(file.path()));
            let group = self.groups.entry(command_of(file)).or_default();
            let mut addition = Addition { group, known, is_baseline, poll: self.polls };
            file.stats().for_each(|stat| addition.add(&stat, bounds));
        }
        // What can't be read now may be readable next time, and is the same file then.
        present.extend(snapshot.errors.iter().map(|(path, _)| path.as_path()));
        self.files.retain(|_, known| present.contains(known.path.as_path()));
        self.unread.retain(|path| present.contains(path.as_path()));
        self.forget(IDLE_SIZE);
    }

    /// Drops totals whose files are all gone, those that have been idle longest first, until the
    /// rest takes at most `limit` bytes.
    fn forget(&mut self, limit: usize) {
        let totals = self.groups.iter().flat_map(|(group, totals)| {
            totals.iter().map(move |(label, total)| (group, label, total))
        });
        let idle = totals.filter(|(.., total)| total.poll < self.polls);
        let idle = idle.map(|(group, label, total)| {
            let size = group.len() + 2 * label.len() + total.size();
            (total.poll, size, (group.clone(), label.clone()))
        });
        for (group, label) in least_recently_used(limit, idle.collect()) {
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

    /// Whether a stat of this program is part of a total.
    pub fn has(&self, group: &str, stat: &Stat<'_>) -> bool {
        matches!(stat.kind(), Some(Kind::Counter | Kind::Timer | Kind::Histogram))
            && self.groups.get(group).is_some_and(|totals| totals.contains_key(stat.label_bytes()))
    }

    /// Adds the totals of a program.
    pub fn add_to(&self, families: &mut StatFamilies, group: &str) {
        for total in self.groups.get(group).into_iter().flat_map(BTreeMap::values) {
            let sample = total.counts.to_sample();
            families.add(&total.label, &total.unit, &total.help, sample);
        }
    }
}

impl Addition<'_> {
    /// Adds what is new in a stat.
    fn add(&mut self, stat: &Stat<'_>, bounds: &Bounds) {
        if aggregate_of(stat) != Aggregate::Sum {
            return;
        }
        let Some(counts) = sample_of(stat, bounds).and_then(|sample| Counts::of(&sample)) else {
            return;
        };
        let total = self.group.entry(stat.label_bytes().to_vec()).or_insert_with(|| Total {
            label: stat.label().into_owned(),
            unit: unit_of(stat.kind(), stat.unit()).to_owned(),
            help: stat.help().to_owned(),
            counts: counts.zero(),
            poll: 0,
        });
        total.poll = self.poll;
        let previous = self.known.counts.get(stat.label_bytes());
        let before = if self.is_baseline { Some(&counts) } else { previous };
        total.counts.add(&counts, before);
        self.known.counts.insert(stat.label_bytes().to_vec(), counts);
    }
}

impl Total {
    /// About how many bytes of memory it takes.
    fn size(&self) -> usize {
        /// What a map's entry and its allocations add.
        const ENTRY: usize = 128;
        size_of::<Self>() + self.unit.len() + self.help.len() + self.counts.size() + ENTRY
    }
}

impl KnownFile {
    /// A file of which nothing has been added yet.
    fn new(file: &StatsFile, identity: &Identity) -> Self {
        Self { path: file.path().to_path_buf(), identity: identity.clone(), counts: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use mmstats::{Counter, Field, Options, Published, Watch};
    use tempfile::TempDir;

    use super::*;
    use mmstats_exposition::{Sample, SampleValue};

    /// A program with a counter of this name.
    fn program(directory: &TempDir, label: &str) -> Published<()> {
        let options = Options::dynamic("Program").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let _: Counter = stats.add(Counter::named(label.to_owned())).unwrap();
        stats
    }

    fn poll(cumulative: &mut CumulativeTotals, directory: &TempDir) {
        let snapshot = Snapshot::of(&Watch::new([directory.path()]).poll(), Instant::now());
        assert!(snapshot.errors.is_empty(), "{:?}", snapshot.errors);
        cumulative.record(&snapshot, &Bounds::default());
    }

    fn totals(cumulative: &CumulativeTotals) -> Vec<&str> {
        let totals = cumulative.groups.values().flat_map(BTreeMap::values);
        totals.map(|total| total.label.as_str()).collect()
    }

    #[test]
    fn idle_totals_are_dropped_the_oldest_first() {
        let directory = tempfile::tempdir().unwrap();
        let mut cumulative = CumulativeTotals::default();
        let programs = ["a.new", "b.old", "c.here"];
        let [new, old, _here] = programs.map(|label| program(&directory, label));
        poll(&mut cumulative, &directory);
        drop(old);
        poll(&mut cumulative, &directory);
        drop(new);
        poll(&mut cumulative, &directory);
        assert_eq!(totals(&cumulative), programs, "all are within the limit");
        let (group, total) = cumulative.groups.iter().next().unwrap();
        let one = group.len() + 2 * "a.new".len() + total[&b"a.new"[..]].size();
        cumulative.forget(one);
        assert_eq!(totals(&cumulative), ["a.new", "c.here"]);
        cumulative.forget(0);
        assert_eq!(totals(&cumulative), ["c.here"]);
    }

    #[test]
    fn a_poll_leaves_no_more_idle_totals_than_the_limit() {
        const SIZE: usize = 60_000;
        let counts = Counts::of(&Sample::Counter(SampleValue::Unsigned(7))).unwrap();
        let total = |number: u8| {
            let (label, unit, help) = (number.to_string(), String::new(), "x".repeat(SIZE));
            (vec![number], Total { label, unit, help, counts: counts.clone(), poll: 0 })
        };
        let mut cumulative = CumulativeTotals::default();
        cumulative.groups.insert("cmd=\"x\"".into(), (0..100).map(total).collect());
        cumulative.record(&Snapshot::default(), &Bounds::default());
        let left = totals(&cumulative).len();
        assert!((1..=IDLE_SIZE / SIZE).contains(&left), "{left}");
    }
}
