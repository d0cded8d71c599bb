//! The numbers of the stats of an answer, as the history in memory has them.

use mmstats::Kind;
use mmstats_recording::Step;
use mmstats_totals::total::Total;

use super::points::Point;
use super::sums::{StepSum, StepSums};
use crate::history::{Column, NameSums, Numbers, Of, StatExcerpt, is_counter_of_one};

/// A stat: with another kind or unit it is another one.
#[derive(Debug)]
struct Track {
    kind: Option<Kind>,
    unit: String,
    /// By step.
    numbers: Vec<Numbers>,
    /// The step that had it last, and its value then.
    last: Option<(usize, f64)>,
}

/// What was asked for, over these points.
pub fn columns(of: &[Of], sums: &StepSums, steps: &[Step], points: &[Point]) -> Vec<StatExcerpt> {
    let mut all: Vec<Vec<Track>> = of.iter().map(|_| Vec::new()).collect();
    for (number, (sum, step)) in sums.iter().zip(steps).enumerate() {
        let elapsed = step.elapsed.as_secs_f64();
        let seconds = if elapsed > 0.0 { elapsed } else { f64::NAN };
        add(&mut all, of, sum, (number, steps.len(), seconds));
    }
    let stats = of
        .iter()
        .zip(all)
        .flat_map(|(of, tracks)| tracks.into_iter().map(|track| track.excerpt(of.clone(), points)));
    stats.collect()
}

/// Adds a step: its number, of how many, and its time in seconds.
fn add(all: &mut [Vec<Track>], of: &[Of], sum: &StepSum, at: (usize, usize, f64)) {
    let StepSum { totals, increases } = sum;
    let has_names = of.iter().any(|of| matches!(of, Of::Name(_)));
    let names = has_names.then(|| NameSums::of(totals, increases));
    for (of, tracks) in of.iter().zip(all) {
        match of {
            Of::Label(label) => {
                for total in totals.iter().filter(|total| total.label == *label) {
                    let increase = increases.count(label, total.kind);
                    let numbers = Numbers::of(total, increase, increases.histogram(label), at.2);
                    put(tracks, total, numbers, at);
                }
            }
            Of::Name(name) => {
                let several = names.iter().flat_map(NameSums::several);
                for found in several.filter(|found| found.name == name) {
                    let numbers = Numbers::of(found.total, found.increase, found.new, at.2);
                    put(tracks, found.total, numbers, at);
                }
            }
        }
    }
}

fn put(
    tracks: &mut Vec<Track>,
    total: &Total,
    mut numbers: Numbers,
    (step, steps, seconds): (usize, usize, f64),
) {
    let known = tracks.iter().position(|it| it.kind == total.kind && it.unit == total.unit);
    let at = known.unwrap_or_else(|| {
        let (kind, unit) = (total.kind, total.unit.clone());
        tracks.push(Track { kind, unit, numbers: vec![Numbers::NONE; steps], last: None });
        tracks.len() - 1
    });
    let track = &mut tracks[at];
    let value = numbers.get(Column::Value);
    if is_counter_of_one(total.kind, total.aggregate) {
        let before = track.last.filter(|(last, _)| last + 1 == step);
        // What fell is another file's.
        let growth = before.map(|(_, before)| value - before).filter(|growth| *growth >= 0.0);
        numbers.set(Column::Rate, growth.unwrap_or(f64::NAN) / seconds);
    }
    track.last = Some((step, value));
    track.numbers[step] = numbers;
}

impl Track {
    fn excerpt(self, of: Of, points: &[Point]) -> StatExcerpt {
        let Self { kind, unit, numbers, .. } = self;
        let series = Column::ALL.into_iter().filter_map(|column| {
            let at = |step: Option<usize>| step.map_or(f64::NAN, |step| numbers[step].get(column));
            let series: Vec<f64> = points.iter().map(|(_, step)| at(*step)).collect();
            series.iter().any(|number| !number.is_nan()).then_some((column, series))
        });
        StatExcerpt { of, kind, unit, series: series.collect() }
    }
}
