//! Thousands of random steps: after each or two, `Watch` and the naive reader agree, and what is
//! kept of the update gives the same again.

use std::env;
use std::path::{Path, PathBuf};

use mmstats::{StatsFile, Watch};
use mmstats_testing::sameness::same_file;

use crate::agreement::{Final, check_update};
use crate::model::Model;
use crate::replay::Replay;
use crate::step::Step;
use crate::steps::run;
use crate::world::World;

const SEQUENCES: u64 = 8;
const LENGTH: usize = 160;

/// A `Watch`, and the snapshots of its last poll, each with what it has to say for ever.
struct Follower {
    watch: Watch,
    values: Final,
    before: Vec<(StatsFile, StatsFile)>,
}

impl Follower {
    fn new(watch: Watch, values: Final) -> Self {
        Self { watch, values, before: Vec::new() }
    }
}

/// The naive reader keeps files open, so no inode number is used again.
fn follow_kept(
    below: &Path,
    limits: &[usize],
    replay: Option<Replay>,
    steps: &[Step],
) -> Result<(), String> {
    let world = World::new(below);
    let mut followers = vec![Follower::new(Watch::new(world.locations()), Final::Now)];
    followers.extend(limits.iter().map(|limit| {
        Follower::new(Watch::new(world.locations()).max_open(*limit), Final::NowOrLast)
    }));
    let model = Model::new(world.locations(), true);
    follow(world, followers, model, replay, steps)
}

/// Nobody keeps a file open: in some file systems the next one has the same inode number.
fn follow_closed(below: &Path, steps: &[Step]) -> Result<(), String> {
    let world = World::new(below);
    let watch = Watch::new(world.locations()).max_open(0);
    let model = Model::new(world.locations(), false);
    follow(world, vec![Follower::new(watch, Final::Now)], model, None, steps)
}

fn follow(
    mut world: World,
    mut followers: Vec<Follower>,
    mut model: Model,
    mut replay: Option<Replay>,
    steps: &[Step],
) -> Result<(), String> {
    for (number, step) in steps.iter().enumerate() {
        world.apply(*step);
        if !is_polled_after(*step) {
            continue;
        }
        let expected = model.poll();
        for (index, follower) in followers.iter_mut().enumerate() {
            let Follower { watch, values, before } = follower;
            let at =
                |difference| format!("after step {number}, {step:?}, watch {index}: {difference}");
            let update = watch.poll();
            check_update(&update, &expected, *values).map_err(at)?;
            if index == 0
                && let Some(replay) = &mut replay
            {
                replay.follow(&update).map_err(|it| at(format!("replayed: {it}")))?;
            }
            for (old, unchanged) in before.iter() {
                same_file(old, unchanged).map_err(|it| at(format!("an old snapshot: {it}")))?;
            }
            let files = update.files().map(|file| file.file().clone());
            let unchanged = expected.files.values().map(|(file, _)| file.clone());
            *before = files.zip(unchanged).collect();
        }
    }
    Ok(())
}

/// Half of what only changes values isn't seen before the next step, which may remove the file.
fn is_polled_after(step: Step) -> bool {
    !matches!(step, Step::Count { by: n, .. } | Step::Write { round: n, .. } if n % 2 == 0)
}

fn disk() -> PathBuf {
    env::temp_dir()
}

fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared.into() } else { disk() }
}

#[test]
fn watch_finds_what_a_naive_reader_finds_on_a_disk() {
    let replay = || Some(Replay::default());
    run(SEQUENCES, LENGTH, Step::any, |steps| follow_kept(&disk(), &[0, 3], replay(), steps));
}

#[test]
fn watch_finds_what_a_naive_reader_finds_in_memory() {
    run(SEQUENCES, LENGTH, Step::any, |steps| follow_kept(&memory(), &[0, 3], None, steps));
}

#[test]
fn without_kept_descriptors_inode_numbers_may_be_used_again() {
    run(SEQUENCES, LENGTH, Step::any, |steps| follow_closed(&disk(), steps));
}
