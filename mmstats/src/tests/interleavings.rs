//! Checks every interleaving of a writer and a reader of a struct value with loom.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test --release -p mmstats --lib interleavings
//! ```
//!
//! It checks the real code: [`publish`] over loom's words in place of mapped ones, and
//! [`is_consistent`] over copies of them. Broken variants are shown to fail: a model that couldn't
//! detect them would prove nothing.
//!
//! A copy consists of relaxed loads, each of which returns any value that the memory model allows.
//! The order within a copy isn't guaranteed, so all orders that matter are tried: whether the index
//! or the sequence number comes first, and which component. Loads that nothing depends on are left
//! out, and a read ends once it can't be accepted, or there would be too many interleavings.

use std::num::NonZero;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::thread::available_parallelism;

use loom::model::Builder;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU8, AtomicU64, Ordering, fence};
use loom::thread;

use crate::memory::protocol::{Words, publish};
use crate::read::consistent::is_consistent;

const COMPONENTS: usize = 2;
/// The words of one buffer: the components and the sequence number.
const SIZE: usize = COMPONENTS + 1;

/// A deliberate mistake, to show that the correct code is necessary.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    /// Nothing orders the components after the odd number.
    NoFence,
    /// The even number doesn't order the components before it.
    RelaxedEven,
    /// The index names a buffer for readers before it is written.
    FlipFirst,
    /// Index, number and components come from one copy.
    OneCopy,
    /// Two equal copies are taken as consistent.
    TwoCopies,
    /// Only the number is compared.
    NoIndexCheck,
}

/// The order in which a copy loads the index and the sequence number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    IndexFirst,
    /// The number that belongs to this index is loaded before it. If another index is found,
    /// another number would have been loaded: the case with that index covers this.
    IndexLast(u8),
}

/// The order in which the three copies of a read load what the reader checks.
#[derive(Clone, Copy, Debug)]
struct Reading {
    first: Order,
    /// The last component before the first.
    backwards: bool,
    index_first_again: bool,
}

fn readings() -> impl Iterator<Item = Reading> + Clone {
    let orders = [Order::IndexFirst, Order::IndexLast(0), Order::IndexLast(1)];
    orders.into_iter().flat_map(|first| {
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        flags.map(|(backwards, index_first_again)| Reading { first, backwards, index_first_again })
    })
}

/// A struct value in loom's memory.
struct Value {
    index: AtomicU8,
    words: Vec<AtomicU64>,
    flaw: Flaw,
}

impl Value {
    fn new(flaw: Flaw) -> Self {
        let words = (0..2 * SIZE).map(|_| AtomicU64::new(0)).collect();
        Self { index: AtomicU8::new(0), words, flaw }
    }

    /// Publishes an update. The second component is its number; the first one returns to an old
    /// value at the third update: an equal value doesn't mean that nothing happened.
    fn update(&self, number: u64) {
        publish(self, SIZE, |first| {
            self.store(first, number % 3);
            self.store(first + 1, number);
        });
    }

    /// The write buffer, and the sequence number of the other one: what the outer copies load.
    fn state(&self, order: Order) -> Option<(u8, u64)> {
        match order {
            Order::IndexFirst => {
                let index = self.index();
                Some((index, self.sequence(index)))
            }
            Order::IndexLast(expected) => {
                let sequence = self.sequence(expected);
                (self.index() == expected).then_some((expected, sequence))
            }
        }
    }

    fn sequence(&self, index: u8) -> u64 {
        self.load(first_read(index) + COMPONENTS)
    }

    /// What the copy between them loads.
    fn components(&self, index: u8, backwards: bool) -> [u64; COMPONENTS] {
        let load = |component| self.load(first_read(index) + component);
        if backwards {
            let last = load(1);
            [load(0), last]
        } else {
            [load(0), load(1)]
        }
    }

    /// The values that a reader accepts, if any.
    fn read(&self, reading: Reading) -> Option<[u64; COMPONENTS]> {
        if self.flaw == Flaw::TwoCopies {
            return self.read_twice(reading);
        }
        let before = self.state(reading.first).filter(|state| is_consistent(*state, *state))?;
        if self.flaw == Flaw::OneCopy {
            return Some(self.components(before.0, reading.backwards));
        }
        fence(Ordering::Acquire);
        let components = self.components(before.0, reading.backwards);
        fence(Ordering::Acquire);
        let after = match self.flaw {
            Flaw::NoIndexCheck => (before.0, self.sequence(before.0)),
            _ if reading.index_first_again => self.state(Order::IndexFirst)?,
            _ => self.state(Order::IndexLast(before.0))?,
        };
        is_consistent(before, after).then_some(components)
    }

    /// Two copies: the first loads the state last, the other one first.
    fn read_twice(&self, reading: Reading) -> Option<[u64; COMPONENTS]> {
        let one = [0, 1].map(|index| self.components(index, reading.backwards));
        let before = self.state(reading.first)?;
        fence(Ordering::Acquire);
        let after = self.state(reading.first)?;
        let other = self.components(after.0, reading.backwards);
        (is_consistent(before, after) && one[usize::from(before.0)] == other).then_some(other)
    }
}

/// The first word of the buffer that readers take.
fn first_read(index: u8) -> usize {
    usize::from(index ^ 1) * SIZE
}

impl Words for Value {
    fn index(&self) -> u8 {
        self.index.load(Ordering::Relaxed)
    }

    fn release_index(&self, index: u8) {
        if self.flaw != Flaw::FlipFirst {
            self.index.store(index, Ordering::Release);
        }
    }

    fn load(&self, word: usize) -> u64 {
        self.words[word].load(Ordering::Relaxed)
    }

    fn store(&self, word: usize, value: u64) {
        if self.flaw == Flaw::FlipFirst && word % SIZE == COMPONENTS {
            self.index.store(self.index() ^ 1, Ordering::Release);
        }
        self.words[word].store(value, Ordering::Relaxed);
    }

    fn release(&self, word: usize, value: u64) {
        let order =
            if self.flaw == Flaw::RelaxedEven { Ordering::Relaxed } else { Ordering::Release };
        self.words[word].store(value, order);
    }

    fn fence(&self) {
        if self.flaw != Flaw::NoFence {
            fence(Ordering::Release);
        }
    }
}

/// The number of updates: each buffer is written again, and one of them a third time.
const UPDATES: u64 = 3;

/// Checks all interleavings of up to three preemptions (or `LOOM_MAX_PREEMPTIONS`): nothing is torn
/// or older than what was seen before.
fn check<const READS: usize>(flaw: Flaw, readings: [Reading; READS]) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    builder.check(move || {
        let value = Arc::new(Value::new(flaw));
        let written = Arc::clone(&value);
        // Both in their own threads: if the model's first thread reads, loom leaves interleavings
        // out.
        let writer = thread::spawn(move || (1..=UPDATES).for_each(|number| written.update(number)));
        let reader = thread::spawn(move || {
            let mut last = 0;
            for [first, second] in readings.into_iter().filter_map(|reading| value.read(reading)) {
                assert_eq!(first, second % 3, "torn");
                assert!(second >= last, "{second} after {last}");
                last = second;
            }
        });
        writer.join().expect("the writer doesn't panic");
        reader.join().expect("the reader accepts nothing wrong");
    });
}

/// Two reads in a row. The order of components can only tear a value, which one read shows.
fn in_a_row() -> impl Iterator<Item = [Reading; 2]> {
    let readings = readings().filter(|reading| !reading.backwards);
    let again = readings.clone();
    readings.flat_map(move |first| again.clone().map(move |second| [first, second]))
}

/// Checks all models, as many at a time as there are processors: a model runs in one thread.
fn check_all<const READS: usize>(readings: impl Iterator<Item = [Reading; READS]> + Send) {
    let readings = Mutex::new(readings.enumerate());
    let next = || readings.lock().expect("no iterator panics").next();
    std::thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some((number, readings)) = next() {
                    println!("{number}: {readings:?}");
                    check(Flaw::None, readings);
                }
            });
        }
    });
}

/// Fails with this message, in some order of loads.
fn fails<const READS: usize>(
    flaw: Flaw,
    mut readings: impl Iterator<Item = [Reading; READS]>,
    how: &str,
) {
    let fails = readings.any(|readings| {
        catch_unwind(|| check(flaw, readings)).is_err_and(|error| {
            error.downcast_ref::<String>().is_some_and(|message| message.contains(how))
        })
    });
    assert!(fails, "{flaw:?}: nothing is {how}");
}

fn tears(flaw: Flaw) {
    fails(flaw, readings().map(|reading| [reading]), "torn");
}

fn steps_back(flaw: Flaw) {
    fails(flaw, in_a_row(), "after");
}

#[test]
fn what_is_accepted_is_whole() {
    check_all(readings().map(|reading| [reading]));
}

#[test]
fn two_readings_in_a_row_never_step_back() {
    check_all(in_a_row());
}

#[test]
fn without_the_writer_s_fence_it_tears() {
    tears(Flaw::NoFence);
}

#[test]
fn with_a_relaxed_even_store_it_tears() {
    tears(Flaw::RelaxedEven);
}

#[test]
fn with_one_copy_it_tears() {
    tears(Flaw::OneCopy);
}

#[test]
fn with_two_copies_it_tears() {
    tears(Flaw::TwoCopies);
}

#[test]
fn with_the_flip_first_it_steps_back() {
    steps_back(Flaw::FlipFirst);
}

#[test]
fn without_the_index_check_it_steps_back() {
    steps_back(Flaw::NoIndexCheck);
}
