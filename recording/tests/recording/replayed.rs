//! A replay gives what `Watch` gave.

use std::env;
use std::time::Duration;

use mmstats::Watch;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use mmstats_testing::world::steps::run;

use crate::fixture::{Fixture, check};

/// Whether what is replayed of these steps is what it was, beginning after these percentages of them.
fn follow(steps: &[Step], restarts: bool, froms: &[usize]) -> Result<(), String> {
    let mut random = Random::new(seed());
    let mut world = World::new(&env::temp_dir());
    let mut fixture = Fixture::new();
    let mut watch = Watch::new(world.locations());
    for step in steps {
        world.apply(*step);
        let restart = restarts && random.below(40) == 0 && !fixture.kept.is_empty();
        if restart {
            fixture.start();
            if random.below(2) == 0 {
                watch = Watch::new(world.locations());
                fixture.clocks.monotonic = Duration::ZERO;
            }
        }
        fixture.poll(&mut watch).map_err(|error| error.to_string())?;
        if restart && let Some(last) = fixture.kept.last_mut() {
            last.after_gap = true;
        }
    }
    let path = fixture.path();
    for from in froms.iter().map(|percent| steps.len() * percent / 100) {
        let expected = fixture.kept.get(from..).unwrap_or_default();
        let Some(first) = expected.first() else { continue };
        check(&path, first.wall, expected).map_err(|it| format!("from {from}: {it}"))?;
    }
    Ok(())
}

#[test]
fn a_replay_is_what_a_watch_found() {
    run(4, 120, Step::any, |steps| follow(steps, false, &[0, 70]));
}

#[test]
fn a_replay_goes_on_behind_a_restart() {
    run(3, 120, Step::any, |steps| follow(steps, true, &[0, 70]));
}

#[test]
fn a_replay_of_many_spans_can_begin_anywhere() {
    run(1, 700, Step::orderly, |steps| follow(steps, false, &[95]));
}
