//! The memory of a thread's stats, and of a snapshot of them.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread;

use mmstats::{MmStats, Published, StatsFile};

use super::{Text, grouped};
use crate::cases::Bench;
use crate::heap::bytes_of;
use crate::stats::{Counters, Mixed, Twenty};
use crate::table::markdown;

const HEADER: [&str; 6] = [
    "a file of",
    "its size",
    "resident, of the writer",
    "heap of the writer",
    "heap of a snapshot",
    "by the file's size",
];

/// So many that all other pages don't matter.
const INSTANCES: usize = 500;

pub fn measure(bench: &Bench) -> Result<Text, Box<dyn Error>> {
    let rows = [
        row::<Counters>(bench, "20 counters and the 7 default fields")?,
        row::<Twenty>(bench, "13 scalars and the 7")?,
        row::<Mixed>(bench, "6 scalars, 7 struct values and the 7")?,
    ];
    Ok(Text { text: markdown(HEADER, &rows), holds: true })
}

fn row<T: MmStats>(bench: &Bench, name: &str) -> Result<[String; 6], Box<dyn Error>> {
    let create = || T::options().path(bench.directory).create();
    // The first one has costs of its own.
    let first = create()?;
    let before = resident()?;
    let instances: Vec<Published<T>> =
        (0..INSTANCES).map(|_| create()).collect::<Result<_, _>>()?;
    let resident = (resident()? - before) / INSTANCES;
    drop(instances);
    let (writer, writer_heap) = bytes_of(create);
    let writer = writer?;
    let path = first.path().ok_or("no file")?;
    let (snapshot, snapshot_heap) = first_snapshot(path)?;
    let size = snapshot.size();
    assert_eq!(size, writer.size(), "what is read is what was written");
    Ok([
        name.into(),
        grouped(size),
        grouped(resident),
        grouped(writer_heap),
        grouped(snapshot_heap),
        format!("{:.2}", snapshot_heap as f64 / size as f64),
    ])
}

/// In a thread that has read nothing: others reuse the memory of earlier copies.
fn first_snapshot(path: &Path) -> Result<(StatsFile, usize), Box<dyn Error>> {
    let (snapshot, heap) = thread::scope(|threads| {
        let reader = threads.spawn(|| bytes_of(|| StatsFile::read(path)));
        reader.join().expect("reading doesn't panic")
    });
    Ok((snapshot?, heap))
}

/// Resident bytes of this process' files in memory.
fn resident() -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssShmem:"));
    let kilobytes: usize = line.ok_or("no RssShmem")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}
