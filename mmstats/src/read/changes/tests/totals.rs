//! Whatever becomes of programs and files, increases add up to what was counted.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::made::{MadeFile, Poll, Polled, START};
use crate::read::{Changes, Increase};

/// What happens to programs between two polls.
#[derive(Clone, Debug)]
enum Step {
    Count(Index, u64),
    Begin(u64),
    End(Index),
    Rename(Index, u64),
    AddStat(Index),
    Adopt(Index),
    BecomeUnreadable(Index),
}

fn step() -> impl Strategy<Value = Step> {
    const PATHS: u64 = 6;
    let who = any::<Index>;
    prop_oneof![
        4 => (who(), 1_u64..1000).prop_map(|(who, count)| Step::Count(who, count)),
        2 => (0..PATHS).prop_map(Step::Begin),
        1 => who().prop_map(Step::End),
        2 => (who(), 0..PATHS).prop_map(|(who, path)| Step::Rename(who, path)),
        1 => who().prop_map(Step::AddStat),
        1 => who().prop_map(Step::Adopt),
        1 => who().prop_map(Step::BecomeUnreadable),
    ]
}

/// A program, which publishes one file.
#[derive(Clone, Debug)]
struct Program {
    inode: u64,
    created: f64,
    tid: i64,
    /// Its counters.
    counts: Vec<u64>,
    /// The path at the last poll, if there was one.
    seen_at: Option<u64>,
    /// How much of its counts was there at the last poll that could read it.
    reported: u64,
    is_unreadable: bool,
}

impl Program {
    fn file(&self, path: u64) -> MadeFile {
        let file = MadeFile::new(&format!("p{path}"), self.inode, self.created);
        let counts = self.counts.iter().zip(["a", "b", "c", "d"].iter().cycle());
        counts.fold(MadeFile { tid: self.tid, ..file }, |file, (&count, label)| {
            file.counter(label, count)
        })
    }

    /// What is new now.
    fn report(&mut self) -> u64 {
        let total: u64 = self.counts.iter().sum();
        total - std::mem::replace(&mut self.reported, total)
    }
}

/// All programs that run, by the paths of their files.
#[derive(Debug, Default)]
struct Machine {
    running: BTreeMap<u64, Program>,
    ended: Vec<Program>,
    begun: u64,
}

impl Machine {
    fn begin(&mut self, path: u64, now: f64) {
        self.begun += 1;
        let program = Program {
            inode: self.begun,
            created: now,
            tid: 1,
            counts: vec![self.begun],
            seen_at: None,
            reported: 0,
            is_unreadable: false,
        };
        self.ended.extend(self.running.insert(path, program));
    }

    fn path(&self, who: Index) -> Option<u64> {
        let paths: Vec<_> = self.running.keys().copied().collect();
        (!paths.is_empty()).then(|| *who.get(&paths))
    }

    fn program(&mut self, who: Index) -> Option<&mut Program> {
        let path = self.path(who)?;
        self.running.get_mut(&path)
    }

    fn step(&mut self, step: &Step, now: f64) {
        match *step {
            Step::Count(who, count) => {
                if let Some(program) = self.program(who) {
                    let which = count as usize % program.counts.len();
                    program.counts[which] += count;
                }
            }
            Step::Begin(path) => self.begin(path, now),
            Step::End(who) => {
                let ended = self.path(who).and_then(|path| self.running.remove(&path));
                self.ended.extend(ended);
            }
            Step::Rename(who, to) => {
                if let Some(program) = self.path(who).and_then(|from| self.running.remove(&from)) {
                    self.ended.extend(self.running.insert(to, program));
                }
            }
            Step::AddStat(who) => self.program(who).into_iter().for_each(|p| p.counts.push(1)),
            Step::Adopt(who) => self.program(who).into_iter().for_each(|p| p.tid += 1),
            Step::BecomeUnreadable(who) => {
                self.program(who).into_iter().for_each(|p| p.is_unreadable = true);
            }
        }
    }

    /// What a poll finds, and how much of it is new.
    fn poll(&mut self) -> (Poll, u64) {
        let (mut poll, mut new) = (Poll::default(), 0);
        for mut program in self.ended.drain(..) {
            if let Some(path) = program.seen_at {
                new += program.report();
                poll = poll.removed(&[program.file(path)]);
            }
        }
        for (&path, program) in &mut self.running {
            let is_unreadable = std::mem::take(&mut program.is_unreadable);
            if is_unreadable && program.seen_at == Some(path) {
                poll = poll.unread(&[&format!("p{path}")]);
                continue;
            }
            new += program.report();
            poll.files.push(program.file(path).watched());
            if let Some(before) = program.seen_at.replace(path).filter(|&before| before != path) {
                poll = poll.removed(&[program.file(before)]);
            }
        }
        (poll, new)
    }
}

fn sum(changes: &Changes) -> u64 {
    let increases = changes.files().iter().flat_map(|change| {
        change.file().stats().filter_map(|stat| change.increase(&stat)).collect::<Vec<_>>()
    });
    let counts = increases.map(|increase| match increase {
        Increase::Count(count) => count,
        other => panic!("{other:?}"),
    });
    counts.sum()
}

proptest! {
    #[test]
    fn increases_add_up_to_what_was_counted(
        baseline in 0_u64..4,
        polls in prop::collection::vec(prop::collection::vec(step(), 0..12), 1..12),
    ) {
        let mut machine = Machine::default();
        (0..baseline).for_each(|path| machine.begin(path, START - 60.0));
        let mut polled = Polled::new(machine.poll().0);
        prop_assert_eq!(sum(&polled.changes), 0);
        for steps in &polls {
            let now = START + polled.monotonic.as_secs_f64() + 0.5;
            for step in steps {
                machine.step(step, now);
            }
            let (poll, new) = machine.poll();
            prop_assert_eq!(sum(polled.poll(poll)), new);
        }
        let (poll, new) = machine.poll();
        prop_assert_eq!(sum(polled.poll(poll)), new, "of files that can be read again");
    }
}
