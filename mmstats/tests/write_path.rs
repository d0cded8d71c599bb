//! The write path makes no system calls and no allocations, whatever is written and however it is
//! accessed.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write as _;

use mmstats::{Layout, MmStats, Options, PerThread, Published};
use mmstats_testing::confined::confined;
use mmstats_testing::kinds::Kinds;
use mmstats_testing::kinds::writes::{GUARDS, WRITES, Write};
use mmstats_testing::os::allocator::{self, Counting};
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often each write is made in each way: ten million times; without optimization, which is
/// twenty times slower, ten million writes altogether.
const ROUNDS: u64 = if cfg!(debug_assertions) { 50_000 } else { 10_000_000 };

/// Two layouts; a struct's fields, fields that were added later, a static.
const WAYS: usize = 2 * 3;

const STATICS: [(&str, &PerThread<Kinds>); 2] = [("Aligned", &ALIGNED), ("Packed", &PACKED)];

mmstats::per_thread! {
    static ALIGNED: Kinds = Kinds::options().layout(Layout::Aligned);
    static PACKED: Kinds = Kinds::options().layout(Layout::Packed);
}

/// Ways to access the stats: each repeats a write.
type Ways = BTreeMap<String, Box<dyn Fn(Write, u64)>>;

/// All ways, each used once. The files are already unlinked: a child that is killed leaves nothing
/// behind.
fn ways() -> Ways {
    let mut ways = Ways::new();
    for (layout, in_static) in [(Layout::Aligned, &ALIGNED), (Layout::Packed, &PACKED)] {
        let stats = nameless(Kinds::options().layout(layout));
        let later = nameless(Options::dynamic("Later").layout(layout));
        let added = Kinds::add_to(&later);
        in_static.with(|_| in_static.remove());
        let mut way = |name, write: Box<dyn Fn(Write, u64)>| {
            ways.insert(format!("{layout:?}, {name}"), write)
        };
        way("&self", Box::new(move |write, rounds| through_reference(&stats, write, rounds)));
        way("added later", Box::new(move |write, rounds| through_reference(&added, write, rounds)));
        way("per_thread!", Box::new(move |write, rounds| through_static(in_static, write, rounds)));
    }
    ways
}

fn nameless<T: MmStats>(options: Options<T>) -> Published<T> {
    let stats = options.create().unwrap();
    stats.remove();
    stats
}

fn through_reference(stats: &Kinds, write: Write, rounds: u64) {
    (0..rounds).for_each(|round| write(black_box(stats), round));
}

fn through_static(stats: &'static PerThread<Kinds>, write: Write, rounds: u64) {
    (0..rounds).for_each(|round| stats.with(|stats| write(stats, round)));
}

#[test]
fn every_write_of_every_kind_allocates_nothing() {
    for (way, write_often) in ways() {
        for (name, write) in WRITES {
            let calls = allocator::calls(|| write_often(write, ROUNDS));
            assert_eq!(calls, 0, "{name} ({way})");
        }
    }
    for (layout, of) in STATICS {
        for (name, guard) in GUARDS {
            let calls = allocator::calls(|| (0..ROUNDS).for_each(|_| guard(of)));
            assert_eq!(calls, 0, "{name} ({layout})");
        }
    }
    let calls = allocator::calls(|| drop(black_box(Box::new(1))));
    assert_eq!(calls, 2, "an allocation and its release are counted");
}

/// The clocks are read in the process (time-stamp counter, vDSO), as on every usual machine.
#[test]
fn every_write_of_every_kind_makes_no_system_call() {
    let Some((end, done)) = confined(ways, |ways, report| {
        for (way, write_often) in ways {
            for (name, write) in WRITES {
                write_often(write, ROUNDS);
                writeln!(report, "{name} ({way})").unwrap();
            }
        }
        for (layout, of) in STATICS {
            for (name, guard) in GUARDS {
                (0..ROUNDS).for_each(|_| guard(of));
                writeln!(report, "{name} ({layout})").unwrap();
            }
        }
    }) else {
        return;
    };
    let last = done.lines().last().unwrap_or("none");
    assert!(
        matches!(end, WaitStatus::Exited(_, 0)),
        "{end:?}, and the last that went well: {last}"
    );
    assert_eq!(done.lines().count(), WAYS * WRITES.len() + STATICS.len() * GUARDS.len());
    println!("{ROUNDS} times each, and no system call:\n{done}");
}

#[test]
fn a_child_that_makes_a_system_call_is_killed() {
    let Some((end, report)) = confined(ways, |_, report| {
        writeln!(report, "before").unwrap();
        let pid = nix::unistd::getpid();
        writeln!(report, "{pid}").unwrap();
    }) else {
        return;
    };
    assert!(matches!(end, WaitStatus::Signaled(_, Signal::SIGSYS, _)), "{end:?}");
    assert_eq!(report, "before\n");
}
