//! Runs random steps beside the naive reader; a failure is reduced to few steps.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::random::{Random, seed};
use crate::world::step::Step;

/// How often a failing sequence is tried with fewer steps.
const ATTEMPTS: usize = 300;

/// Runs sequences of steps. Panics with the shortest sequence that was found to fail.
pub fn run(
    sequences: u64,
    length: usize,
    step: impl Fn(&mut Random) -> Step,
    check: impl Fn(&[Step]) -> Result<(), String>,
) {
    let first = seed();
    println!("MMSTATS_TEST_SEED={first}");
    for number in 0..sequences {
        let mut random = Random::new(first.wrapping_add(number));
        let steps: Vec<Step> = (0..length).map(|_| step(&mut random)).collect();
        if let Err(failure) = attempt(&steps, &check) {
            let (steps, failure) = reduced(steps, failure, &check);
            panic!("sequence {number} of MMSTATS_TEST_SEED={first}: {failure}\n{steps:#?}");
        }
    }
}

fn attempt(steps: &[Step], check: &impl Fn(&[Step]) -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| check(steps))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!("a panic: {}", text.unwrap_or_default()))
    })
}

/// Leaves out halves, then quarters …, as long as it still fails.
fn reduced(
    mut steps: Vec<Step>,
    mut failure: String,
    check: &impl Fn(&[Step]) -> Result<(), String>,
) -> (Vec<Step>, String) {
    let mut part = steps.len().div_ceil(2);
    let mut attempts = 0;
    while part > 0 && attempts < ATTEMPTS {
        let mut at = 0;
        while at < steps.len() && attempts < ATTEMPTS {
            attempts += 1;
            let mut fewer = steps.clone();
            fewer.drain(at..(at + part).min(steps.len()));
            match attempt(&fewer, check) {
                Err(other) => (steps, failure) = (fewer, other),
                Ok(()) => at += part,
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    (steps, failure)
}
