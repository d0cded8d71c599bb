//! The increases that `Changes` finds add up to what was counted, whatever files come and go.

use std::collections::BTreeMap;
use std::env;

use mmstats::{Changes, Increase, Watch};

use crate::step::Step;
use crate::steps::run;
use crate::world::World;
use crate::writer::HITS;

/// What all writers whose files were seen have counted, from poll to poll.
#[derive(Default)]
struct Truth {
    /// By the number of the writer: what it had counted when its file was there at the last poll.
    seen: BTreeMap<usize, u64>,
    /// How many writers there had been at the last poll.
    created: usize,
}

impl Truth {
    /// What is new: a file that was seen once is read to its end, one that is created counts from
    /// zero. A file that comes and goes between two polls can't be seen.
    fn advance(&mut self, world: &World) -> u64 {
        let counted = |writer: usize| world.counted[writer].1;
        let here = world.visible();
        let known = self.seen.iter().map(|(writer, before)| counted(*writer) - before);
        let is_born = |writer: &&usize| **writer >= self.created;
        let born = here.iter().filter(is_born).map(|writer| counted(*writer));
        let new = known.sum::<u64>() + born.sum::<u64>();
        self.seen = here.into_iter().map(|writer| (writer, counted(writer))).collect();
        self.created = world.counted.len();
        new
    }
}

/// What the increases of the last poll add up to.
fn increase(changes: &Changes) -> u64 {
    let files = changes.files().iter();
    let increases = files.filter_map(|change| change.increase(&change.file().get(HITS)?));
    let counts = increases.map(|increase| match increase {
        Increase::Count(count) => count,
        other => panic!("a counter has {other:?}"),
    });
    counts.sum()
}

/// Polls at each step that is a rest.
fn add_up(steps: &[Step]) -> Result<(), String> {
    let mut world = World::new(&env::temp_dir());
    let (mut watch, mut changes) = (Watch::new(world.locations()), Changes::new());
    let mut truth = Truth::default();
    changes.advance(&watch.poll());
    for (number, step) in steps.iter().chain([&Step::Rest]).enumerate() {
        world.apply(*step);
        if let Step::Rest = step {
            let expected = truth.advance(&world);
            changes.advance(&watch.poll());
            let found = increase(&changes);
            if found != expected {
                return Err(format!("at step {number}: {found} are new, not {expected}"));
            }
        }
    }
    Ok(())
}

#[test]
fn increases_add_up_to_what_was_counted() {
    run(8, 400, Step::orderly, add_up);
}
