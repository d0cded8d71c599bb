//! Processor time of a job, also of processes that ended.
//!
//! Each process that lives has its own time, and that of children that it waited for. If a child ends,
//! two things must meet: what was seen of it, and what `waited_time` of its parent gains. They aren't
//! read at one moment, and a parent may not wait at all. So what was seen of a process that vanished is
//! *expected* of its parent. What that gains pays for it, in this pass or the next: by then the kernel has
//! added it. What isn't paid by then never will be, and counts as ended.
//!
//! If the parent vanished, too, who waited for the child is unknown: the parent, whoever adopted the child,
//! or nobody in the job. Its time has *strayed*: whoever gains more than was expected pays for it. What
//! nobody pays for in ten passes counts as ended. Below a process that adopts orphans, nobody else waits
//! for any of the job: there all time strays, until it is paid.
//!
//! Counted are own and waited time of all that live, what is expected, has strayed, and ended. No step
//! lowers the sum, as the last time of a child is at least what was seen of it. This holds if a process
//! is read after the one that will wait for it: else it could be seen alive, and then in the other's
//! `waited_time`.

use std::collections::HashMap;
use std::mem;

use super::stat::Stat;

/// How long strayed time waits to be paid. What was gained for it may first have paid for children that
/// ended during the pass, and so on. With 4 passes, in 1 of 1,000 simulated jobs time counted twice.
const PASSES: usize = 10;

/// The processor time of a job's processes, in clock ticks.
#[derive(Debug, Clone, Default)]
pub(super) struct CpuLedger {
    /// The process whose children are the job, and what it had waited for before.
    adopter: Option<(u32, u64)>,
    /// By pid, as of the last pass.
    accounts: HashMap<u32, Account>,
    /// By the passes since, the last one first.
    strayed: [u64; PASSES],
    /// Of processes that vanished, and that no other's time includes.
    ended: u64,
    total: u64,
}

#[derive(Debug, Clone)]
struct Account {
    stat: Stat,
    /// What `waited_time` gained in this pass, and hasn't paid for anything.
    gained: u64,
    /// What was seen of children that vanished in this pass.
    expected: u64,
    /// The same of the pass before.
    overdue: u64,
}

impl CpuLedger {
    /// A job of the descendants of a process, whose own time doesn't count, nor what it waited for so far.
    pub(super) fn below(adopter: &Stat) -> Self {
        Self { adopter: Some((adopter.pid, adopter.waited_time)), ..Self::default() }
    }

    /// User and system time of all processes that were ever seen, and of children for which they waited.
    /// Never falls.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Enters a pass: the processes that live, and those that were seen in it and ended before it was
    /// over, parents first. No pid is in both.
    pub(super) fn update(&mut self, alive: &[Stat], gone: &[Stat]) {
        let old = mem::take(&mut self.accounts);
        let open = |stat: &Stat| (stat.pid, Account::open(*stat, old.get(&stat.pid)));
        self.accounts = alive.iter().chain(gone).map(open).collect();
        for account in old.values() {
            let same = self.accounts.get(&account.stat.pid);
            if !same.is_some_and(|it| it.stat.is_same_process(&account.stat)) {
                self.pass_on(account, &old);
            }
        }
        let mut surplus = 0u64;
        // Children first, so that what they had is with their parent when that is asked.
        for stat in gone.iter().rev() {
            if let Some(mut account) = self.accounts.remove(&stat.pid) {
                account.pay();
                surplus = surplus.saturating_add(account.gained);
                self.end(mem::take(&mut account.overdue));
                self.pass_on(&account, &old);
            }
        }
        let mut overdue = 0u64;
        for account in self.accounts.values_mut() {
            account.pay();
            surplus = surplus.saturating_add(account.gained);
            overdue = overdue.saturating_add(mem::take(&mut account.overdue));
        }
        self.end(overdue);
        self.pay_strayed(surplus);
        self.total = self.total.max(self.sum());
    }

    fn end(&mut self, time: u64) {
        self.ended = self.ended.saturating_add(time);
    }

    /// The oldest first. What is too old by the next pass has ended.
    fn pay_strayed(&mut self, mut surplus: u64) {
        for strayed in self.strayed.iter_mut().rev() {
            pay(strayed, &mut surplus);
        }
        let oldest = mem::take(&mut self.strayed[PASSES - 1]);
        self.strayed.rotate_right(1);
        if self.adopter.is_some() {
            self.strayed[PASSES - 1] = self.strayed[PASSES - 1].saturating_add(oldest);
        } else {
            self.end(oldest);
        }
    }

    fn sum(&self) -> u64 {
        let times = self.accounts.values().flat_map(|it| [self.time_of(&it.stat), it.expected]);
        times.chain(self.strayed).fold(self.ended, u64::saturating_add)
    }

    fn time_of(&self, stat: &Stat) -> u64 {
        match self.adopter {
            Some((pid, before)) if pid == stat.pid => stat.waited_time.saturating_sub(before),
            _ => stat.cpu_time().saturating_add(stat.waited_time),
        }
    }

    /// Expects the time of a process that vanished of its parent, or has it strayed. If the parent isn't of
    /// the job, it has ended.
    fn pass_on(&mut self, vanished: &Account, old: &HashMap<u32, Account>) {
        let child = &vanished.stat;
        let time = self.time_of(child);
        // A parent starts before its child; a process that has its pid by now may not have.
        let may_be_parent =
            |it: &Account| it.stat.pid != child.pid && it.stat.start_time <= child.start_time;
        let parent = self.accounts.get_mut(&child.parent).filter(|it| may_be_parent(it));
        let was_there = old.get(&child.parent).is_some_and(may_be_parent);
        match parent {
            Some(parent) if self.adopter.is_none() => {
                parent.expected = parent.expected.saturating_add(time);
            }
            None if !was_there && self.adopter.is_none() => self.end(time),
            _ => self.strayed[0] = self.strayed[0].saturating_add(time),
        }
        // It may have ended before those of whom this was expected, too.
        self.strayed[0] = self.strayed[0].saturating_add(vanished.expected);
    }
}

fn pay(owed: &mut u64, from: &mut u64) {
    let paid = (*owed).min(*from);
    *owed -= paid;
    *from -= paid;
}

impl Account {
    /// The account of a process in a pass; `before` is who had its pid in the last one.
    fn open(stat: Stat, before: Option<&Self>) -> Self {
        let before = before.filter(|it| it.stat.is_same_process(&stat));
        let waited_before = before.map_or(0, |it| it.stat.waited_time);
        Self {
            stat,
            gained: stat.waited_time.saturating_sub(waited_before),
            expected: 0,
            overdue: before.map_or(0, |it| it.expected),
        }
    }

    fn pay(&mut self) {
        pay(&mut self.overdue, &mut self.gained);
        pay(&mut self.expected, &mut self.gained);
    }
}
