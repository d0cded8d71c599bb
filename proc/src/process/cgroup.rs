//! What the cgroup of a job has counted.

use std::collections::HashSet;

use super::stat::Stat;
use super::tree::Tree;
use crate::Roots;
use crate::cgroup::Cgroup;

/// The cgroup v2 in which a job's root process is. Each is absent where its controller is off,
/// without a limit, and all of it if a process of the cgroup doesn't belong to the job: then the figures
/// are somebody else's, too. The process [`below`](Tree::below) which a job runs counts as the job's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCgroup {
    /// Memory in use, in bytes; see [`Cgroup::memory`].
    pub memory: Option<u64>,
    /// The limit of memory, in bytes: `memory.max`.
    pub memory_limit: Option<u64>,
    /// Processes that were killed for lack of memory: `oom_kill` of `memory.events`. It only grows.
    pub oom_kills: Option<u64>,
}

/// How far a process that isn't known is traced to one that is: it was forked after the table was read.
const MAX_GENERATIONS: u32 = 16;

impl JobCgroup {
    /// The figures now, for a tree that was just updated.
    pub fn read(roots: &Roots, tree: &Tree) -> Self {
        let own = |root: &Stat| {
            let cgroup = Cgroup::of(roots, root.pid)?;
            all_belong(roots, tree, || cgroup.processes())?.then_some(cgroup)
        };
        let Some(cgroup) = tree.root().and_then(own) else { return Self::default() };
        Self {
            memory: cgroup.memory(),
            memory_limit: cgroup.memory_limit(),
            oom_kills: cgroup.oom_kills(),
        }
    }
}

/// Whether all of a cgroup belongs to the job. `None` if its processes can't be listed.
fn all_belong(
    roots: &Roots,
    tree: &Tree,
    mut list: impl FnMut() -> Option<Vec<u32>>,
) -> Option<bool> {
    let mut unknown = Vec::new();
    for pid in list()? {
        match belongs(roots, tree, pid) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => unknown.push(pid),
        }
    }
    if unknown.is_empty() {
        return Some(true);
    }
    // One that ended since then is no longer in the list, and has no figures. One that is can't be seen by
    // this process, as where `/proc` is mounted with `hidepid`; or its parent ended.
    let listed: HashSet<_> = list()?.into_iter().collect();
    let mut left = unknown.iter().filter(|&pid| listed.contains(pid));
    Some(left.all(|&pid| belongs(roots, tree, pid) == Some(true)))
}

/// Whether a process is of the job, or was forked by one that is. `None` if it or who forked it can't be
/// read.
fn belongs(roots: &Roots, tree: &Tree, mut pid: u32) -> Option<bool> {
    for _ in 0..=MAX_GENERATIONS {
        if pid == 0 {
            return Some(false);
        }
        if tree.contains(pid) {
            return Some(true);
        }
        pid = Stat::read(roots, pid)?.parent;
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use mmstats_testing::kernel_files::{Fixture, stat_line};

    use super::super::table::Table;
    use super::*;

    #[test]
    fn who_ended_is_no_stranger_and_who_is_hidden_is() {
        let files = Fixture::new("host");
        let roots = Roots::below(files.path(""));
        let mut tree = Tree::of(&roots, 4242).unwrap();
        tree.update(&roots, &Table::read(&roots).unwrap());
        let all_belong = |lists: [Option<&[u32]>; 2]| {
            let mut lists = lists.into_iter();
            all_belong(&roots, &tree, || lists.next().unwrap().map(<[u32]>::to_vec))
        };
        let (job, with_another) = (Some(&[4242, 4243][..]), Some(&[4242, 5000][..]));
        assert_eq!(all_belong([job, None]), Some(true), "once is enough");
        assert_eq!(all_belong([with_another, job]), Some(true), "it ended");
        assert_eq!(all_belong([with_another, with_another]), Some(false), "it is hidden");
        assert_eq!(all_belong([with_another, None]), None);
        assert_eq!(all_belong([Some(&[5000, 4250]), None]), Some(false), "a stranger is known");
        // Its parent can't be seen.
        files.write("proc/5000/stat", stat_line(5000, 4999, 17_200_010, 0, 0));
        assert_eq!(all_belong([with_another, with_another]), Some(false));
    }

    #[test]
    fn a_parent_that_ended_is_asked_for_again() {
        let files = Fixture::new("host");
        let roots = Roots::below(files.path(""));
        let mut tree = Tree::of(&roots, 4242).unwrap();
        tree.update(&roots, &Table::read(&roots).unwrap());
        files.write("proc/5001/stat", stat_line(5001, 5000, 17_200_010, 0, 0));
        let mut lists = 0;
        let belongs = all_belong(&roots, &tree, || {
            lists += 1;
            if lists == 2 {
                files.write("proc/5001/stat", stat_line(5001, 4242, 17_200_010, 0, 0));
            }
            Some(vec![5001])
        });
        assert_eq!(belongs, Some(true));
    }
}
