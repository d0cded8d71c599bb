//! Turns: an operation that is repeated for a while and timed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Does something a number of times, and returns how long that took.
pub type Turn<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// The same, by any thread.
pub type SendTurn<'a> = Box<dyn FnMut(u64) -> Duration + Send + 'a>;

/// How often [`rounds!`](crate::rounds) writes its operation into the loop.
pub const UNROLLED: u64 = 16;

/// How long a short operation takes a number of times, unrolled sixteen times in the loop.
#[macro_export]
macro_rules! rounds {
    ($times:expr, $operation:expr) => {{
        let start = ::std::time::Instant::now();
        for _ in 0..$times / $crate::harness::UNROLLED {
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
            $operation;
        }
        start.elapsed()
    }};
}

/// A turn of one short operation, by [`rounds!`](crate::rounds).
#[macro_export]
macro_rules! unrolled {
    ($operation:expr) => {{
        let turn: $crate::harness::Turn<'_> =
            Box::new(move |times| $crate::rounds!(times, $operation));
        turn
    }};
}

/// A turn of a longer operation.
pub fn repeated<'a, R>(mut operation: impl FnMut() -> R + 'a) -> Turn<'a> {
    Box::new(move |times| {
        let start = Instant::now();
        for _ in 0..times {
            std::hint::black_box(operation());
        }
        start.elapsed()
    })
}

/// A turn of two threads: each does it a number of times, and the slower one counts.
///
/// They begin at the same moment, and the kernel puts them on two processors if it can.
pub fn on_two_threads<'a, T>(mut turns: [T; 2]) -> SendTurn<'a>
where
    T: FnMut(u64) -> Duration + Send + 'a,
{
    Box::new(move |times| {
        let ready = AtomicUsize::new(0);
        let begin = |turn: &mut T| {
            ready.fetch_add(1, Ordering::AcqRel);
            while ready.load(Ordering::Acquire) < 2 {
                thread::yield_now();
            }
            turn(times)
        };
        let [here, there] = &mut turns;
        thread::scope(|scope| {
            let there = scope.spawn(|| begin(there));
            let here = begin(here);
            here.max(there.join().expect("a turn doesn't panic"))
        })
    })
}

/// A turn of something whose drop isn't timed.
pub fn timing_each<'a, R>(mut make: impl FnMut(u64) -> (Duration, R) + 'a) -> Turn<'a> {
    Box::new(move |times| (0..times).map(|number| make(number).0).sum())
}

/// How long it takes, and what it gives.
pub fn timed<R>(action: impl FnOnce() -> R) -> (Duration, R) {
    let start = Instant::now();
    let result = action();
    (start.elapsed(), result)
}

/// A turn that knows how many times fill its time.
pub(super) struct SizedTurn<'a> {
    turn: Turn<'a>,
    times: u64,
}

impl<'a> SizedTurn<'a> {
    pub(super) fn new(mut turn: Turn<'a>, length: Duration) -> Self {
        let mut times = 1;
        loop {
            // The shortest of three: a delayed one would make all turns too short.
            let took = (0..3).map(|_| turn(times)).min().unwrap_or_default();
            if took * 4 >= length {
                let fitting = times as f64 * length.as_secs_f64() / took.as_secs_f64();
                return Self { turn, times: whole_rounds(fitting as u64) };
            }
            times *= 2;
        }
    }

    pub(super) fn nanoseconds(&mut self) -> f64 {
        (self.turn)(self.times).as_secs_f64() * 1e9 / self.times as f64
    }
}

/// At least once; and whole rounds of the loop if the operation is unrolled.
fn whole_rounds(times: u64) -> u64 {
    if times < UNROLLED { times.max(1) } else { times.next_multiple_of(UNROLLED) }
}
