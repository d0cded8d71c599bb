//! How long tasks were held up.

use std::time::Duration;

use crate::Roots;
use crate::rate::increase;
use crate::text::{lines, number, read, words};

/// Time that tasks waited for a resource since boot, in microseconds, from `total=` in
/// `/proc/pressure/{cpu,memory,io}`. All is absent before Linux 4.20 and where the kernel has it off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pressure {
    /// At least one task waited for a processor.
    pub cpu_some: Option<u64>,
    /// At least one task waited for memory.
    pub memory_some: Option<u64>,
    /// All tasks waited for memory.
    pub memory_full: Option<u64>,
    /// At least one task waited for a disk.
    pub io_some: Option<u64>,
    /// All tasks waited for a disk.
    pub io_full: Option<u64>,
}

/// The same between two samples, in percent of the time between them, at most 100. Each is absent if its
/// counter fell or is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "as those of `Pressure`")]
pub struct PressureShares {
    pub cpu_some: Option<f64>,
    pub memory_some: Option<f64>,
    pub memory_full: Option<f64>,
    pub io_some: Option<f64>,
    pub io_full: Option<f64>,
}

impl Pressure {
    /// The times now. What can't be read is absent.
    pub fn read(roots: &Roots) -> Self {
        let file = |name| read(&roots.proc("pressure").join(name)).unwrap_or_default();
        let (cpu, memory, io) = (file("cpu"), file("memory"), file("io"));
        Self {
            cpu_some: total(&cpu, b"some"),
            memory_some: total(&memory, b"some"),
            memory_full: total(&memory, b"full"),
            io_some: total(&io, b"some"),
            io_full: total(&io, b"full"),
        }
    }

    /// The shares of the time between two samples.
    pub fn shares(before: &Self, after: &Self, elapsed: Duration) -> PressureShares {
        let share = |field: fn(&Self) -> Option<u64>| {
            let waited = increase(field(before), field(after))? as f64 / 1e6;
            // The file and the clock aren't read at one moment.
            (!elapsed.is_zero()).then(|| (100.0 * waited / elapsed.as_secs_f64()).min(100.0))
        };
        PressureShares {
            cpu_some: share(|it| it.cpu_some),
            memory_some: share(|it| it.memory_some),
            memory_full: share(|it| it.memory_full),
            io_some: share(|it| it.io_some),
            io_full: share(|it| it.io_full),
        }
    }
}

fn total(text: &[u8], kind: &[u8]) -> Option<u64> {
    let line = lines(text).find(|line| words(line).next() == Some(kind))?;
    words(line).find_map(|word| number(word.strip_prefix(b"total=")?))
}
