//! Trees of the kernel's files, of `testing/kernel_files`, which tests change.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use mmstats_proc::Roots;
use tempfile::TempDir;

/// A copy of a tree.
#[derive(Debug)]
pub struct Fixture {
    directory: TempDir,
}

impl Fixture {
    pub fn new(name: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy(&data(name), directory.path());
        Self { directory }
    }

    pub fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Copies another tree over this one. `host-later` is what 10 s change on `host`.
    pub fn lay_over(&self, name: &str) {
        copy(&data(name), self.directory.path());
    }

    pub fn roots(&self) -> Roots {
        Roots::below(self.directory.path())
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces text in a file, which must have it once.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {path}");
        self.write(path, text.replace(old, new));
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
}

/// Where a tree is.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kernel_files").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, to) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path()).unwrap(), to).unwrap();
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// `/proc/stat` and `/proc/cpuinfo` of a host with many processors, each of which did what the line `cpu` of
/// the former says: a word for each number of ticks.
pub fn write_processors(fixture: &Fixture, processors: u64, ticks: [u64; 8]) {
    let line = |name: &str, of: u64| {
        let ticks = ticks.map(|ticks| (ticks * of).to_string()).join(" ");
        format!("{name} {ticks} 0 0\n")
    };
    let each: String = (0..processors).map(|n| line(&format!("cpu{n}"), 1)).collect();
    let interrupts = " 12345678".repeat(40_000);
    let all = line("cpu ", processors);
    fixture.write("proc/stat", format!("{all}{each}intr 99{interrupts}\nctxt 5\n"));
    let flags = "sse ".repeat(400);
    let paragraph = |n| format!("processor\t: {n}\nmodel name\t: Big\nflags\t: {flags}\n\n");
    fixture.write("proc/cpuinfo", (0..processors).map(paragraph).collect::<String>());
}

/// A line of `/proc/PID/stat`.
pub fn stat_line(pid: u32, parent: u32, start: u64, own: u64, waited: u64) -> String {
    format!(
        "{pid} (sh) S {parent} 1 1 0 -1 0 0 0 0 0 {own} 0 {waited} 0 20 0 1 0 {start} 4096 1 0\n"
    )
}
