//! The samples of one look: what adds up over a group of files, and what each file has by itself.

use std::collections::{BTreeMap, HashSet};

use mmstats::{Stat, Verdict};
use mmstats_tools::common::prom::{Families, Sample};
use mmstats_tools::common::totals::{Totals, becomes_one, is_current_state};

use super::cumulative::Running;
use super::processes::{command_of, processes, push};
use super::{By, Choice};
use crate::polling::{Seen, Snapshot};

/// All samples, of each program those of `running` instead of those of its files.
pub fn gather(snapshot: &Snapshot, choice: &Choice, running: &Running) -> Families {
    let mut families = Families::new(choice.limits.clone(), choice.texts);
    if choice.by == By::Cmd {
        add_programs(&mut families, snapshot, running);
        return families;
    }
    for (labels, process) in processes(&snapshot.files) {
        families.begin(labels.clone());
        if !labels.is_empty() {
            families.add_up(process.is_up);
        }
        if choice.by == By::Pid {
            add_group(&mut families, &process.files, snapshot.time, |_| true);
            add_each(&mut families, &labels, &process.files, choice.by, snapshot.time);
            continue;
        }
        let mut threads: BTreeMap<Option<i64>, Vec<&Seen>> = BTreeMap::new();
        for seen in process.files {
            threads.entry(seen.file.tid()).or_default().push(seen);
        }
        for (tid, files) in threads {
            let mut labels = labels.clone();
            if let Some(tid) = tid {
                push(&mut labels, "tid", &tid.to_string());
            }
            families.begin(labels.clone());
            add_group(&mut families, &files, snapshot.time, |_| true);
            add_each(&mut families, &labels, &files, choice.by, snapshot.time);
        }
    }
    families
}

/// The samples by programs. What each process or thread has by itself has none: there would be ever
/// new series.
fn add_programs(families: &mut Families, snapshot: &Snapshot, running: &Running) {
    let mut programs: BTreeMap<String, Vec<&Seen>> = BTreeMap::new();
    for labels in running.groups() {
        programs.insert(labels.to_owned(), Vec::new());
    }
    for seen in &snapshot.files {
        programs.entry(command_of(&seen.file)).or_default().push(seen);
    }
    for (labels, files) in programs {
        families.begin(labels.clone());
        if !(labels.is_empty() || files.is_empty()) {
            families.add_up(files.iter().any(|seen| seen.life.verdict != Verdict::Dead));
        }
        running.add_to(families, &labels);
        add_group(families, &files, snapshot.time, |stat| !running.has(&labels, stat));
    }
}

/// What adds up over some files.
fn add_group(
    families: &mut Families,
    files: &[&Seen],
    now: f64,
    is_wanted: impl Fn(&Stat<'_>) -> bool,
) {
    let mut totals = Totals::default();
    for seen in files {
        let stats = seen.file.stats().filter(becomes_one);
        stats
            .filter(|stat| is_wanted(stat) && Sample::is_allowed(stat))
            .for_each(|stat| totals.add(&seen.file, &stat, seen.life.verdict, now));
    }
    totals.iter().for_each(|total| families.add_total(total));
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
        let each = file.stats().filter(|stat| !becomes_one(stat));
        let each = each.filter(|stat| !(is_dead && is_current_state(stat)));
        // A mean over a window that has passed says nothing about now.
        each.filter(|stat| !stat.is_expired(now)).for_each(|stat| families.add_stat(&stat));
    }
}
