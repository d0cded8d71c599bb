//! What the cgroup of a job has counted.

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
            let pids = cgroup.processes()?;
            let all_belong = pids.iter().all(|&pid| belongs(roots, tree, pid, MAX_GENERATIONS));
            all_belong.then_some(cgroup)
        };
        let Some(cgroup) = tree.root().and_then(own) else { return Self::default() };
        Self {
            memory: cgroup.memory(),
            memory_limit: cgroup.memory_limit(),
            oom_kills: cgroup.oom_kills(),
        }
    }
}

fn belongs(roots: &Roots, tree: &Tree, pid: u32, generations: u32) -> bool {
    if pid == 0 {
        return false;
    }
    if tree.contains(pid) {
        return true;
    }
    // One that ended since its cgroup was read has no figures any more.
    let Some(process) = Stat::read(roots, pid) else { return true };
    generations > 0 && process.parent > 0 && {
        tree.contains(process.parent) || belongs(roots, tree, process.parent, generations - 1)
    }
}
