//! Ten thousand files read: by the library, and by the whole of slurpstats.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mmstats::{MmStats, Published, StatsFile};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::{Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "reading one of 10,000 files of 20 scalars",
        against: "open, pread, close",
        asked: Some(1.4),
        measure: library,
    },
    Comparison {
        operation: "`slurpstats`, the process, on 10,000 files",
        against: "open, read, close of all",
        asked: Some(2.5),
        measure: slurpstats,
    },
];

const FILES: usize = 10_000;

fn library(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let files = Files::create(&bench.directory.join("read"))?;
    let (mut ours, mut other) = (files.paths.iter().cycle(), files.paths.iter().cycle());
    let mut buffer = vec![0; files.size];
    let measurement = bench.harness.compare(Pair {
        ours: repeated(|| {
            let path = ours.next().expect("paths come round");
            let file = StatsFile::read(path).expect("a good file");
            for stat in file.stats() {
                black_box((stat.label(), stat.value()));
            }
        }),
        other: repeated(|| {
            let path = other.next().expect("paths come round");
            read_bare(path, &mut buffer).expect("a file")
        }),
        besides: None,
    })?;
    Ok(measurement)
}

fn slurpstats(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let program = std::env::var_os("SLURPSTATS").ok_or("needs `cargo bench` at the root")?;
    let files = Files::create(&bench.directory.join("slurp"))?;
    let mut buffer = vec![0; files.size];
    let measurement = bench.harness.compare(Pair {
        ours: repeated(|| {
            let status =
                Command::new(&program).arg(&files.directory).stdout(Stdio::null()).status();
            assert!(status.expect("slurpstats runs").success(), "slurpstats reads all files");
        }),
        other: repeated(|| {
            for path in &files.paths {
                read_bare(path, &mut buffer).expect("a file");
            }
        }),
        besides: None,
    })?;
    Ok(measurement)
}

fn read_bare(path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    black_box(File::open(path)?.read_at(buffer, 0))
}

/// Stats files of living writers: of this process, with a descriptor and a map each.
struct Files {
    directory: PathBuf,
    paths: Vec<PathBuf>,
    size: usize,
    _writers: Vec<Published<Twenty>>,
}

impl Files {
    fn create(directory: &Path) -> Result<Self, Box<dyn Error>> {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
        let needed = FILES as u64 + 100;
        if soft < needed {
            setrlimit(Resource::RLIMIT_NOFILE, needed, hard.max(needed))
                .map_err(|errno| format!("needs {needed} descriptors: {errno}"))?;
        }
        fs::create_dir(directory)?;
        let create = |number| {
            Twenty::options().path(directory).filename(format!("shop-{number}.mmstats")).create()
        };
        let writers = (0..FILES).map(create).collect::<Result<Vec<_>, _>>()?;
        let paths = writers.iter().filter_map(|stats| stats.path().map(Path::to_path_buf));
        Ok(Self {
            directory: directory.to_path_buf(),
            paths: paths.collect(),
            size: writers[0].size(),
            _writers: writers,
        })
    }
}
