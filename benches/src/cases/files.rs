//! Many stats files of living writers, to be read.

use std::collections::VecDeque;
use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use mmstats::{MmStats, Published};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Stats files of this process, with a descriptor and a map each.
pub struct Files<T> {
    /// Where they are, and nothing else.
    pub directory: PathBuf,
    /// Each of them.
    pub paths: Vec<PathBuf>,
    /// What each of them has, in bytes.
    pub size: usize,
    /// Who publishes them.
    pub writers: VecDeque<Published<T>>,
}

impl<T: MmStats> Files<T> {
    /// Creates a directory of so many, each with the values that `fill` gives it.
    pub fn create(
        directory: &Path,
        count: usize,
        fill: impl Fn(&T, usize),
    ) -> Result<Self, Box<dyn Error>> {
        allow_descriptors(count)?;
        fs::create_dir(directory)?;
        let create = |number| -> Result<_, Box<dyn Error>> {
            let name = format!("shop-{number}.mmstats");
            let stats = T::options().path(directory).filename(name).create()?;
            fill(&stats, number);
            Ok(stats)
        };
        let writers = (0..count).map(create).collect::<Result<VecDeque<_>, _>>()?;
        let paths = writers.iter().filter_map(|stats| stats.path().map(Path::to_path_buf));
        Ok(Self {
            directory: directory.to_path_buf(),
            paths: paths.collect(),
            size: writers[0].size(),
            writers,
        })
    }
}

impl<T> Drop for Files<T> {
    /// The next row may want a directory of the same name.
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}

/// Allows this process to open that many files, and a few more.
pub fn allow_descriptors(files: usize) -> Result<(), String> {
    let needed = files as u64 + 100;
    let failed = |errno| format!("needs {needed} descriptors: {errno}");
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(failed)?;
    if soft >= needed {
        return Ok(());
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed, hard.max(needed)).map_err(failed)
}

/// Opens, reads, closes.
pub fn read_bare(path: &Path, buffer: &mut [u8]) -> io::Result<usize> {
    black_box(File::open(path)?.read_at(buffer, 0))
}
