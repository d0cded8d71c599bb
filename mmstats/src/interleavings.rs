//! Every interleaving of a writer and a reader of a struct value, by loom.
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test --release -p mmstats --lib interleavings
//! ```
//!
//! What is checked is the code that runs: [`publish`] over loom's words in place of mapped ones,
//! and [`agree`] over copies of them. Beside it stand the variants that don't hold, each shown to
//! fail: a model that couldn't see them would prove nothing.
//!
//! A copy is made of relaxed loads, each of which gives any value that the memory model allows.
//! No order within a copy is promised, so all orders that matter are tried: which of index and
//! sequence number comes first, and which component. Loads that nothing depends on are left out,
//! or there would be too many interleavings to go through.

use std::panic::catch_unwind;

use loom::model::Builder;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU8, AtomicU64, Ordering, fence};
use loom::thread;

use crate::memory::protocol::{Words, publish};
use crate::read::copies::agree;

const COMPONENTS: usize = 2;
/// The words of one buffer: the components and the sequence number.
const SIZE: usize = COMPONENTS + 1;

/// What is not as it should be, to see that it needs to be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    /// Nothing keeps the components behind the odd number.
    NoFence,
    /// The even number doesn't keep the components before it.
    RelaxedEven,
    /// Readers are led to a buffer before it is written.
    FlipFirst,
    /// Index, number and components come from one copy.
    OneCopy,
    /// Two copies that agree in everything are taken for whole.
    TwoCopies,
    /// Only the number is compared.
    NoIndexCheck,
}

/// In which order a copy loads what the reader looks at.
#[derive(Clone, Copy, Debug)]
struct Order {
    index_first: bool,
    /// The last component before the first.
    backwards: bool,
}

/// All orders in which the three copies of a reading may load.
fn orders() -> impl Iterator<Item = [Order; 3]> {
    (0..8).map(|bits| {
        let order = |bit: u8| Order { index_first: bits & bit != 0, backwards: bits & 4 != 0 };
        [order(1), order(4), order(2)]
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

    /// Publishes an update. The second component is its number, the first one returns to an old
    /// value at the third update: what is the same again is not as if nothing had happened.
    fn update(&self, number: u64) {
        publish(self, SIZE, |first| {
            self.store(first, number % 3);
            self.store(first + 1, number);
        });
    }

    /// Write buffer, and sequence number of the other one: what the outer copies are asked for.
    fn state(&self, order: Order) -> (u8, u64) {
        if order.index_first {
            let index = self.index();
            return (index, self.sequence(index));
        }
        let sequences = [0, 1].map(|index| self.sequence(index));
        let index = self.index();
        (index, sequences[usize::from(index)])
    }

    fn sequence(&self, index: u8) -> u64 {
        self.load(first_read(index) + COMPONENTS)
    }

    /// What the copy between them is asked for.
    fn components(&self, index: u8, order: Order) -> [u64; COMPONENTS] {
        let load = |component| self.load(first_read(index) + component);
        if order.backwards {
            let last = load(1);
            [load(0), last]
        } else {
            [load(0), load(1)]
        }
    }

    /// What a reader accepts, if anything.
    fn read(&self, [first, middle, last]: [Order; 3]) -> Option<[u64; COMPONENTS]> {
        match self.flaw {
            Flaw::OneCopy => return self.read_once(middle, first),
            Flaw::TwoCopies => return self.read_twice(middle, last),
            _ => {}
        }
        let before = self.state(first);
        fence(Ordering::Acquire);
        let components = self.components(before.0, middle);
        fence(Ordering::Acquire);
        let after = match self.flaw {
            Flaw::NoIndexCheck => (before.0, self.sequence(before.0)),
            _ => self.state(last),
        };
        agree(before, after).then_some(components)
    }

    fn read_once(&self, components: Order, state: Order) -> Option<[u64; COMPONENTS]> {
        let state = self.state(state);
        let components = self.components(state.0, components);
        agree(state, state).then_some(components)
    }

    /// Two copies: the first loads the state last, the other one first.
    fn read_twice(&self, components: Order, state: Order) -> Option<[u64; COMPONENTS]> {
        let one = [0, 1].map(|index| self.components(index, components));
        let before = self.state(state);
        fence(Ordering::Acquire);
        let after = self.state(state);
        let other = self.components(after.0, components);
        (agree(before, after) && one[usize::from(before.0)] == other).then_some(other)
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

/// How many updates are written, and how often the value is read meanwhile.
#[derive(Clone, Copy)]
struct Extent {
    updates: u64,
    reads: usize,
}

/// Goes through all interleavings of up to three preemptions (`LOOM_MAX_PREEMPTIONS` says
/// otherwise): nothing torn, nothing older than what was seen before.
fn check(flaw: Flaw, extent: Extent, orders: [Order; 3]) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    builder.check(move || {
        let value = Arc::new(Value::new(flaw));
        let written = Arc::clone(&value);
        // Both in threads of their own: where the model's first thread reads, loom leaves
        // interleavings out.
        let writer =
            thread::spawn(move || (1..=extent.updates).for_each(|number| written.update(number)));
        let reader = thread::spawn(move || {
            let mut last = 0;
            for [first, second] in (0..extent.reads).filter_map(|_| value.read(orders)) {
                assert_eq!(first, second % 3, "torn");
                assert!(second >= last, "{second} after {last}");
                last = second;
            }
        });
        writer.join().expect("the writer doesn't panic");
        reader.join().expect("the reader accepts nothing wrong");
    });
}

/// Fails with what is said, in some order of loads.
fn fails(flaw: Flaw, extent: Extent, how: &str) {
    let mut messages = orders().filter_map(|orders| {
        let error = catch_unwind(|| check(flaw, extent, orders)).err()?;
        Some(error.downcast_ref::<String>().cloned().unwrap_or_default())
    });
    assert!(messages.any(|message| message.contains(how)), "{flaw:?}: nothing is {how}");
}

#[test]
fn a_value_of_three_updates_is_whole() {
    let extent = Extent { updates: 3, reads: 1 };
    orders().for_each(|orders| check(Flaw::None, extent, orders));
}

#[test]
fn two_reads_in_a_row_never_step_back() {
    let extent = Extent { updates: 3, reads: 2 };
    // Which component is loaded first can only tear a value, which one reading shows.
    let orders = orders().filter(|[_, middle, _]| !middle.backwards);
    orders.for_each(|orders| check(Flaw::None, extent, orders));
}

#[test]
fn without_the_writer_s_fence_it_tears() {
    fails(Flaw::NoFence, Extent { updates: 3, reads: 1 }, "torn");
}

#[test]
fn with_a_relaxed_even_store_it_tears() {
    fails(Flaw::RelaxedEven, Extent { updates: 3, reads: 1 }, "torn");
}

#[test]
fn with_one_copy_it_tears() {
    fails(Flaw::OneCopy, Extent { updates: 3, reads: 1 }, "torn");
}

#[test]
fn with_two_copies_it_tears() {
    fails(Flaw::TwoCopies, Extent { updates: 3, reads: 1 }, "torn");
}

#[test]
fn with_the_flip_first_it_steps_back() {
    fails(Flaw::FlipFirst, Extent { updates: 3, reads: 2 }, "after");
}

#[test]
fn without_the_index_check_it_steps_back() {
    fails(Flaw::NoIndexCheck, Extent { updates: 3, reads: 2 }, "after");
}
