//! The samples of a snapshot: stats that add up over a group of files, and those of single files.

use std::collections::{BTreeMap, HashSet};

use mmstats::{Stat, Verdict, WatchedFile};
use mmstats_exposition::push_label;
use mmstats_tools::common::aggregation::{is_aggregated, is_current_state};
use mmstats_tools::common::exposition::{StatFamilies, is_allowed};
use mmstats_tools::common::totals::Totals;

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

/// The stats that don't add up. Files are told apart by their threads, or by their paths if a
/// thread has several.
fn add_each(
    families: &mut StatFamilies,
    group: &str,
    files: &[&WatchedFile],
    by: GroupBy,
    now: f64,
) {
    let mut known = HashSet::new();
    for (index, entry) in files.iter().enumerate() {
        let file = entry.file();
        let mut labels = group.to_owned();
        if let Some(tid) = file.tid().filter(|_| by != GroupBy::Tid) {
            push_label(&mut labels, "tid", &tid.to_string());
        }
        // A thread mostly has one file, whose samples follow those of its group.
        if by != GroupBy::Tid || index > 0 {
            if labels == group || known.contains(&labels) {
                push_label(&mut labels, "file", &file.path().to_string_lossy());
            }
            // Paths may differ only in what isn't UTF-8: two samples must not have the same labels.
            if !known.insert(labels.clone()) {
                continue;
            }
            families.begin(labels);
        }
        let is_dead = entry.life().verdict == Verdict::Dead;
        let each = file.stats().filter(|stat| !is_aggregated(stat));
        let each = each.filter(|stat| !(is_dead && is_current_state(stat)));
        // A mean over a window that has passed says nothing about now.
        each.filter(|stat| !stat.is_expired(now)).for_each(|stat| families.add_stat(&stat));
    }
}
