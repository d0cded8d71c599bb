//! The samples of one look: what adds up over a group of files, and what each file has by itself.

use std::collections::{BTreeMap, HashSet};

use mmstats::{Aggregate, StatsFile, Verdict};

use super::By;
use super::running::Running;
use crate::common::prom::{Families, Limits, label_value};
use crate::common::totals::{Totals, aggregate_of, is_current_state};
use crate::mmash::snapshot::{Seen, Snapshot};

/// All samples, of each group those of `running` instead of those of its files.
pub fn gather(snapshot: &Snapshot, by: By, limits: &Limits, running: &Running) -> Families {
    let mut groups: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
    for labels in running.groups() {
        groups.insert(labels.to_owned(), Vec::new());
    }
    for seen in &snapshot.files {
        groups.entry(labels_of(&seen.file, by)).or_default().push(seen);
    }
    let mut families = Families::new(limits.clone());
    for (labels, files) in groups {
        families.begin(labels.clone());
        running.add_to(&mut families, &labels);
        let mut totals = Totals::default();
        for seen in &files {
            let stats = seen.file.stats();
            stats
                .filter(|stat| aggregate_of(stat) != Aggregate::Each)
                .filter(|stat| !running.has(&labels, stat))
                .for_each(|stat| totals.add(&stat, seen.life.verdict, snapshot.time));
        }
        totals.iter().for_each(|total| families.add_total(total));
        add_each(&mut families, &labels, &files, by, snapshot.time);
    }
    families
}

/// What tells the group of a file from others. Files of the original don't tell their command.
pub fn labels_of(file: &StatsFile, by: By) -> String {
    let mut labels = String::new();
    if let Some(identity) = file.identity() {
        push(&mut labels, "cmd", &identity.command);
    }
    if by != By::Cmd
        && let Some(pid) = file.pid()
    {
        push(&mut labels, "pid", &pid.to_string());
    }
    if by == By::Tid
        && let Some(tid) = file.tid()
    {
        push(&mut labels, "tid", &tid.to_string());
    }
    labels
}

/// The stats of which each file's stands for itself. Files are told apart by their threads, where
/// each is of another one, else by their paths.
fn add_each(families: &mut Families, group: &str, files: &[&Seen], by: By, now: f64) {
    let mut known = HashSet::new();
    for (index, seen) in files.iter().enumerate() {
        let file = &seen.file;
        let mut labels = group.to_owned();
        if let Some(tid) = file.tid().filter(|_| by != By::Tid) {
            push(&mut labels, "tid", &tid.to_string());
        }
        // A thread has one file mostly, whose samples go on behind those of its group.
        if by != By::Tid || index > 0 {
            if labels == group || known.contains(&labels) {
                push(&mut labels, "file", &file.path().to_string_lossy());
            }
            // Paths that differ in what isn't UTF-8 only: two samples must not look the same.
            if !known.insert(labels.clone()) {
                continue;
            }
            families.begin(labels);
        }
        let is_dead = seen.life.verdict == Verdict::Dead;
        let each = file.stats().filter(|stat| aggregate_of(stat) == Aggregate::Each);
        let each = each.filter(|stat| !(is_dead && is_current_state(stat)));
        // A mean over a window that has passed says nothing about now.
        each.filter(|stat| !stat.expired(now)).for_each(|stat| families.add_stat(&stat));
    }
}

fn push(labels: &mut String, name: &str, value: &str) {
    let comma = if labels.is_empty() { "" } else { "," };
    labels.extend([comma, name, "=\"", &label_value(value), "\""]);
}
