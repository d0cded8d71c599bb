//! A thousand files, of whose numbers some change between two polls.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use mmstats::{Counter, Field, Gauge, Histogram, Options, Published, Timer};

use crate::cases::files::allow_descriptors;

/// How many files a load has.
pub const FILES: usize = 1_000;

/// What the files have, beside the seven default fields that don't change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// 17 scalars, of which six change at a poll.
    Scalars,
    /// The same, two timers and a histogram of 608 buckets: 42 numbers change at a poll.
    Timers,
}

impl Load {
    /// For names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalars => "scalars",
            Self::Timers => "timers",
        }
    }
}

/// The programs that publish, in a directory with nothing else.
#[derive(Debug)]
pub struct Programs {
    directory: PathBuf,
    all: Vec<Program>,
    random: Random,
}

impl Programs {
    /// Creates the directory and the files.
    pub fn create(parent: &Path, load: Load, files: usize) -> Result<Self, Box<dyn Error>> {
        // The writers', and those of a watch.
        allow_descriptors(2 * files)?;
        let directory = parent.join(format!("load-{}", load.name()));
        fs::create_dir(&directory)?;
        let create = |number| Program::create(&directory, load, number);
        let all = (0..files).map(create).collect::<Result<_, _>>()?;
        let mut programs = Self { directory, all, random: Random(1) };
        (0..100).for_each(|_| programs.change());
        Ok(programs)
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How large the files are, together.
    pub fn size(&self) -> usize {
        self.all.iter().map(|program| program.stats.size()).sum()
    }

    /// Does what happens between two polls.
    pub fn change(&mut self) {
        self.all.iter().for_each(|program| program.change(&mut self.random));
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// A program's stats.
#[derive(Debug)]
struct Program {
    stats: Published<()>,
    counters: Vec<Counter>,
    gauges: Vec<Gauge<u64>>,
    load: Gauge<f64>,
    busy: Gauge<bool>,
    last_hit: Gauge<f64>,
    timers: Vec<Timer>,
    sizes: Option<Histogram>,
}

impl Program {
    fn create(directory: &Path, load: Load, number: usize) -> Result<Self, Box<dyn Error>> {
        let capacity = if load == Load::Timers { 6 << 10 } else { 2 << 10 };
        let options = Options::dynamic("Shop").path(directory).capacity(capacity);
        let stats = options.filename(format!("shop-{number:04}.mmstats")).create()?;
        let counter = |number| stats.add(Counter::named(format!("requests.{number}")));
        let gauge = |number| stats.add(Gauge::<u64>::named(format!("items.{number}")));
        let timer = |number| stats.add(Timer::named(format!("render.{number}")));
        let has_timers = load == Load::Timers;
        let sizes = has_timers.then(|| stats.add(Histogram::named("size")));
        Ok(Self {
            counters: (0..10).map(counter).collect::<Result<_, _>>()?,
            gauges: (0..4).map(gauge).collect::<Result<_, _>>()?,
            load: stats.add(Gauge::named("load"))?,
            busy: stats.add(Gauge::named("busy"))?,
            last_hit: stats.add(Gauge::named("last_hit").unit("seconds"))?,
            timers: (0..if has_timers { 2 } else { 0 }).map(timer).collect::<Result<_, _>>()?,
            sizes: sizes.transpose()?,
            stats,
        })
    }

    fn change(&self, random: &mut Random) {
        let (first, others) = self.counters.split_first().expect("ten counters");
        first.add(1 + random.below(3_000));
        for _ in 0..3 {
            others[random.below(9) as usize].add(1 + random.below(3_000));
        }
        let gauge = &self.gauges[random.below(4) as usize];
        gauge.set((gauge.get() + random.below(21)).saturating_sub(10));
        if random.below(4) == 0 {
            self.load.set(random.below(1 << 20) as f64 / 1e5);
            self.busy.set(random.below(2) == 0);
        }
        self.last_hit.set(self.last_hit.get().max(1.8e9) + random.below(1_000_000) as f64 / 1e6);
        for timer in &self.timers {
            (0..=random.below(20)).for_each(|_| timer.record_secs(random.seconds()));
        }
        if let Some(sizes) = &self.sizes {
            // So many that 28 of 64 buckets grow.
            (0..36).for_each(|_| sizes.record((16 + random.below(16)) << random.below(4) << 16));
        }
    }
}

/// Random numbers, always the same.
#[derive(Debug)]
struct Random(u64);

impl Random {
    /// A number below this.
    fn below(&mut self, end: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) * end) >> 32
    }

    /// A time, mostly a short one.
    fn seconds(&mut self) -> f64 {
        let third = |random: &mut Self| random.below(1 << 30) as f64 / 2_f64.powi(30);
        third(self) * third(self) * third(self)
    }
}
