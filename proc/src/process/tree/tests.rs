//! Jobs of a few processes, pass by pass.

use std::time::Instant;

use super::*;

/// Adopts orphans outside of a job, as `init` does.
pub(super) const INIT: u32 = 1;
pub(super) const ROOT: u32 = 500;

pub(super) fn stat(pid: u32, parent: u32, start_time: u64) -> Stat {
    Stat {
        pid,
        parent,
        state: 'R',
        start_time,
        user_time: 0,
        system_time: 0,
        waited_time: 0,
        minor_faults: 0,
        major_faults: 0,
        threads: 1,
    }
}

/// The job whose root has the pid `ROOT`.
pub(super) fn tree_at_root() -> Tree {
    Tree::new(Some(identity(&stat(ROOT, INIT, 0))), None, CpuLedger::default())
}

/// The job below that process.
pub(super) fn tree_below_root() -> Tree {
    let adopter = stat(ROOT, INIT, 0);
    Tree::new(None, Some(identity(&adopter)), CpuLedger::below(&adopter))
}

/// A table of these processes.
fn table(processes: &[Stat]) -> Table {
    let mut processes = processes.to_vec();
    processes.sort_by_key(|it| it.pid);
    Table::new(Instant::now(), None, processes)
}

fn busy(mut stat: Stat, own: u64, waited: u64) -> Stat {
    (stat.user_time, stat.waited_time) = (own, waited);
    stat
}

fn update(tree: &mut Tree, processes: &[Stat]) -> (u64, Vec<u32>) {
    let table = table(processes);
    tree.update_with(&table, |pid| table.get(pid).copied());
    let mut pids: Vec<_> = tree.processes().iter().map(|it| it.pid).collect();
    pids.sort_unstable();
    (tree.cpu_time(), pids)
}

#[test]
fn grandchildren_belong_and_equal_processes_count_each() {
    let mut tree = tree_at_root();
    let processes = [
        stat(INIT, 0, 0),
        busy(stat(ROOT, INIT, 0), 1, 0),
        busy(stat(501, ROOT, 5), 10, 0),
        busy(stat(502, 501, 6), 100, 0),
        busy(stat(503, 501, 6), 100, 0),
        busy(stat(504, INIT, 6), 100, 0),
    ];
    assert_eq!(update(&mut tree, &processes), (211, vec![ROOT, 501, 502, 503]));
}

#[test]
fn an_orphan_stays_and_another_process_with_its_pid_does_not_belong() {
    let mut tree = tree_at_root();
    let root = busy(stat(ROOT, INIT, 0), 1, 0);
    let (parent, orphan) = (busy(stat(501, ROOT, 5), 10, 0), busy(stat(502, 501, 6), 100, 0));
    update(&mut tree, &[root, parent, orphan]);
    let root = busy(root, 1, 10);
    let orphan = busy(stat(502, INIT, 6), 150, 0);
    assert_eq!(update(&mut tree, &[root, orphan]), (161, vec![ROOT, 502]));
    // What it used after the last pass is lost: `init` waits for it.
    let other = busy(stat(502, INIT, 99), 7_000, 0);
    let child_of_other = busy(stat(503, 502, 100), 7_000, 0);
    assert_eq!(update(&mut tree, &[root, other, child_of_other]), (161, vec![ROOT]));
}

#[test]
fn a_child_that_its_parent_waits_for_after_it_was_read_counts_once() {
    let mut tree = tree_at_root();
    let child = busy(stat(501, ROOT, 5), 10, 0);
    assert_eq!(update(&mut tree, &[stat(ROOT, INIT, 0), child]).0, 10);
    // The root was read before it waited, the child was gone when it would have been read.
    assert_eq!(update(&mut tree, &[stat(ROOT, INIT, 0)]).0, 10);
    assert_eq!(update(&mut tree, &[busy(stat(ROOT, INIT, 0), 0, 12)]).0, 12);
    assert_eq!(update(&mut tree, &[busy(stat(ROOT, INIT, 0), 0, 12)]).0, 12);
}

#[test]
fn a_child_that_was_read_before_its_parent_is_read_again() {
    let mut tree = tree_at_root();
    let child = busy(stat(400, ROOT, 5), 10, 0);
    let grandchild = busy(stat(700, 400, 6), 3, 0);
    // Both ended and were waited for between their reads and that of the root.
    let table = table(&[child, busy(stat(ROOT, INIT, 0), 0, 13), grandchild]);
    let mut asked = Vec::new();
    tree.update_with(&table, |pid| {
        asked.push(pid);
        None
    });
    assert_eq!((tree.cpu_time(), asked), (13, vec![400, 700]));
    assert_eq!(update(&mut tree, &[busy(stat(ROOT, INIT, 0), 0, 13)]).0, 13);
}

#[test]
fn an_orphan_is_read_again_after_whoever_may_have_adopted_it() {
    let mut tree = tree_at_root();
    let (root, adopter) = (stat(ROOT, INIT, 0), stat(400, ROOT, 5));
    let (parent, orphan) = (stat(350, 400, 6), busy(stat(300, 350, 7), 10, 0));
    update(&mut tree, &[root, adopter, parent, orphan]);
    // The orphan was read first, then its parent ended; both were waited for before the adopter was read.
    let adopter = busy(adopter, 0, 10);
    let table = table(&[root, adopter, orphan]);
    let mut asked = Vec::new();
    tree.update_with(&table, |pid| {
        asked.push(pid);
        (pid == adopter.pid).then_some(adopter)
    });
    assert_eq!((tree.cpu_time(), asked), (10, vec![400, 300]));
}

#[test]
fn a_process_that_has_the_pid_by_now_is_not_the_one_that_is_read_again() {
    let mut tree = tree_at_root();
    let table = table(&[stat(ROOT, INIT, 0), busy(stat(400, ROOT, 5), 10, 0)]);
    tree.update_with(&table, |pid| Some(busy(stat(pid, INIT, 99), 5_000, 0)));
    assert_eq!((tree.cpu_time(), tree.processes().len()), (10, 1));
}

#[test]
fn a_parent_starts_before_its_child() {
    let mut tree = tree_at_root();
    let root = stat(ROOT, INIT, 0);
    let (parent, child) = (busy(stat(501, ROOT, 5), 10, 0), busy(stat(502, 501, 6), 100, 0));
    assert_eq!(update(&mut tree, &[root, parent, child]).0, 110);
    // Another child of the root has the parent's pid. What the root gained is all of both.
    let other = stat(501, ROOT, 99);
    assert_eq!(update(&mut tree, &[busy(root, 0, 110), other]).0, 110);
}

#[test]
fn below_an_adopter_what_is_expected_waits_until_it_is_paid() {
    let adopter = stat(ROOT, INIT, 0);
    let mut tree = tree_below_root();
    let (command, child) = (busy(stat(501, ROOT, 5), 10, 0), busy(stat(502, 501, 6), 100, 0));
    assert_eq!(update(&mut tree, &[adopter, command, child]).0, 110);
    for _ in 0..20 {
        assert_eq!(update(&mut tree, &[adopter, command]).0, 110);
    }
    assert_eq!(update(&mut tree, &[adopter, busy(command, 20, 0)]).0, 120);
    assert_eq!(update(&mut tree, &[busy(adopter, 0, 120)]).0, 120);
}

#[test]
fn what_strayed_ends_after_ten_passes() {
    let mut tree = tree_at_root();
    let root = stat(ROOT, INIT, 0);
    let (parent, child) = (busy(stat(501, ROOT, 5), 10, 0), busy(stat(502, 501, 6), 100, 0));
    update(&mut tree, &[root, parent, child]);
    // All of a group was killed: `init` waited for the child.
    assert_eq!(update(&mut tree, &[busy(root, 0, 10)]).0, 110);
    for _ in 0..10 {
        assert_eq!(update(&mut tree, &[busy(root, 0, 10)]).0, 110);
    }
    assert_eq!(update(&mut tree, &[busy(root, 0, 15)]).0, 115, "of a child that no pass saw");
}

#[test]
fn time_of_children_nobody_waits_for_stays() {
    let mut tree = tree_at_root();
    let root = stat(ROOT, INIT, 0);
    for (round, pid) in (600..604).enumerate() {
        let child = busy(stat(pid, ROOT, 5), 10, 0);
        assert_eq!(update(&mut tree, &[root, child]).0, 10 * (round as u64 + 1));
    }
}

#[test]
fn what_an_adopter_had_waited_for_and_its_own_time_do_not_count() {
    let adopter = busy(stat(ROOT, INIT, 0), 1_000, 5_000);
    let mut tree = Tree::new(None, Some(identity(&adopter)), CpuLedger::below(&adopter));
    let command = busy(stat(501, ROOT, 5), 10, 0);
    assert_eq!(update(&mut tree, &[adopter, command]), (10, vec![501]));
    assert!(tree.contains(ROOT) && tree.root().is_none());
    assert_eq!(update(&mut tree, &[busy(adopter, 1_001, 5_011)]), (11, vec![]));
}

#[test]
fn circles_of_parents_and_the_largest_numbers_end() {
    let mut tree = tree_at_root();
    let huge = |pid, parent| busy(stat(pid, parent, 0), u64::MAX, u64::MAX);
    let circle = [huge(ROOT, 501), huge(501, 502), huge(502, ROOT), huge(503, 503)];
    assert_eq!(update(&mut tree, &circle), (u64::MAX, vec![ROOT, 501, 502]));
    assert_eq!(update(&mut tree, &[]), (u64::MAX, vec![]));
}
