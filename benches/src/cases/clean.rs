//! What killed programs left behind: ten thousand files, removed.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmstats::MmStats;

use super::process::{run, tool};
use super::{Against, Bench, Comparison};
use crate::bare::in_killed_child;
use crate::harness::{Measurement, Pair, timed, timing_each};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`cleanstats`, the process, on 10,000 stale files",
    against: Against::Limit("open, read, `flock`, unlink of all"),
    asked: Some(3.0),
    measure: clean,
}];

const WRITERS: usize = 100;
const FILES_A_WRITER: usize = 100;

fn clean(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let program = tool("CLEANSTATS")?;
    let stale = Stale::leave_behind(&bench.directory.join("stale"))?;
    let size = stale.contents[0].len();
    let mut buffer = vec![0; size];
    Ok(bench.harness.compare(Pair {
        ours: timing_each(|_| {
            stale.renew().expect("/dev/shm has room");
            let cleaned = timed(|| run(Command::new(&program).arg(&stale.directory)));
            stale.assert_none_left();
            cleaned
        }),
        other: timing_each(|_| {
            let paths = stale.renew().expect("/dev/shm has room");
            let removed = timed(|| {
                for path in &paths {
                    remove_bare(path, &mut buffer).expect("it was just written");
                }
            });
            stale.assert_none_left();
            removed
        }),
        besides: None,
    })?)
}

fn remove_bare(path: &Path, buffer: &mut [u8]) -> io::Result<()> {
    let file = File::open(path)?;
    black_box(file.read_at(buffer, 0)?);
    file.try_lock()?;
    fs::remove_file(path)
}

/// Files of writers that were killed: each of them has left a hundred.
struct Stale {
    directory: PathBuf,
    /// One of each writer. The others differ only in unread bytes.
    contents: Vec<Vec<u8>>,
}

impl Stale {
    fn leave_behind(directory: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir(directory)?;
        let path = directory.join("killed.mmstats");
        let die = || -> Result<_, Box<dyn Error>> {
            in_killed_child(|| {
                let options = Twenty::options().path(directory).filename("killed.mmstats");
                // The parent sees whether there is a file.
                std::mem::forget(options.create());
            })?;
            let content = fs::read(&path)?;
            fs::remove_file(&path)?;
            Ok(content)
        };
        let contents = (0..WRITERS).map(|_| die()).collect::<Result<_, _>>()?;
        Ok(Self { directory: directory.to_path_buf(), contents })
    }

    /// Writes them all again.
    fn renew(&self) -> io::Result<Vec<PathBuf>> {
        let numbered = self.contents.iter().cycle().take(WRITERS * FILES_A_WRITER).enumerate();
        let write = |(number, content)| {
            let path = self.directory.join(format!("killed-{number}.mmstats"));
            fs::write(&path, content)?;
            Ok(path)
        };
        numbered.map(write).collect()
    }

    fn assert_none_left(&self) {
        let left = fs::read_dir(&self.directory).expect("it stays").count();
        assert_eq!(left, 0, "all are removed");
    }
}
