//! Programs that are seen once, count on, and end before anybody sees them again.

use std::path::Path;

use mmstats::{Counter, Field, Options};

use crate::actor::{Actor, play};

/// What each program counts.
pub const LABEL: &str = "jobs.done";
/// How much it has counted when it is there.
pub const AT_FIRST: u64 = 7;
/// How much it counts before it ends.
pub const AT_LAST: u64 = 500;

/// Programs that publish in one directory.
pub struct Programs(Vec<Actor>);

impl Programs {
    /// Starts as many processes that play `role`, an ignored test that calls
    /// [`play_program`]. When this returns, all of them have counted [`AT_FIRST`].
    pub fn start(role: &str, directory: &Path, count: usize) -> Self {
        let mut programs: Vec<_> = (0..count).map(|_| Actor::start(role)).collect();
        for program in &mut programs {
            program.send(directory.to_str().unwrap());
        }
        for program in &mut programs {
            assert_eq!(program.answer(), AT_FIRST.to_string());
        }
        Self(programs)
    }

    /// Lets each count [`AT_LAST`] and end. When this returns, all have ended.
    pub fn count_and_end(mut self) {
        for program in &mut self.0 {
            program.send("count");
        }
        for mut program in self.0 {
            assert_eq!(program.answer(), (AT_FIRST + AT_LAST).to_string());
            program.end();
        }
    }
}

/// Publishes, counts, counts again, and ends when its lines do.
pub fn play_program() {
    let mut published = None;
    play(|line| {
        let (_, done) = published.get_or_insert_with(|| {
            let stats = Options::dynamic("Jobs").path(line).create().unwrap();
            let done = stats.add(Counter::named(LABEL)).unwrap();
            (stats, done)
        });
        let by = if line == "count" { AT_LAST } else { AT_FIRST };
        (0..by).for_each(|_| done.incr());
        done.get().to_string()
    });
}
