//! Polls of ten thousand files by `Watch`. A turn is one poll; what changes between polls isn't
//! timed. The writers are in a process of their own, and what holds as many descriptors too.

use std::cell::RefCell;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mmstats::{MmStats, Processes, StatsFile, Verdict, Watch, find};

use super::files::{Files, allow_descriptors};
use super::{Against, Bench, Comparison};
use crate::bare::unnamed::is_locked;
use crate::bare::worker::Worker;
use crate::harness::{Measurement, Pair, Turn, timed};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "a poll of `Watch`, 10,000 known files of 20 scalars",
        against: Against::Limit(BARE),
        asked: Some(1.5),
        measure: |bench| against_bare(bench, true),
    },
    Comparison {
        operation: "the same poll of `Watch`, no value changed",
        against: Against::Limit(BARE),
        asked: None,
        measure: |bench| against_bare(bench, false),
    },
    Comparison {
        operation: "a poll of `Watch`, 10,000 known files of 20 scalars",
        against: Against::Other("`find`, `StatsFile::read` and `life` of each"),
        asked: Some(0.4),
        measure: against_reading,
    },
    Comparison {
        operation: "a poll of `Watch` in which 100 of 10,000 files come and 100 go",
        against: Against::Other("a poll in which all stay"),
        asked: Some(1.3),
        measure: coming_and_going,
    },
];

const BARE: &str = "`pread` through kept descriptors, a lock probe each, listing";

const FILES: usize = 10_000;
const COMING: usize = 100;

/// The files and their writers.
struct Writers {
    directory: PathBuf,
    worker: Worker,
}

impl Writers {
    fn start(bench: &Bench, files: usize) -> Result<Self, Box<dyn Error>> {
        let directory = bench.directory.join("watch");
        allow_descriptors(FILES + COMING)?;
        let make = || Files::create(&directory, files, Twenty::fill).expect("/dev/shm has room");
        let worker = Worker::start(make, |files, _| {
            files.writers.iter().for_each(|stats| stats.count_request());
            0
        })?;
        Ok(Self { directory, worker })
    }

    fn change(&self) {
        self.worker.ask(0).expect("the writers run");
    }

    fn watch(&self) -> Watch {
        let mut watch = Watch::new([&self.directory]).max_open(FILES + COMING);
        poll(&mut watch);
        watch
    }
}

/// A turn of polls, each after what happens between polls.
fn polls<'a>(between: impl Fn() + 'a, mut poll: impl FnMut() + 'a) -> Turn<'a> {
    Box::new(move |times| {
        let one = |_| {
            between();
            timed(&mut poll).0
        };
        (0..times).map(one).sum()
    })
}

impl Drop for Writers {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// A poll as a tool makes it: all files, and whether their writers live.
fn poll(watch: &mut Watch) {
    let update = watch.poll();
    let alive = update.files().filter(|file| file.life().verdict == Verdict::Alive);
    assert_eq!(alive.count(), FILES, "every file, and its writer alive");
}

fn against_bare(bench: &Bench, changes: bool) -> Result<Measurement, Box<dyn Error>> {
    let writers = Writers::start(bench, FILES)?;
    let directory = &writers.directory;
    let bare = Worker::start(
        || (KeptFiles::open(directory).expect("files"), vec![0; 4096]),
        |(files, buffer), _| timed(|| files.poll(buffer)).0.as_nanos() as u64,
    )?;
    let mut watch = writers.watch();
    let between = || {
        if changes {
            writers.change();
        }
    };
    Ok(bench.harness.compare(Pair {
        ours: polls(between, || poll(&mut watch)),
        other: Box::new(|times| {
            let one = |_| {
                between();
                Duration::from_nanos(bare.ask(0).expect("it polls"))
            };
            (0..times).map(one).sum()
        }),
        besides: None,
    })?)
}

/// What a poll can't do without.
struct KeptFiles {
    directory: PathBuf,
    files: Vec<File>,
}

impl KeptFiles {
    fn open(directory: &Path) -> std::io::Result<Self> {
        let open = |entry: std::io::Result<fs::DirEntry>| File::open(entry?.path());
        let files = fs::read_dir(directory)?.map(open).collect::<Result<_, _>>()?;
        Ok(Self { directory: directory.to_path_buf(), files })
    }

    fn poll(&self, buffer: &mut [u8]) {
        let listed = fs::read_dir(&self.directory).expect("a directory").count();
        assert_eq!(listed, self.files.len(), "the whole directory");
        for file in &self.files {
            let read = file.read_at(buffer, 0).expect("a file");
            assert!(black_box(read) == buffer.len() && is_locked(file).expect("a lock"));
        }
    }
}

fn against_reading(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let writers = Writers::start(bench, FILES)?;
    let mut watch = writers.watch();
    Ok(bench.harness.compare(Pair {
        ours: polls(|| writers.change(), || poll(&mut watch)),
        other: polls(
            || writers.change(),
            || {
                let search = find([&writers.directory]);
                let mut processes = Processes::new();
                let mut alive = 0;
                let mut read = |path| {
                    let file = StatsFile::read(path).expect("a good file");
                    alive += usize::from(file.life(&mut processes).verdict == Verdict::Alive);
                    file
                };
                let files: Vec<_> = search.paths().iter().map(&mut read).collect();
                assert_eq!(
                    (files.len(), alive),
                    (FILES, FILES),
                    "every file, and its writer alive"
                );
            },
        ),
        besides: None,
    })?)
}

fn coming_and_going(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let writers = Writers::start(bench, FILES - COMING)?;
    // Another process: whether one still maps a file is looked up in all of its maps.
    let mut number = FILES;
    let replace = |guests: &mut Vec<_>, _| {
        guests.clear();
        for _ in 0..COMING {
            let options = Twenty::options().path(&writers.directory);
            let options = options.filename(format!("shop-{number}.mmstats"));
            guests.push(options.create().expect("/dev/shm has room"));
            number += 1;
        }
        0
    };
    let guests = Worker::start(Vec::new, replace)?;
    let replace = || {
        writers.change();
        guests.ask(0).expect("the guests run");
    };
    replace();
    let watch = RefCell::new(writers.watch());
    Ok(bench.harness.compare(Pair {
        ours: polls(replace, || poll(&mut watch.borrow_mut())),
        other: polls(|| writers.change(), || poll(&mut watch.borrow_mut())),
        besides: None,
    })?)
}
