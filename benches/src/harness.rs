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

mod turn;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

use crate::unrolled;
use turn::SizedTurn;
pub use turn::{SendTurn, Turn, UNROLLED, on_two_threads, repeated, timed, timing_each};

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
    /// Which of several bare forms was the fastest, if it was measured against such.
    pub form: Option<&'static str>,
}

impl Measurement {
    /// Of pairs of nanoseconds, ours first.
    pub fn of_pairs(pairs: &[(f64, f64)]) -> Self {
        Self {
            ours: Spread::of(pairs.iter().map(|(ours, _)| *ours)).median,
            other: Spread::of(pairs.iter().map(|(_, other)| *other)).median,
            ratio: Spread::of(pairs.iter().map(|(ours, other)| ours / other)),
            disturbed: false,
            form: None,
        }
    }
}

/// One way to do the least that an operation can take.
pub struct BareForm<'a> {
    /// What is particular about it.
    pub name: &'static str,
    /// Does it.
    pub turn: SendTurn<'a>,
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

/// A row that is measured only if something is set.
#[derive(Debug)]
pub struct Skipped(pub &'static str);

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Skipped {}

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

    /// Compares with the fastest of several bare forms: processors differ in which that is, and a
    /// slower one is no limit.
    pub fn compare_with_fastest(
        &self,
        ours: Turn<'_>,
        forms: Vec<BareForm<'_>>,
    ) -> Result<Measurement, Interrupted> {
        let (form, other) = self.fastest(forms)?;
        let measurement = self.alternate(SizedTurn::new(ours, self.turn), other, None)?;
        Ok(Measurement { form: Some(form), ..measurement })
    }

    /// The form with the lowest median, after all have taken a few turns.
    fn fastest<'a>(
        &self,
        forms: Vec<BareForm<'a>>,
    ) -> Result<(&'static str, SizedTurn<'a>), Interrupted> {
        const ROUNDS: usize = 25;
        let sized = |form: BareForm<'a>| (form.name, SizedTurn::new(form.turn, self.turn), vec![]);
        let mut forms: Vec<_> = forms.into_iter().map(sized).collect();
        for _ in 0..ROUNDS {
            self.check()?;
            for (_, turn, times) in &mut forms {
                times.push(turn.nanoseconds());
            }
        }
        let median = |times: &[f64]| Spread::of(times.iter().copied()).median;
        let fastest = forms.into_iter().min_by(|(.., a), (.., b)| median(a).total_cmp(&median(b)));
        let (name, turn, _) = fastest.expect("a limit has at least one form");
        Ok((name, turn))
    }

    /// Lets the two take turns until there are enough pairs.
    pub fn compare(&self, pair: Pair<'_>) -> Result<Measurement, Interrupted> {
        let sized = |turn| SizedTurn::new(turn, self.turn);
        self.alternate(sized(pair.ours), sized(pair.other), pair.besides.map(sized))
    }

    fn alternate(
        &self,
        mut ours: SizedTurn<'_>,
        mut other: SizedTurn<'_>,
        mut besides: Option<SizedTurn<'_>>,
    ) -> Result<Measurement, Interrupted> {
        let mut pairs = Vec::new();
        let start = Instant::now();
        let mut undisturbed = 0;
        while self.unfinished(start.elapsed(), pairs.len(), undisturbed) {
            self.check()?;
            let before = preemptions(UsageWho::RUSAGE_SELF);
            let besides = besides.as_mut().map_or(0.0, SizedTurn::nanoseconds);
            // Who goes first changes, so that what one leaves behind for the other evens out.
            let (own, others) = if pairs.len().is_multiple_of(2) {
                let own = ours.nanoseconds();
                (own, other.nanoseconds())
            } else {
                let others = other.nanoseconds();
                (ours.nanoseconds(), others)
            };
            let quiet = preemptions(UsageWho::RUSAGE_SELF) == before;
            undisturbed += usize::from(quiet);
            pairs.push(PairTimes { ours: own - besides, other: others - besides, quiet });
        }
        let disturbed = undisturbed < *self.pairs.start();
        let counting = pairs.iter().filter(|pair| disturbed || pair.quiet);
        let times: Vec<_> = counting.map(|pair| (pair.ours, pair.other)).collect();
        Ok(Measurement { disturbed, ..Measurement::of_pairs(&times) })
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

/// How often threads of ours were preempted.
pub fn preemptions(who: UsageWho) -> i64 {
    getrusage(who).map_or(0, |usage| usage.involuntary_context_switches())
}
