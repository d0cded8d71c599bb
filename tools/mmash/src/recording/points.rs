//! When the points of an answer are, and which step each is.

use mmstats_recording::Step;

use super::sums::seconds;

/// A poll that begins this many intervals after the last one is behind a gap.
const LATE: f64 = 2.5;

/// A point: when it is, and the number of its step; `None` for a gap.
pub type Point = (f64, Option<usize>);

/// The points of steps within a time, rising; where the clock was set back, the later ones count.
/// `least` is the time between polls at least, in seconds.
pub fn points(steps: &[Step], (from, to): (f64, f64), least: f64) -> Vec<Point> {
    let interval = interval(steps).max(least);
    let (mut points, mut next) = (Vec::new(), f64::INFINITY);
    for (number, step) in steps.iter().enumerate().rev() {
        let time = seconds(step.last);
        if time >= next || !(from..to).contains(&time) {
            continue;
        }
        points.push((time, Some(number)));
        next = time;
        if let Some(before) = number.checked_sub(1).map(|before| seconds(steps[before].last))
            && before >= from
            && before < time
            && (step.is_after_gap || seconds(step.first) - before > LATE * interval)
        {
            // From one interval after the last poll on, nothing is known.
            points.push(((before + interval).min(f64::midpoint(before, time)), None));
        }
    }
    points.reverse();
    points
}

/// The usual time between polls.
fn interval(steps: &[Step]) -> f64 {
    let counted = steps.iter().filter(|step| !step.elapsed.is_zero() && step.polls > 0);
    let mut intervals: Vec<_> =
        counted.map(|step| step.elapsed.as_secs_f64() / f64::from(step.polls)).collect();
    intervals.sort_unstable_by(f64::total_cmp);
    intervals.get(intervals.len() / 2).copied().unwrap_or(0.0)
}
