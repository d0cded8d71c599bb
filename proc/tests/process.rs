//! The processes of a job, in trees of files.

use std::time::Duration;

use mmstats_proc::process::{Table, Totals, Tree, cpu_usage_between};
use mmstats_testing::kernel_files::{Fixture, stat_line};

fn pass(fixture: &Fixture, tree: &mut Tree) -> Totals {
    let roots = fixture.roots();
    let table = Table::read(&roots).unwrap();
    tree.update(&roots, &table);
    Totals::read(&roots, tree, &table)
}

#[test]
fn sums_over_a_job_with_hostile_names() {
    let host = Fixture::new("host");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    let totals = pass(&host, &mut tree);
    let mut pids: Vec<_> = tree.processes().iter().map(|it| it.pid).collect();
    pids.sort_unstable();
    assert_eq!(pids, [4242, 4243, 4244, 4245]);
    assert_eq!(totals.run_time, Some(Duration::from_secs(1000)));
    assert_eq!(totals.cpu_time, 700 + 250 + 440 + 15 + 5);
    assert_eq!(totals.cpu_usage(), Some(1.41));
    assert_eq!((totals.rss, totals.virtual_memory), (Some(55_700), Some(238_000)));
    assert_eq!((totals.minor_faults, totals.major_faults), (1337, 8));
    assert_eq!((totals.processes, totals.threads, totals.open_files), (4, 7, Some(8)));
    assert_eq!(tree.root().unwrap().pid, 4242);
}

#[test]
fn a_process_that_ends_between_two_reads_is_gone_without_harm() {
    let host = Fixture::new("host");
    let roots = host.roots();
    let mut tree = Tree::of(&roots, 4242).unwrap();
    let table = Table::read(&roots).unwrap();
    host.remove("proc/4244");
    tree.update(&roots, &table);
    let totals = Totals::read(&roots, &tree, &table);
    assert_eq!((totals.rss, totals.open_files), (Some(55_000), Some(7)));
    let totals = pass(&host, &mut tree);
    assert_eq!((totals.processes, totals.cpu_time), (3, 1410), "what it used stays");
}

#[test]
fn open_files_need_those_of_the_root() {
    let host = Fixture::new("host");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    // As for another user's process: neither gone nor readable.
    host.remove("proc/4243/fd");
    host.write("proc/4243/fd", "");
    assert_eq!(pass(&host, &mut tree).open_files, Some(5), "the others'");
    host.remove("proc/4242/fd");
    host.write("proc/4242/fd", "");
    assert_eq!(pass(&host, &mut tree).open_files, None);
}

#[test]
fn a_job_whose_root_is_gone_keeps_its_time_and_has_no_run_time() {
    let host = Fixture::new("host");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    let first = pass(&host, &mut tree);
    host.remove("proc/4242");
    host.replace("proc/4243/stat", ") R 4242 ", ") R 1 ");
    let totals = pass(&host, &mut tree);
    assert!(tree.root().is_none());
    assert_eq!((totals.run_time, totals.cpu_usage(), totals.open_files), (None, None, None));
    assert_eq!((totals.processes, totals.cpu_time), (3, first.cpu_time));
    // Its pid is given to a stranger.
    host.write("proc/4242/stat", stat_line(4242, 1, 17_250_000, 9_999, 0));
    assert_eq!((pass(&host, &mut tree).processes, tree.root()), (3, None));
    assert!(Tree::of(&host.roots(), 1234).is_none());
}

#[test]
fn a_root_that_ended_is_there_until_its_parent_waits() {
    let host = Fixture::new("host");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    pass(&host, &mut tree);
    assert!(!tree.root().unwrap().has_ended());
    host.replace("proc/4242/stat", ") S 1 ", ") Z 1 ");
    pass(&host, &mut tree);
    assert!(tree.root().unwrap().has_ended());
}

#[test]
fn usage_between_two_samples() {
    let host = Fixture::new("host");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    let before = pass(&host, &mut tree);
    host.replace("proc/4243/stat", " 400 40 ", " 700 40 ");
    let mut after = pass(&host, &mut tree);
    after.taken = before.taken + Duration::from_secs(2);
    assert_eq!(cpu_usage_between(&before, &after), Some(150.0));
    assert_eq!(cpu_usage_between(&after, &before), None);
    after.taken = before.taken;
    assert_eq!(cpu_usage_between(&before, &after), None);
}

#[test]
fn below_an_adopter_the_root_is_the_command_and_orphans_are_found() {
    let host = Fixture::empty();
    host.write("proc/uptime", "100.00 0\n");
    host.write("proc/700/stat", stat_line(700, 1, 10, 50, 1_000));
    let roots = host.roots();
    let mut tree = Tree::below(&roots, 700).unwrap();
    host.write("proc/300/stat", stat_line(300, 700, 5_000, 20, 0));
    assert!(tree.set_root(&roots, 300) && !tree.set_root(&roots, 301));
    let totals = pass(&host, &mut tree);
    assert_eq!(totals.run_time, Some(Duration::from_secs(50)));
    assert_eq!((totals.processes, totals.cpu_time), (1, 20));
    host.remove("proc/300");
    // An orphan that no pass saw before its parent ended.
    host.write("proc/301/stat", stat_line(301, 700, 5_100, 3, 0));
    host.write("proc/700/stat", stat_line(700, 1, 10, 60, 1_025));
    let totals = pass(&host, &mut tree);
    assert_eq!((totals.processes, totals.cpu_time, totals.run_time), (1, 28, None));
    assert!(Tree::below(&roots, 1).is_none());
}

#[test]
fn the_clock_of_another_tree_is_its_uptime() {
    let host = Fixture::new("host");
    let since_boot = |host: &Fixture| Table::read(&host.roots()).unwrap().since_boot();
    assert_eq!(since_boot(&host), Some(Duration::from_millis(172_800_500)));
    host.remove("proc/uptime");
    assert_eq!(since_boot(&host), None);
    host.write("proc/uptime", "1.00 1\n");
    let mut tree = Tree::of(&host.roots(), 4242).unwrap();
    assert_eq!(pass(&host, &mut tree).run_time, None, "a container's clock is behind");
}
