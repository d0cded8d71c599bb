//! A writer in this process, and one in another.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use mmstats::{Counter, Field, Layout, MmStats, Published};

use crate::actor::{Actor, play};
use crate::kinds::Kinds;
use crate::kinds::writes::WRITES;

/// The counter that tests add up.
pub const HITS: &str = "hits";

/// Every kind of stat in a file, a counter, and what was added later.
pub struct Writer {
    stats: Published<Kinds>,
    hits: Counter,
    added: Vec<Counter>,
    /// Which one of the test's writers it is.
    pub number: usize,
    /// The device and inode of its file.
    pub id: (u64, u64),
}

impl Writer {
    /// Publishes in a directory, under this name if it is free.
    pub fn create(directory: &Path, name: &str, layout: Layout) -> Self {
        let options = Kinds::options().path(directory).filename(name).layout(layout);
        let stats = options.capacity(2048).create().unwrap();
        let hits = stats.add(Counter::named(HITS)).unwrap();
        let found = fs::metadata(stats.path().unwrap()).unwrap();
        Self { stats, hits, added: Vec::new(), number: 0, id: (found.dev(), found.ino()) }
    }

    pub fn path(&self) -> PathBuf {
        self.stats.path().unwrap().to_owned()
    }

    pub fn count(&self, by: u64) {
        self.hits.add(by);
    }

    pub fn write(&mut self, which: usize, round: u64) {
        self.added.iter().for_each(Counter::incr);
        let (_, write) = WRITES[which % WRITES.len()];
        write(&self.stats, round);
    }

    /// Adds a counter, as long as there is space.
    pub fn add(&mut self) {
        let label = format!("added.{}", self.added.len());
        let Ok(added) = self.stats.add(Counter::named(label)) else {
            return;
        };
        added.add(self.added.len() as u64 + 1);
        self.added.push(added);
    }
}

/// A child that publishes in a directory: its test program has an ignored test `publishes`, which calls
/// [`publish`].
pub fn start(directory: &Path) -> (Actor, PathBuf) {
    let mut child = Actor::start("publishes");
    let path = child.ask(directory.to_str().unwrap());
    (child, path.into())
}

/// The child's part.
pub fn publish() {
    let mut writer = None;
    play(|directory| {
        let begun = Writer::create(Path::new(directory), "child.mmstats", Layout::Aligned);
        begun.count(3);
        let path = begun.path();
        writer = Some(begun);
        path.to_str().unwrap().to_owned()
    });
}
