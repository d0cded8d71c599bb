//! Jobs in a kernel that the tests play, whose processes fork, run, end and are waited for between any two
//! reads.

use std::collections::BTreeMap;
use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRng};

use super::tests::{INIT, ROOT, stat, tree_at_root, tree_below_root};
use super::*;

/// What a kernel does with a child that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Parents wait for their children, and end after them.
    Waited,
    /// Nobody waits: SIGCHLD is ignored.
    Ignored,
    /// Parents end before their children; the process above the root adopts these, and waits.
    Adopted,
    /// The same, where that process is the root.
    AdoptedByRoot,
    /// Parents end before their children, which `init` adopts.
    Orphaned,
}

const MODES: [Mode; 5] =
    [Mode::Waited, Mode::Ignored, Mode::Adopted, Mode::AdoptedByRoot, Mode::Orphaned];

#[derive(Debug, Clone)]
struct Process {
    stat: Stat,
    /// What the last pass saw of it, as one of the job.
    seen: u64,
}

struct Kernel {
    mode: Mode,
    processes: BTreeMap<u32, Process>,
    /// The time of all processes of the job that ever were, those of the adopter not included.
    used: u64,
    /// What passes saw of processes that ended.
    seen_of_ended: u64,
    clock: u64,
    last_pid: u32,
    rng: TestRng,
}

impl Kernel {
    fn new(mode: Mode, mut rng: TestRng) -> Self {
        let processes = [(INIT, 0), (ROOT, INIT)];
        let processes =
            processes.map(|(pid, parent)| (pid, Process { stat: stat(pid, parent, 0), seen: 0 }));
        Self {
            mode,
            processes: processes.into(),
            used: 0,
            seen_of_ended: 0,
            clock: 0,
            last_pid: 2 + rng.next_u32() % 998,
            rng,
        }
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.rng.next_u32() % limit
    }

    fn any(&mut self) -> u32 {
        let pids: Vec<u32> = self.processes.keys().copied().filter(|&pid| pid != INIT).collect();
        let index = self.below(pids.len() as u32);
        pids[index as usize]
    }

    /// In turn, as Linux does; they begin anew every few passes, and aren't given twice within one.
    fn next_pid(&mut self) -> u32 {
        loop {
            self.last_pid = if self.last_pid == 999 { 2 } else { self.last_pid + 1 };
            if !self.processes.contains_key(&self.last_pid) {
                return self.last_pid;
            }
        }
    }

    fn step(&mut self) {
        self.clock += 1;
        let pid = self.any();
        match self.below(5) {
            0 | 1 => {
                let ticks = u64::from(self.below(50));
                self.processes.get_mut(&pid).unwrap().stat.user_time += ticks;
                self.used += ticks;
            }
            2 | 3 if self.processes.len() < 40 => {
                let start = self.clock;
                let child = self.next_pid();
                self.processes.insert(child, Process { stat: stat(child, pid, start), seen: 0 });
            }
            _ => self.end(pid),
        }
    }

    fn end(&mut self, pid: u32) {
        let children: Vec<u32> = self
            .processes
            .values()
            .filter(|it| it.stat.parent == pid)
            .map(|it| it.stat.pid)
            .collect();
        let adopter = match self.mode {
            _ if pid == ROOT => return,
            Mode::Waited if !children.is_empty() => return,
            Mode::Adopted | Mode::AdoptedByRoot => ROOT,
            _ => INIT,
        };
        for child in children {
            self.processes.get_mut(&child).unwrap().stat.parent = adopter;
        }
        let ended = self.processes.remove(&pid).unwrap();
        if self.mode != Mode::Ignored {
            let time = ended.stat.cpu_time() + ended.stat.waited_time;
            self.processes.get_mut(&ended.stat.parent).unwrap().stat.waited_time += time;
        }
        self.seen_of_ended += ended.seen;
    }

    fn read(&self, pid: u32) -> Option<Stat> {
        Some(self.processes.get(&pid)?.stat)
    }

    fn steps(&mut self, most: u32) {
        for _ in 0..self.below(most + 1) {
            self.step();
        }
    }

    /// A pass, between whose reads anything may happen.
    fn pass(&mut self, tree: &mut Tree, busy: u32) {
        let pids: Vec<u32> = self.processes.keys().copied().collect();
        let mut read = Vec::new();
        for pid in pids {
            self.steps(busy);
            read.extend(self.read(pid));
        }
        let table = Table::new(Instant::now(), None, read);
        tree.update_with(&table, |pid| {
            self.steps(busy);
            self.read(pid)
        });
        for member in tree.processes() {
            let process = self.processes.get_mut(&member.pid);
            if let Some(process) = process.filter(|it| it.stat.is_same_process(member)) {
                process.seen = member.cpu_time();
            }
        }
    }

    fn end_all(&mut self) {
        while self.processes.len() > 2 {
            let pid = self.any();
            self.end(pid);
        }
    }
}

fn tree_of_root(mode: Mode) -> Tree {
    if mode == Mode::Adopted { tree_below_root() } else { tree_at_root() }
}

fn run(mode: Mode, busy: u32, rng: TestRng) -> Result<(), TestCaseError> {
    let mut kernel = Kernel::new(mode, rng);
    let mut tree = tree_of_root(mode);
    let mut last = 0;
    for _ in 0..30 {
        kernel.steps(12);
        kernel.pass(&mut tree, busy);
        let now = tree.cpu_time();
        prop_assert!(now >= last, "it fell from {last} to {now}");
        let adopter = if mode == Mode::Adopted { own_time(&kernel) } else { 0 };
        prop_assert!(now <= kernel.used - adopter, "{now} counted, {} used", kernel.used - adopter);
        if matches!(mode, Mode::Ignored) {
            let seen: u64 = kernel.processes.values().map(|it| it.seen).sum();
            prop_assert!(now >= kernel.seen_of_ended + seen, "less than was seen");
        }
        last = now;
    }
    kernel.end_all();
    for _ in 0..2 {
        kernel.pass(&mut tree, 0);
    }
    match mode {
        Mode::Waited | Mode::AdoptedByRoot => prop_assert_eq!(tree.cpu_time(), kernel.used),
        Mode::Adopted => prop_assert_eq!(tree.cpu_time(), kernel.used - own_time(&kernel)),
        Mode::Ignored | Mode::Orphaned => {}
    }
    Ok(())
}

fn own_time(kernel: &Kernel) -> u64 {
    kernel.processes[&ROOT].stat.cpu_time()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(18), ..ProptestConfig::default() })]

    #[test]
    fn time_never_falls_and_counts_nothing_twice(
        mode in prop::sample::select(MODES.to_vec()),
        busy in 0u32..4,
        rng in any::<u64>().prop_perturb(|_, rng| rng),
    ) {
        run(mode, busy, rng)?;
    }
}
