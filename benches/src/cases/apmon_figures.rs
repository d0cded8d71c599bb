//! ApMon: what figures of a host cost.
//!
//! The processes are real. The kernel makes their files when they are read, and that is most of what both
//! sides take; files of a tree in memory would cost a tenth of it.

use std::error::Error;
use std::fmt::Write;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ::apmon::internals::HostSampler;

use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "apmon: figures of a host with 1,000 processes",
    against: Against::Limit("reading the same files into one buffer"),
    asked: Some(1.5),
    measure,
}];

const PROCESSES: usize = 1_000;
/// Those that are read once a sample; a kernel may lack some.
const FILES: [&str; 15] = [
    "/proc/stat",
    "/proc/vmstat",
    "/proc/net/dev",
    "/proc/pressure/cpu",
    "/proc/pressure/memory",
    "/proc/pressure/io",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/net/tcp",
    "/proc/net/tcp6",
    "/proc/net/udp",
    "/proc/net/udp6",
    "/proc/net/unix",
    "/proc/uptime",
    "/proc/self/cgroup",
];

fn measure(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let _idle = Idle::start(PROCESSES)?;
    let mut sampler = HostSampler::default();
    let figures = sampler.sample();
    assert!(sampler.sample() > figures && figures > 20, "{figures} figures");
    let once: Vec<_> = FILES.iter().map(PathBuf::from).collect();
    let mut bare = Bare { buffer: vec![0; 64 << 10], path: String::new(), once };
    let read = bare.read()?;
    assert!(read > PROCESSES, "{read} files");
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| sampler.sample()),
        other: repeated(|| bare.read().expect("a list of processes")),
        besides: None,
    })?)
}

/// Processes that wait, and end with this one, or by themselves where it is killed.
struct Idle(Vec<Child>);

impl Idle {
    fn start(count: usize) -> io::Result<Self> {
        let mut idle = Self(Vec::with_capacity(count));
        for _ in 0..count {
            let mut sleep = Command::new("sleep");
            idle.0.push(sleep.arg("300").stdin(Stdio::null()).spawn()?);
        }
        Ok(idle)
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // Killing one that has ended is no error, and it is waited for either way.
            let _ = child.kill();
        }
        for child in &mut self.0 {
            let _ = child.wait();
        }
    }
}

/// The least that reading can take: each file is opened, read to its end and closed.
struct Bare {
    buffer: Vec<u8>,
    path: String,
    once: Vec<PathBuf>,
}

impl Bare {
    /// Returns how many files there were.
    fn read(&mut self) -> io::Result<usize> {
        let mut count = 0;
        for path in &self.once {
            count += usize::from(read(path, &mut self.buffer, usize::MAX).is_ok());
        }
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            self.path.clear();
            let _ = write!(self.path, "/proc/{pid}/stat");
            // The kernel gives a short line at once.
            count += usize::from(read(Path::new(&self.path), &mut self.buffer, 1).is_ok());
        }
        Ok(count)
    }
}

fn read(path: &Path, buffer: &mut [u8], most: usize) -> io::Result<()> {
    let mut file = File::open(path)?;
    for _ in 0..most {
        if black_box(file.read(buffer)?) == 0 {
            break;
        }
    }
    Ok(())
}
