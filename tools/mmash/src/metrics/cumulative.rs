//! What programs have counted since mmash started, whatever became of their processes and files.
//!
//! Only what is new since the last poll is added, so nothing has to be known of a file that is gone,
//! and a total never falls: Prometheus would take that for a reset. When mmash restarts, totals begin
//! at 0 again, and what files hold already isn't counted as new: Prometheus adds whatever follows a
//! reset to the increase.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mmstats::{Aggregate, Changes, FileChange, Kind, Series, Stat, StatsFile};
use mmstats_exposition::Bounds;
use mmstats_exposition::eviction::least_recently_used;
use mmstats_tools::common::exposition::{StatFamilies, sample_of, sample_of_increase, unit_of};
use mmstats_totals::aggregation::aggregate_of;

use super::counts::Counts;
use super::process_labels::command_of;

/// About how many bytes of memory totals may take whose files are all gone.
const IDLE_SIZE: usize = 4 << 20;

/// The totals of all programs.
#[derive(Debug, Default)]
pub struct CumulativeTotals {
    /// By a program's labels and a stat's label.
    groups: BTreeMap<String, Group>,
    /// How many polls there were.
    polls: u64,
    /// About how many bytes of memory all totals take.
    size: usize,
}

/// The totals of one program, by label: one a series.
type Group = BTreeMap<Vec<u8>, Total>;

/// What a program has counted under one label.
#[derive(Debug)]
struct Total {
    unit: String,
    help: String,
    counts: Counts,
    /// The last poll that is known to have found a file with it.
    poll: u64,
}

impl CumulativeTotals {
    /// Adds what is new in a poll.
    pub fn record(&mut self, changes: &Changes, bounds: &Bounds) {
        self.polls += 1;
        let files = changes.files().iter();
        files
            .filter(|file| file.is_removed() || !file.is_unchanged())
            .for_each(|file| self.add_file(file, bounds));
        // Totals become idle when files go, and only matter if they take much memory.
        if self.size > IDLE_SIZE && changes.files().iter().any(FileChange::is_removed) {
            self.mark_present(changes);
            self.forget(IDLE_SIZE);
        }
    }

    fn add_file(&mut self, change: &FileChange, bounds: &Bounds) {
        // Files without an identity have no kinds: nothing says what is a count.
        if change.file().identity().is_none() {
            return;
        }
        let labels = command_of(change.file());
        let size = labels.len();
        let group = self.groups.entry(labels).or_default();
        let poll = if change.is_removed() { self.polls - 1 } else { self.polls };
        for stat in cumulative_stats(change.file()) {
            let increase = change.increase(&stat);
            let sample = increase.and_then(|increase| sample_of_increase(&increase, bounds));
            let Some(new) = sample.and_then(|sample| Counts::of(&sample)) else {
                continue;
            };
            if let Some(total) = group.get_mut(stat.label_bytes()) {
                total.counts.add(&new);
                total.poll = poll.max(total.poll);
            } else if sample_of(&stat, bounds).is_some() {
                // A value that the formats forbid has no total until it is allowed.
                let (label, total) = (stat.label_bytes(), Total::new(&stat, new, poll));
                self.size += size + total.size(label);
                group.insert(label.to_vec(), total);
            }
        }
    }

    /// Marks the totals that have a file in this poll, changed or not.
    fn mark_present(&mut self, changes: &Changes) {
        let present = changes.files().iter().filter(|change| !change.is_removed());
        for file in present.map(FileChange::file) {
            let Some(group) = self.groups.get_mut(&command_of(file)) else {
                continue;
            };
            for stat in cumulative_stats(file) {
                if let Some(total) = group.get_mut(stat.label_bytes()) {
                    total.poll = self.polls;
                }
            }
        }
    }

    /// Drops totals whose files are all gone, those that have been idle longest first, until the
    /// rest of them takes at most `limit` bytes.
    fn forget(&mut self, limit: usize) {
        let totals = self.groups.iter().flat_map(|(group, totals)| {
            totals.iter().map(move |(label, total)| (group, label, total))
        });
        let idle = totals.filter(|(.., total)| total.poll < self.polls);
        let idle = idle.map(|(group, label, total)| {
            (total.poll, group.len() + total.size(label), (group.clone(), label.clone()))
        });
        for (group, label) in least_recently_used(limit, idle.collect()) {
            let totals = self.groups.get_mut(&group);
            if let Some(total) = totals.and_then(|totals| totals.remove(&label)) {
                self.size -= group.len() + total.size(&label);
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
        is_cumulative(stat)
            && self.groups.get(group).is_some_and(|totals| totals.contains_key(stat.label_bytes()))
    }

    /// Adds the totals of a program.
    pub fn add_to(&self, families: &mut StatFamilies, group: &str) {
        for (label, total) in self.groups.get(group).into_iter().flatten() {
            let sample = total.counts.to_sample();
            families.add(label, || series_of(label), &total.unit, &total.help, sample);
        }
    }
}

/// The stats of which there are totals.
fn cumulative_stats(file: &StatsFile) -> impl Iterator<Item = Stat<'_>> {
    let stats = file.stats().filter(is_cumulative);
    stats.filter(|stat| aggregate_of(stat) == Aggregate::Sum)
}

fn is_cumulative(stat: &Stat<'_>) -> bool {
    matches!(stat.kind(), Some(Kind::Counter | Kind::Timer | Kind::Histogram))
}

impl Total {
    fn new(stat: &Stat<'_>, counts: Counts, poll: u64) -> Self {
        Self {
            unit: unit_of(stat.kind(), stat.unit()).to_owned(),
            help: stat.help().to_owned(),
            counts,
            poll,
        }
    }

    /// About how many bytes of memory it takes under this label.
    fn size(&self, label: &[u8]) -> usize {
        /// What a map's entry and its allocations add.
        const ENTRY: usize = 128;
        let texts = label.len() + self.unit.len() + self.help.len();
        size_of::<Self>() + texts + self.counts.size() + ENTRY
    }
}

/// What a label says. One that isn't UTF-8 is a plain name.
fn series_of(label: &[u8]) -> Series<'_> {
    match String::from_utf8_lossy(label) {
        Cow::Borrowed(label) => Series::parse(label),
        lossy @ Cow::Owned(_) => Series::new(lossy),
    }
}

#[cfg(test)]
mod tests {
    use mmstats::{Counter, Field, Options, Published, Watch};
    use mmstats_exposition::{Sample, SampleValue};
    use tempfile::TempDir;

    use super::*;

    /// Programs in a directory, and their totals.
    struct Programs {
        directory: TempDir,
        watch: Watch,
        changes: Changes,
        cumulative: CumulativeTotals,
    }

    impl Programs {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let watch = Watch::new([directory.path()]);
            let (changes, cumulative) = (Changes::new(), CumulativeTotals::default());
            Self { directory, watch, changes, cumulative }
        }

        /// A program with a counter of this name.
        fn start(&self, label: &str) -> (Published<()>, Counter) {
            let options = Options::dynamic("Program").path(self.directory.path());
            let stats = options.default_fields(false).create().unwrap();
            let counter = stats.add(Counter::named(label.to_owned())).unwrap();
            (stats, counter)
        }

        fn poll(&mut self) {
            let update = self.watch.poll();
            assert_eq!(update.all_errors().len(), 0);
            self.changes.advance(&update);
            self.cumulative.record(&self.changes, &Bounds::default());
        }

        fn totals(&self) -> Vec<&str> {
            let labels = self.cumulative.groups.values().flat_map(Group::keys);
            labels.map(|label| str::from_utf8(label).unwrap()).collect()
        }

        /// Drops idle totals beyond this many bytes.
        fn forget(&mut self, limit: usize) {
            self.cumulative.mark_present(&self.changes);
            self.cumulative.forget(limit);
        }
    }

    #[test]
    fn idle_totals_are_dropped_the_oldest_first() {
        let mut programs = Programs::new();
        // Series of one name, each with its own total.
        let labels = [r#"jobs{k="a.new"}"#, r#"jobs{k="b.old"}"#, r#"jobs{k="c.here"}"#];
        let [new, old, _here] = labels.map(|label| programs.start(label));
        programs.poll();
        drop(old);
        programs.poll();
        drop(new);
        programs.poll();
        // Nothing changes in what is still here.
        programs.poll();
        assert_eq!(programs.totals(), labels, "all are within the limit");
        let (group, totals) = programs.cumulative.groups.iter().next().unwrap();
        let one = group.len() + totals[labels[0].as_bytes()].size(labels[0].as_bytes());
        programs.forget(one);
        assert_eq!(programs.totals(), [labels[0], labels[2]]);
        programs.forget(0);
        assert_eq!(programs.totals(), [labels[2]]);
    }

    #[test]
    fn a_poll_leaves_no_more_idle_totals_than_the_limit() {
        const SIZE: usize = 60_000;
        let mut programs = Programs::new();
        let (stays, goes) = (programs.start("stays"), programs.start("goes"));
        programs.poll();
        let counts = Counts::of(&Sample::Counter(SampleValue::Unsigned(7))).unwrap();
        let total = |number: u8| {
            let (unit, help) = (String::new(), "x".repeat(SIZE));
            (vec![number], Total { unit, help, counts: counts.clone(), poll: 0 })
        };
        programs.cumulative.groups.insert("cmd=\"x\"".into(), (0..100).map(total).collect());
        programs.cumulative.size += 100 * SIZE;
        drop(goes);
        programs.poll();
        let left = programs.totals().len() - 2;
        assert!((1..=IDLE_SIZE / SIZE).contains(&left), "{left}");
        assert!(programs.totals().contains(&"stays"));
        drop(stays);
    }
}
