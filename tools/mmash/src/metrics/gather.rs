//! The samples of a snapshot: stats that add up over a group of files, and those of single files.

use std::collections::{BTreeMap, HashMap, HashSet};

use mmstats::{Stat, StatsFile, Verdict, WatchedFile};
use mmstats_exposition::push_label;
use mmstats_tools::common::exposition::{StatFamilies, is_allowed};
use mmstats_totals::aggregation::{is_aggregated, is_current_state};
use mmstats_totals::subject::Subject;
use mmstats_totals::totals::Totals;

use super::cumulative::CumulativeTotals;
use super::options::{GroupBy, MetricsOptions};
use super::process_labels::{command_of, processes};
use crate::polling::Snapshot;

/// All samples; by program, those of `cumulative` instead of those of its files.
pub fn gather(
    snapshot: &Snapshot,
    options: &MetricsOptions,
    cumulative: &CumulativeTotals,
) -> StatFamilies {
    let mut families = StatFamilies::new(options.bounds.clone(), options.texts, []);
    if options.by == GroupBy::Cmd {
        add_programs(&mut families, snapshot, cumulative);
        return families;
    }
    for (labels, process) in processes(&snapshot.files) {
        families.begin(labels.clone());
        if !labels.is_empty() {
            families.add_up(process.is_up);
        }
        if options.by == GroupBy::Pid {
            add_group(&mut families, &process.files, snapshot.time, |_| true);
            add_each(&mut families, &labels, &process.files, options.by, snapshot.time);
            continue;
        }
        let mut threads: BTreeMap<Option<i64>, Vec<&WatchedFile>> = BTreeMap::new();
        for entry in process.files {
            threads.entry(entry.file().tid()).or_default().push(entry);
        }
        for (tid, files) in threads {
            let mut labels = labels.clone();
            if let Some(tid) = tid {
                push_label(&mut labels, "tid", &tid.to_string());
            }
            families.begin(labels.clone());
            add_group(&mut families, &files, snapshot.time, |_| true);
            add_each(&mut families, &labels, &files, options.by, snapshot.time);
        }
    }
    families
}

/// The samples by program. Stats of single processes or threads have none: there would be ever more
/// series.
fn add_programs(families: &mut StatFamilies, snapshot: &Snapshot, cumulative: &CumulativeTotals) {
    let mut programs: BTreeMap<String, Vec<&WatchedFile>> = BTreeMap::new();
    for labels in cumulative.groups() {
        programs.insert(labels.to_owned(), Vec::new());
    }
    for entry in &snapshot.files {
        programs.entry(command_of(entry.file())).or_default().push(entry);
    }
    for (labels, files) in programs {
        families.begin(labels.clone());
        if !(labels.is_empty() || files.is_empty()) {
            families.add_up(files.iter().any(|entry| entry.life().verdict != Verdict::Dead));
        }
        cumulative.add_to(families, &labels);
        add_group(families, &files, snapshot.time, |stat| !cumulative.has(&labels, stat));
    }
}

/// The stats that add up over some files.
fn add_group(
    families: &mut StatFamilies,
    files: &[&WatchedFile],
    now: f64,
    is_wanted: impl Fn(&Stat<'_>) -> bool,
) {
    let mut totals = Totals::default();
    for entry in files {
        let mut sum = totals.file(entry.file(), entry.life().verdict, now);
        let stats = entry.file().stats().filter(is_aggregated);
        stats.filter(|stat| is_wanted(stat) && is_allowed(stat)).for_each(|stat| sum.add(&stat));
    }
    totals.iter().for_each(|total| families.add_total(total));
}

/// The stats that don't add up: by their threads, which a group by thread has begun already.
fn add_each(
    families: &mut StatFamilies,
    group: &str,
    files: &[&WatchedFile],
    by: GroupBy,
    now: f64,
) {
    let mut paths = Paths::default();
    if by == GroupBy::Tid {
        return paths.add_thread(families, group, files, now);
    }
    let mut threads: Vec<Vec<&WatchedFile>> = Vec::new();
    let mut indices = HashMap::new();
    for entry in files {
        let Some(tid) = entry.file().tid() else {
            if paths.begin(families, group, entry.file()) {
                stats_of(entry, now).for_each(|stat| _ = families.add_stat(&stat));
            }
            continue;
        };
        let index = *indices.entry(tid).or_insert(threads.len());
        if index == threads.len() {
            threads.push(Vec::new());
        }
        threads[index].push(entry);
    }
    for files in threads {
        let mut labels = group.to_owned();
        if let Some(tid) = files.first().and_then(|entry| entry.file().tid()) {
            push_label(&mut labels, "tid", &tid.to_string());
        }
        families.begin(labels.clone());
        paths.add_thread(families, &labels, &files, now);
    }
}

/// A file's stats that don't add up and that say something about now.
fn stats_of(entry: &WatchedFile, now: f64) -> impl Iterator<Item = Stat<'_>> {
    let is_dead = entry.life().verdict == Verdict::Dead;
    let each = entry.file().stats().filter(|stat| !is_aggregated(stat));
    let each = each.filter(move |stat| !(is_dead && is_current_state(stat)));
    // A mean over a window that has passed says nothing about now.
    each.filter(move |stat| !stat.is_expired(now))
}

/// The label sets of single files.
#[derive(Debug, Default)]
struct Paths(HashSet<String>);

impl Paths {
    /// Adds the stats of a thread's files, whose labels have begun. A thread that has met many
    /// series has several files. What two files have, as those of two structs may, is told apart by
    /// their paths; what each says of the process and the thread counts once.
    fn add_thread(
        &mut self,
        families: &mut StatFamilies,
        labels: &str,
        files: &[&WatchedFile],
        now: f64,
    ) {
        let mut again = Vec::new();
        for (index, entry) in files.iter().enumerate() {
            for stat in stats_of(entry, now) {
                let is_new = families.add_stat(&stat);
                let file = entry.file();
                if !is_new && index > 0 && Subject::of(file, &stat.label()) != Subject::Process {
                    again.push((file, stat));
                }
            }
        }
        for same in again.chunk_by(|(one, _), (other, _)| std::ptr::eq(*one, *other)) {
            if self.begin(families, labels, same[0].0) {
                for (_, stat) in same {
                    families.add_stat(stat);
                }
            }
        }
    }

    /// Begins the label set of a file. `false` if another file has it: paths may differ only in
    /// what isn't UTF-8, and two samples must not have the same labels.
    fn begin(&mut self, families: &mut StatFamilies, labels: &str, file: &StatsFile) -> bool {
        let mut labels = labels.to_owned();
        push_label(&mut labels, "file", &file.path().to_string_lossy());
        let is_new = self.0.insert(labels.clone());
        if is_new {
            families.begin(labels);
        }
        is_new
    }
}
