//! A replay gives, byte for byte, what pollstats wrote live over the same updates.

use std::env;
use std::process::Command;
use std::time::Duration;

use mmstats_cli::exit::Outcome;
use mmstats_cli::shutdown::Shutdown;
use mmstats_testing::command::run;
use mmstats_testing::random::{Random, seed};
use mmstats_testing::world::World;
use mmstats_testing::world::step::Step;
use mmstats_tools::common::terminal::ColorChoice;
use mmstats_tools::pollstats::{self, Arguments, Screen};
use recstats::replay;

use crate::recorded::{Polled, Recorded, SECOND};

/// Enough for spans that have become blocks.
const POLLS: usize = 150;

const OPTIONS: [&[&str]; 11] = [
    &["-o", "csv"],
    &["-o", "csv", "--all"],
    &["-o", "csv", "*"],
    &["-o", "csv", "--per-file", "*"],
    &["-o", "csv", "--delta", "--change", "*"],
    &["-o", "csv", "--alive", "--aggr", "max", "*"],
    &["-o", "csv", "--by", "", "--gauge", "h*", "*"],
    &["-o", "csv", "-f", "hits", "-c", "90", "--percentile", "50", "hits,*"],
    &["-o", "json", "*"],
    &["-t", "--per-file", "-v", "hits"],
    &["--raw", "-n", "7"],
];

/// What random polls look like live, and their recording.
fn live(number: u64, arguments: &Arguments) -> (String, Outcome, Recorded) {
    let mut random = Random::new(seed().wrapping_add(number));
    let mut world = World::new(&env::temp_dir());
    let mut recorded = Recorded::new();
    let mut polls = 0;
    let locations = world.locations();
    let mut polled = Polled::new(&mut recorded, &locations, |recorded| {
        for _ in 0..=random.below(3) {
            world.apply(Step::any(&mut random));
        }
        match random.below(30) {
            0 => recorded.wall -= 3600 * SECOND,
            1 => recorded.wall += 9 * SECOND,
            _ => {}
        }
        polls += 1;
        // Also late, and a little early.
        let after = [SECOND, SECOND, Duration::from_micros(998_877), 3 * SECOND];
        (polls <= POLLS).then(|| random.one_of(&after))
    });
    let mut out = Vec::new();
    let shutdown = Shutdown::new();
    let outcome = pollstats::run_on(arguments, &mut polled, &mut out, screen(), &shutdown).unwrap();
    recorded.finish();
    (String::from_utf8(out).unwrap(), outcome, recorded)
}

fn screen() -> Screen {
    Screen::of(&std::io::stderr(), ColorChoice::Never)
}

#[test]
fn a_replay_is_what_was_shown_live() {
    println!("MMSTATS_TEST_SEED={}", seed());
    let name = "same_rows::live_and_replayed";
    let mut child = Command::new(env::current_exe().unwrap());
    let found = run(child.args(["--exact", name, "--ignored", "--nocapture"]));
    assert_eq!(found.code, Some(0), "{}{}", found.stdout, found.stderr);
    // What was reported is the same, too.
    let parts: Vec<_> = found.stderr.split(END).collect();
    assert_eq!(parts.len(), 2 * OPTIONS.len() + 1);
    for (pair, options) in parts.chunks_exact(2).zip(OPTIONS) {
        assert_eq!(pair[0], pair[1], "{options:?}");
        assert!(pair[0].contains("stats file"), "{options:?}: {}", pair[0]);
    }
}

/// On stderr behind each run.
const END: &str = "==== end of a run\n";

#[test]
#[ignore = "a child's part, so that its messages can be compared"]
fn live_and_replayed() {
    for (number, options) in (0..).zip(OPTIONS) {
        let line = ["pollstats", "--speed", "0", "--replay", "recording"];
        let arguments = Arguments::of(line.iter().chain(options).map(Into::into));
        let (expected, outcome, recorded) = live(number, &arguments);
        eprint!("{END}");
        let (path, mut out) = (recorded.path(), Vec::new());
        let replayed = replay(&arguments, &path, &mut out, screen(), &Shutdown::new()).unwrap();
        eprint!("{END}");
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{options:?}");
        assert_eq!(replayed, outcome, "{options:?}");
        assert!(expected.lines().count() > 50, "{options:?}: {expected}");
    }
}
