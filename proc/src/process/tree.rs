//! The processes of a job.

use std::collections::{HashMap, HashSet, VecDeque};

use super::cpu_ledger::CpuLedger;
use super::stat::Stat;
use super::table::Table;
use crate::Roots;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

/// A process at any time: a pid alone may be given to another one.
type Identity = (u32, u64);

/// A job: a process, its descendants by parent, and whoever was found to be one, also after its parent
/// ended. A process that loses its parent before any pass over `/proc` saw it isn't found, unless the job
/// is [below](Self::below) a process that adopts orphans.
#[derive(Debug, Clone)]
pub struct Tree {
    root: Option<Identity>,
    adopter: Option<Identity>,
    /// Start times of its processes by pid, and that of the adopter.
    members: HashMap<u32, u64>,
    /// As of the last pass, parents first, without the adopter.
    processes: Vec<Stat>,
    ledger: CpuLedger,
}

impl Tree {
    /// The job whose root is this process. Its processes are known from the first
    /// [`update`](Self::update) on. `None` if there is no such process.
    pub fn of(roots: &Roots, pid: u32) -> Option<Self> {
        let root = identity(&Stat::read(roots, pid)?);
        Some(Self::new(Some(root), None, CpuLedger::default()))
    }

    /// The job of all descendants of a process, without itself: one that starts a command and adopts
    /// orphans (`PR_SET_CHILD_SUBREAPER`), so that none is missed. Processor time for which it has waited
    /// up to now doesn't count: it may be from before its program was executed. `None` if there is no
    /// such process.
    pub fn below(roots: &Roots, adopter: u32) -> Option<Self> {
        let stat = Stat::read(roots, adopter)?;
        Some(Self::new(None, Some(identity(&stat)), CpuLedger::below(&stat)))
    }

    fn new(root: Option<Identity>, adopter: Option<Identity>, ledger: CpuLedger) -> Self {
        let members = root.into_iter().chain(adopter).collect();
        Self { root, adopter, members, processes: Vec::new(), ledger }
    }

    /// Makes a process the root: of a tree [below](Self::below) another, the command that was started.
    /// Returns whether there is such a process.
    pub fn set_root(&mut self, roots: &Roots, pid: u32) -> bool {
        let root = Stat::read(roots, pid).as_ref().map(identity);
        if root.is_some() {
            self.root = root;
            self.members.extend(root);
        }
        root.is_some()
    }

    /// Enters a pass over `/proc`. Roots are those that it was read from: some processes are read again.
    pub fn update(&mut self, roots: &Roots, table: &Table) {
        self.update_with(table, |pid| Stat::read(roots, pid));
    }

    fn update_with(&mut self, table: &Table, read_again: impl FnMut(u32) -> Option<Stat>) {
        let found = self.find(table);
        let (mut alive, gone) = self.in_order(&self.parents_first(&found, table), read_again);
        self.ledger.update(&alive, &gone);
        self.members = alive.iter().map(identity).collect();
        alive.retain(|stat| Some(identity(stat)) != self.adopter);
        self.processes = alive;
    }

    /// Who was a member and still lives, and all descendants.
    fn find<'a>(&self, table: &'a Table) -> HashMap<u32, &'a Stat> {
        let lives =
            |(pid, start): (&u32, &u64)| table.get(*pid).filter(|it| it.start_time == *start);
        let mut pending: Vec<_> = self.members.iter().filter_map(lives).collect();
        let mut found: HashMap<_, _> = pending.iter().map(|&stat| (stat.pid, stat)).collect();
        while let Some(parent) = pending.pop() {
            for child in table.children(parent.pid) {
                if found.insert(child.pid, child).is_none() {
                    pending.push(child);
                }
            }
        }
        found
    }

    /// The same processes, each behind its parent if that is among them. Those that lost their parent
    /// during the pass are behind all others: one of these may have adopted them.
    fn parents_first(&self, found: &HashMap<u32, &Stat>, table: &Table) -> Vec<Stat> {
        let mut order = Vec::with_capacity(found.len());
        let mut seen = HashSet::with_capacity(found.len());
        let mut by_pid: Vec<_> = found.values().copied().collect();
        by_pid.sort_unstable_by_key(|stat| stat.pid);
        let tops = by_pid.iter().filter(|stat| !found.contains_key(&stat.parent));
        let (orphans, tops): (Vec<_>, Vec<_>) = tops.partition(|stat| self.contains(stat.parent));
        // Processes in a circle of parents, which the kernel doesn't make, follow at the end.
        for &top in tops.into_iter().chain(orphans).chain(&by_pid) {
            let mut pending = VecDeque::from([top]);
            while let Some(stat) = pending.pop_front() {
                if seen.insert(stat.pid) {
                    order.push(*stat);
                    pending.extend(table.children(stat.pid));
                }
            }
        }
        order
    }

    /// Makes sure that each process was read after the one that will wait for it: the table is read by
    /// rising pid, which isn't the order in which they were started once pids begin anew. Returns those
    /// that live and those that ended meanwhile.
    fn in_order(
        &self,
        processes: &[Stat],
        mut read_again: impl FnMut(u32) -> Option<Stat>,
    ) -> (Vec<Stat>, Vec<Stat>) {
        let found: HashSet<_> = processes.iter().map(|stat| stat.pid).collect();
        let mut again = HashSet::new();
        let (mut alive, mut gone) = (Vec::with_capacity(processes.len()), Vec::new());
        for stat in processes {
            let in_order = if found.contains(&stat.parent) {
                stat.parent < stat.pid && !again.contains(&stat.parent)
            } else {
                // A parent that was there in the last pass ended in this one, and who adopts is unknown.
                !self.contains(stat.parent)
            };
            if in_order {
                alive.push(*stat);
                continue;
            }
            again.insert(stat.pid);
            match read_again(stat.pid).filter(|it| it.is_same_process(stat)) {
                Some(later) => alive.push(later),
                None => gone.push(*stat),
            }
        }
        (alive, gone)
    }

    /// Its processes in the last pass, parents before children. One that ended is among them until its
    /// parent waits for it.
    pub fn processes(&self) -> &[Stat] {
        &self.processes
    }

    /// The root in the last pass, perhaps [ended](Stat::has_ended). `None` if it is gone, and before the
    /// first pass.
    pub fn root(&self) -> Option<&Stat> {
        let root = self.root?;
        self.processes.iter().find(|stat| identity(stat) == root)
    }

    /// Whether a process was in it in the last pass, or is the one below which it is.
    pub fn contains(&self, pid: u32) -> bool {
        self.members.contains_key(&pid)
    }

    /// User and system time of its processes, those that ended included, in clock ticks, from
    /// `/proc/PID/stat`. It never falls and counts nothing twice.
    ///
    /// Below a process that adopts orphans it is, when all have ended and were waited for, the sum of
    /// what `wait4` reports, in whole ticks. Otherwise it is short by what processes that nobody in the
    /// job waits for used since the last pass. If such a process and its parent end between two passes,
    /// time of others that no pass ever saw may be taken for theirs.
    pub fn cpu_time(&self) -> u64 {
        self.ledger.total()
    }
}

fn identity(stat: &Stat) -> Identity {
    (stat.pid, stat.start_time)
}
