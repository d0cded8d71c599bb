//! Where the kernel's files are.

use std::path::{Path, PathBuf};

/// Where `/proc`, `/sys` and `/etc` are: those of this machine by default, or a tree of files for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    proc: PathBuf,
    sys: PathBuf,
    etc: PathBuf,
}

impl Default for Roots {
    fn default() -> Self {
        Self::below("/")
    }
}

impl Roots {
    /// The folders `proc`, `sys` and `etc` in a directory.
    pub fn below(directory: impl AsRef<Path>) -> Self {
        let directory = directory.as_ref();
        Self {
            proc: directory.join("proc"),
            sys: directory.join("sys"),
            etc: directory.join("etc"),
        }
    }

    /// Whether this is the running machine, which can also be asked by system calls.
    pub fn is_machine(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn proc(&self, path: &str) -> PathBuf {
        self.proc.join(path)
    }

    /// A file of one process.
    pub(crate) fn of_process(&self, pid: u32, file: &str) -> PathBuf {
        self.proc.join(format!("{pid}/{file}"))
    }

    pub(crate) fn sys(&self, path: &str) -> PathBuf {
        self.sys.join(path)
    }

    pub(crate) fn etc(&self, path: &str) -> PathBuf {
        self.etc.join(path)
    }
}
