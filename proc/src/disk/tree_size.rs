//! What a directory and all below it take on their disk.

use std::collections::HashSet;
use std::ffi::{CStr, OsStr};
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};

/// How much of a disk files take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeSize {
    /// Allocated blocks, in bytes: a sparse file has less than its length.
    pub bytes: u64,
    /// Directories that couldn't be read: `bytes` lacks what is in them. Those that were removed meanwhile
    /// don't count.
    pub unreadable: u64,
}

/// When to give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeSizeLimits {
    /// Default: 2 s. A system call that blocks, as on a server that doesn't answer, isn't interrupted.
    pub time: Duration,
    /// Default: a million files and directories.
    pub entries: u64,
}

impl Default for TreeSizeLimits {
    fn default() -> Self {
        Self { time: Duration::from_secs(2), entries: 1_000_000 }
    }
}

/// Why there is no size.
#[derive(Debug)]
#[non_exhaustive]
pub enum TreeSizeError {
    /// The directory itself can't be read.
    Io(io::Error),
    /// It takes longer than the limit.
    Time,
    /// It has more entries than the limit, or names of directories that take 64 MiB.
    Entries,
}

impl fmt::Display for TreeSizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Time => f.write_str("measuring the directory takes too long"),
            Self::Entries => f.write_str("the directory has too many entries"),
        }
    }
}

impl std::error::Error for TreeSizeError {}

const FLAGS: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_CLOEXEC);
/// The most bytes in paths of directories that wait to be read.
const MAX_PENDING: usize = 64 << 20;

/// The allocated blocks of a directory and of all below it, on its own file system. Each inode counts once,
/// however many links it has. Symbolic links aren't followed, except that the directory itself may be one.
///
/// # Errors
///
/// Returns an error if the directory can't be read, and beyond a limit.
pub fn tree_size(directory: &Path, limits: TreeSizeLimits) -> Result<TreeSize, TreeSizeError> {
    let io = |errno: Errno| TreeSizeError::Io(errno.into());
    let top = open(directory, FLAGS, Mode::empty()).map_err(io)?;
    let stat = fstat(&top).map_err(io)?;
    let mut walk = Walk {
        device: stat.st_dev,
        size: TreeSize { bytes: bytes_of(&stat), unreadable: 0 },
        counted: HashSet::from([(stat.st_dev, stat.st_ino)]),
        pending: Vec::new(),
        pending_bytes: 0,
        entries: 0,
        deadline: Instant::now().checked_add(limits.time),
        limits,
    };
    walk.read(&top, directory)?;
    while let Some((path, inode)) = walk.pending.pop() {
        walk.pending_bytes -= path.as_os_str().len();
        match open(&path, FLAGS | OFlag::O_NOFOLLOW, Mode::empty()) {
            // Somebody may have put another one, or a link, in its place.
            Ok(found) if walk.is_same(&found, inode) => walk.read(&found, &path)?,
            Ok(_) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {}
            Err(_) => walk.size.unreadable += 1,
        }
    }
    Ok(walk.size)
}

struct Walk {
    device: u64,
    size: TreeSize,
    /// Device and inode of what may have several names.
    counted: HashSet<(u64, u64)>,
    /// Directories that were counted, but not read, with their inodes.
    pending: Vec<(PathBuf, u64)>,
    pending_bytes: usize,
    entries: u64,
    deadline: Option<Instant>,
    limits: TreeSizeLimits,
}

impl Walk {
    fn is_same(&self, directory: &OwnedFd, inode: u64) -> bool {
        fstat(directory).is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (self.device, inode))
    }

    fn read(&mut self, directory: &OwnedFd, path: &Path) -> Result<(), TreeSizeError> {
        // The descriptor's copy is for the list alone, so that its entries can be asked meanwhile.
        let copy = directory.try_clone().ok();
        let Some(mut list) = copy.and_then(|copy| Dir::from_fd(copy).ok()) else {
            self.size.unreadable += 1;
            return Ok(());
        };
        for entry in list.iter() {
            let Ok(entry) = entry else {
                self.size.unreadable += 1;
                break;
            };
            let name = entry.file_name();
            if !matches!(name.to_bytes(), b"." | b"..") {
                self.entries += 1;
                self.check_limits()?;
                self.count(directory, path, name);
            }
        }
        Ok(())
    }

    fn count(&mut self, directory: &OwnedFd, path: &Path, name: &CStr) {
        // One that was removed meanwhile takes nothing.
        let Ok(stat) = fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW) else { return };
        let is_directory = stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFDIR.bits();
        // Files of an overlay may show the device of a layer.
        if is_directory && stat.st_dev != self.device {
            return;
        }
        // A directory may be mounted in two places.
        if (is_directory || stat.st_nlink > 1) && !self.counted.insert((stat.st_dev, stat.st_ino)) {
            return;
        }
        self.size.bytes = self.size.bytes.saturating_add(bytes_of(&stat));
        if is_directory {
            let path = path.join(OsStr::from_bytes(name.to_bytes()));
            self.pending_bytes += path.as_os_str().len();
            self.pending.push((path, stat.st_ino));
        }
    }

    fn check_limits(&self) -> Result<(), TreeSizeError> {
        if self.entries > self.limits.entries || self.pending_bytes > MAX_PENDING {
            return Err(TreeSizeError::Entries);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Err(TreeSizeError::Time);
        }
        Ok(())
    }
}

fn bytes_of(stat: &FileStat) -> u64 {
    // In units of 512 bytes, whatever the size of a block.
    u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512)
}
