//! A cgroup v2: its memory, its limits and its processes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::Roots;
use crate::text::{lines, number, read, read_number, value_of, words};

/// How many cgroups are asked for their processes at most.
const MAX_CGROUPS: usize = 1_000;

/// The cgroup v2 of a process. Files of v1 are never read: their figures mean something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroup {
    /// Where the hierarchy is mounted.
    mount: PathBuf,
    /// The cgroup within it, without a slash at the beginning.
    path: PathBuf,
}

impl Cgroup {
    /// The cgroup of this process, by `/proc/self/cgroup`. `None` if that has no line of a v2 (`0::`), or
    /// where `/sys/fs/cgroup` isn't a v2: with v1 and in a hybrid, the figures belong to v1.
    pub fn own(roots: &Roots) -> Option<Self> {
        Self::from_file(roots, &roots.proc("self/cgroup"))
    }

    /// The cgroup of a process, by `/proc/PID/cgroup`. `None` as for [`Cgroup::own`].
    pub fn of(roots: &Roots, pid: u32) -> Option<Self> {
        Self::from_file(roots, &roots.of_process(pid, "cgroup"))
    }

    fn from_file(roots: &Roots, file: &Path) -> Option<Self> {
        let mount = roots.sys("fs/cgroup");
        // Every cgroup v2 has this file, and nothing of v1 does.
        if !mount.join("cgroup.controllers").is_file() {
            return None;
        }
        let text = read(file)?;
        let path = lines(&text).find_map(|line| line.strip_prefix(b"0::/"))?;
        let path = PathBuf::from(str::from_utf8(path).ok()?);
        // A process outside this namespace's root is shown as `/../…`, which isn't below the mount.
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        inside.then_some(Self { mount, path })
    }

    /// The cgroup around this one. `None` for the root of the hierarchy, as far as it is visible.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let path = self.path.parent()?.to_owned();
        Some(Self { mount: self.mount.clone(), path })
    }

    /// Memory in use, in bytes, without file pages that the kernel would drop first: `memory.current` −
    /// `inactive_file` of `memory.stat`. `None` where the memory controller is off.
    pub fn memory(&self) -> Option<u64> {
        let current = read_number(&self.file("memory.current"))?;
        let inactive = value_of(&read(&self.file("memory.stat"))?, "inactive_file")?;
        // The two files aren't read at one moment.
        Some(current.saturating_sub(inactive))
    }

    /// The limit of memory, in bytes: `memory.max`. `None` without a limit (`max`), and where the memory
    /// controller is off.
    pub fn memory_limit(&self) -> Option<u64> {
        read_number(&self.file("memory.max"))
    }

    /// The limit of processor time, in processors: quota / period of `cpu.max`. `None` without a limit
    /// (`max`), and where the cpu controller is off.
    pub fn cpu_limit(&self) -> Option<f64> {
        let text = read(&self.file("cpu.max"))?;
        let mut numbers = words(&text).map(number);
        let (quota, period) = (numbers.next()??, numbers.next()??);
        (period > 0).then(|| quota as f64 / period as f64)
    }

    /// Processes of it that the kernel killed for lack of memory: `oom_kill` of `memory.events`. It only
    /// grows. `None` where the memory controller is off.
    pub fn oom_kills(&self) -> Option<u64> {
        value_of(&read(&self.file("memory.events"))?, "oom_kill")
    }

    /// The ids of its processes and of those in cgroups below, by `cgroup.procs`. 0 is a process that
    /// this process can't see. `None` if one can't be read, or there are more than 1,000 cgroups.
    pub fn processes(&self) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        let mut pending = vec![self.mount.join(&self.path)];
        let mut seen = pending.len();
        while let Some(directory) = pending.pop() {
            let text = read(&directory.join("cgroup.procs"))?;
            for word in words(&text) {
                found.push(u32::try_from(number(word)?).ok()?);
            }
            for entry in fs::read_dir(&directory).ok()? {
                let entry = entry.ok()?;
                if entry.file_type().ok()?.is_dir() {
                    pending.push(entry.path());
                    seen += 1;
                }
            }
            if seen > MAX_CGROUPS {
                return None;
            }
        }
        Some(found)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.mount.join(&self.path).join(name)
    }
}
