//! Two creators and a cleaner race for the name of a dead file: no live file is lost.
//!
//! `ci/races` runs many rounds of it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hint::spin_loop;
use std::path::{Path, PathBuf};

use mmstats::{
    Counter, Field, Options, Processes, Published, Removal, StatsFile, Verdict, remove_if_dead,
};
use mmstats_testing::actor::{Actor, play};
use mmstats_testing::foreign::{PID_NAMESPACE, forged};
use mmstats_testing::original::{content, pid_field};
use mmstats_testing::stats_dir::{counter, files};

const NAME: &str = "wanted.mmstats";

#[test]
fn two_creators_and_a_cleaner_lose_no_living_file_and_keep_no_dead_one() {
    let rounds = env::var("RACE_ROUNDS").map_or(300, |rounds| rounds.parse().unwrap());
    let memory = Path::new("/dev/shm");
    let directory =
        if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let directory = directory.unwrap();
    let dead = dead_files(directory.path());
    let mut race = Race::start(directory.path());
    let mut outcomes = BTreeMap::<_, u64>::new();
    for round in 0..rounds {
        *outcomes.entry(race.run(round, &dead)).or_default() += 1;
        if (round + 1) % 10_000 == 0 {
            eprintln!("{} rounds", round + 1);
        }
    }
    eprintln!("{rounds} rounds, no living file lost, no dead one kept");
    for (outcome, times) in &outcomes {
        eprintln!("{times:>9}  {outcome}");
    }
    for winner in ["the cleaner", "a creator"] {
        let removed = outcomes.keys().any(|outcome| outcome.starts_with(winner));
        assert!(removed || rounds < 300, "{winner} never removed a dead file");
    }
}

/// Files that are dead for different reasons: the writer is gone; it is alive and doesn't map the
/// file; it was in another pid namespace and the lock is free; it was one of the original.
fn dead_files(directory: &Path) -> Vec<Vec<u8>> {
    let mut writer = Actor::start("creator");
    let path = PathBuf::from(writer.ask(&format!("create 0 0 {}", directory.display())));
    writer.kill();
    let of_killed = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let living = Options::dynamic("Living").path(directory).create().unwrap();
    let of_living = fs::read(living.path().unwrap()).unwrap();
    let elsewhere = forged(&of_killed, PID_NAMESPACE, &1_u64.to_ne_bytes());
    vec![of_killed, of_living, elsewhere, content(&[pid_field(writer.pid())])]
}

struct Race<'a> {
    directory: &'a Path,
    creators: [Actor; 2],
    cleaner: Actor,
    random: u64,
}

impl<'a> Race<'a> {
    fn start(directory: &'a Path) -> Self {
        let creators = [Actor::start("creator"), Actor::start("creator")];
        Self { directory, creators, cleaner: Actor::start("cleaner"), random: 1 }
    }

    /// One round, from a dead file to an empty directory. Returns what happened.
    fn run(&mut self, round: u64, dead: &[Vec<u8>]) -> String {
        let name = self.directory.join(NAME);
        fs::write(&name, &dead[round as usize % dead.len()]).unwrap();
        self.go(round);
        let paths = self.creators.each_mut().map(|creator| PathBuf::from(creator.answer()));
        let cleaned = self.cleaner.answer();

        let mut expected = paths.to_vec();
        expected.sort();
        assert_eq!(files(self.directory), expected, "round {round}: {cleaned}");
        for (path, creator) in paths.iter().zip(&self.creators) {
            let file = StatsFile::read(path).unwrap();
            let life = file.life(&mut Processes::new());
            assert_eq!(life.verdict, Verdict::Alive, "round {round}: {}", life.reason);
            // Its writer and its round: the very file that this creator made, and no earlier one.
            assert_eq!(file.pid(), Some(creator.pid().as_raw().cast_unsigned()), "round {round}");
            assert_eq!(counter(path, "round"), round);
        }
        let name_is_taken = paths.contains(&name);
        assert!(name_is_taken || !cleaned.contains("alive"), "round {round}: {cleaned}");
        for creator in &mut self.creators {
            creator.ask("drop");
        }
        assert!(files(self.directory).is_empty(), "round {round}");
        let who = if cleaned.contains("removed") { "the cleaner" } else { "a creator" };
        let name = if name_is_taken { "a creator has its name" } else { "its name stays free" };
        format!("{who} removed the dead file, {name}")
    }

    /// Starts all three, each after a different pause of up to twice the time of a creation.
    fn go(&mut self, round: u64) {
        let directory = self.directory.display();
        let mut pause = || {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 33) % 2_000
        };
        let pauses = [pause(), pause(), pause()];
        self.creators[0].send(&format!("create {round} {} {directory}", pauses[0]));
        self.cleaner.send(&format!("clean {} {directory}", pauses[1]));
        self.creators[1].send(&format!("create {round} {} {directory}", pauses[2]));
    }
}

fn pause(turns: &str) {
    (0..turns.parse::<u32>().unwrap()).for_each(|_| spin_loop());
}

#[test]
#[ignore = "a role in another test"]
fn creator() {
    let mut held: Option<Published<()>> = None;
    play(|line| {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        let ["create", round, turns, directory] = words[..] else {
            held = None;
            return "dropped".into();
        };
        pause(turns);
        let options = Options::dynamic("Racer").path(directory).filename(NAME);
        let stats = held.insert(options.create().unwrap());
        let counter: Counter = stats.add(Counter::named("round")).unwrap();
        counter.add(round.parse().unwrap());
        stats.path().unwrap().to_str().unwrap().into()
    });
}

#[test]
#[ignore = "a role in another test"]
fn cleaner() {
    play(|line| {
        let words: Vec<_> = line.splitn(3, ' ').collect();
        let ["clean", turns, directory] = words[..] else { panic!("{line}") };
        pause(turns);
        let name = Path::new(directory).join(NAME);
        let clean = |_| match remove_if_dead(&name, &mut Processes::new()).unwrap() {
            Removal::Removed { .. } => "removed".into(),
            Removal::Gone => "gone".into(),
            Removal::Alive { .. } => "alive".into(),
            other => format!("{other:?}"),
        };
        // Over and over, so that it meets the creators at every step.
        (0..8).map(clean).collect::<Vec<_>>().join(" ")
    });
}
