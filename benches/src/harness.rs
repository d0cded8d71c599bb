//! Paired measurement: two operations take turns, and what counts is the ratio of each pair.
//!
//! On a busy machine the same loop takes half as long again a second later, so two figures of
//! separate runs say little about each other. Two turns of a millisecond next to each other meet
//! the same machine. The result is the median of the ratios of many such pairs; it repeats
//! within a few percent where the figures themselves don't. A pair in which the kernel gave the
//! processor to another program is left out; where there are too few others, the table says so.
//!
//! The operations of a turn are unrolled (see [`rounds!`](crate::rounds)), or the loop around
//! them would be a good part of what is measured. What is left of it is printed above the table.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// Does something a number of times, and returns how long that took.
pub type Turn<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

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
pub fn on_two_threads<'a, T>(mut turns: [T; 2]) -> Turn<'a>
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

/// Two operations to compare.
pub struct Pair<'a> {
    /// What the library does.
    pub ours: Turn<'a>,
    /// What it is measured against.
    pub other: Turn<'a>,
    /// What both also do, such as generating values. It is subtracted.
    pub besides: Option<Turn<'a>>,
}

/// The result: nanoseconds an operation, and the ratio.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The median of our turns.
    pub ours: f64,
    /// The median of the other's.
    pub other: f64,
    /// Ours by the other's, of each pair.
    pub ratio: Spread,
    /// Other programs used the processors too much for the figures to mean anything.
    pub disturbed: bool,
}

/// The median of many values, and the range of nine tenths of them.
#[derive(Clone, Debug)]
pub struct Spread {
    /// A twentieth of the values is below.
    pub low: f64,
    /// Half of them is.
    pub median: f64,
    /// A twentieth is above.
    pub high: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |part: f64| values[((values.len() - 1) as f64 * part).round() as usize];
        Self { low: at(0.05), median: at(0.5), high: at(0.95) }
    }
}

/// Somebody pressed Ctrl-C.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// How long and how often to measure.
#[derive(Debug)]
pub struct Harness {
    turn: Duration,
    whole: Duration,
    pairs: std::ops::RangeInclusive<usize>,
    /// Set by a signal: stop, and remove the temporary files.
    interrupted: Arc<AtomicBool>,
}

impl Harness {
    /// A harness that gives a comparison about two seconds.
    pub fn new(interrupted: Arc<AtomicBool>) -> Self {
        Self {
            turn: Duration::from_micros(1_500),
            whole: Duration::from_secs(2),
            pairs: 11..=1001,
            interrupted,
        }
    }

    /// Whether to go on.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.interrupted.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
    }

    /// Lets the two take turns until there are enough pairs.
    pub fn compare(&self, pair: Pair<'_>) -> Result<Measurement, Interrupted> {
        let mut ours = SizedTurn::new(pair.ours, self.turn);
        let mut other = SizedTurn::new(pair.other, self.turn);
        let mut besides = pair.besides.map(|turn| SizedTurn::new(turn, self.turn));
        let mut pairs = Vec::new();
        let start = Instant::now();
        let mut undisturbed = 0;
        while self.unfinished(start.elapsed(), pairs.len(), undisturbed) {
            self.check()?;
            let before = preemptions();
            let besides = besides.as_mut().map_or(0.0, SizedTurn::nanoseconds);
            // Who goes first changes, so that what one leaves behind for the other evens out.
            let (own, others) = if pairs.len().is_multiple_of(2) {
                let own = ours.nanoseconds();
                (own, other.nanoseconds())
            } else {
                let others = other.nanoseconds();
                (ours.nanoseconds(), others)
            };
            let quiet = preemptions() == before;
            undisturbed += usize::from(quiet);
            pairs.push(PairTimes { ours: own - besides, other: others - besides, quiet });
        }
        let disturbed = undisturbed < *self.pairs.start();
        if !disturbed {
            pairs.retain(|figures| figures.quiet);
        }
        Ok(Measurement {
            ours: Spread::of(pairs.iter().map(|figures| figures.ours)).median,
            other: Spread::of(pairs.iter().map(|figures| figures.other)).median,
            ratio: Spread::of(pairs.iter().map(|figures| figures.ours / figures.other)),
            disturbed,
        })
    }

    /// Whether more pairs are wanted: on a busy machine it takes longer to get enough undisturbed
    /// ones, but not for ever.
    fn unfinished(&self, elapsed: Duration, pairs: usize, undisturbed: usize) -> bool {
        let (least, most) = (*self.pairs.start(), *self.pairs.end());
        pairs < least
            || (elapsed < self.whole && pairs < most)
            || (elapsed < 4 * self.whole && undisturbed < least)
    }

    /// What an operation's share of the loop around it takes, in nanoseconds.
    pub fn floor(&self) -> f64 {
        let mut empty = SizedTurn::new(unrolled!(std::hint::black_box(())), self.turn);
        Spread::of((0..101).map(|_| empty.nanoseconds())).median
    }
}

/// Nanoseconds an operation, in one pair of turns.
struct PairTimes {
    ours: f64,
    other: f64,
    /// Nobody else had the processor meanwhile.
    quiet: bool,
}

/// How often one of our threads was preempted.
fn preemptions() -> i64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| usage.involuntary_context_switches())
}

/// A turn that knows how many times fill its time.
struct SizedTurn<'a> {
    turn: Turn<'a>,
    times: u64,
}

impl<'a> SizedTurn<'a> {
    fn new(mut turn: Turn<'a>, length: Duration) -> Self {
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

    fn nanoseconds(&mut self) -> f64 {
        (self.turn)(self.times).as_secs_f64() * 1e9 / self.times as f64
    }
}

/// At least once; and whole rounds of the loop if the operation is unrolled.
fn whole_rounds(times: u64) -> u64 {
    if times < UNROLLED { times.max(1) } else { times.next_multiple_of(UNROLLED) }
}
