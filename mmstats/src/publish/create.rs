//! Creates a stats file: first complete but invisible, then named.
//!
//! Readers never meet half a file: its bytes are all there and its sign of life is set before it
//! has a name. A full file system is an error here and not a SIGBUS at a later store, because
//! every block is reserved and every page touched.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, posix_fallocate};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use nix::sys::stat::fstat;
use nix::sys::statvfs::statvfs;
use nix::unistd::linkat;

use super::{CreateError, exit_cleanup, name};
use crate::file::{FileId, Processes, Removal, file_names, lock, remove_if_dead};
use crate::format::VERSION;
use crate::memory::{Map, Section};

/// Everyone may read, nobody may write: otherwise another process could truncate it under the
/// writer.
const DEFAULT_MODE: u32 = 0o444;

/// A new file, mapped.
pub(super) struct CreatedFile {
    pub map: Arc<Map>,
    pub path: PathBuf,
    pub id: FileId,
}

/// Creates a file of these bytes in `directory`, as `file_name` or with its next free number.
pub(super) fn create_file(
    directory: &Path,
    file_name: &str,
    mode: Option<u32>,
    image: &[u8],
) -> Result<CreatedFile, CreateError> {
    let failed = |step| {
        move |source: io::Error| CreateError::Io { path: directory.to_path_buf(), step, source }
    };
    check_size_limit(directory, image.len())?;
    let section = Section::enter();
    let (file, temporary) = make(directory, mode).map_err(failed("create a file in"))?;
    reserve(&file, image.len()).map_err(failed("reserve space for a file in"))?;
    lock::take(&file).map_err(failed("lock a file in"))?;
    let stat = fstat(&file).map_err(|errno| failed("inspect a file in")(errno.into()))?;
    let map = Map::of_file(file, &stat, image.len(), &section).map_err(failed("map a file in"))?;
    // The version byte last: a file without it is no stats file.
    map.write(1, &image[1..]);
    map.write(0, &[VERSION]);
    let linked = link(&map, &temporary, &directory.join(file_name));
    drop(temporary);
    // Ends before the map is dropped, if no name is free: dropping enters a section, which would
    // wait for a fork that waits for this one.
    drop(section);
    Ok(CreatedFile { map, path: linked?, id: FileId::from(&stat) })
}

/// The temporary name, if any, of a new file. Removed when dropped: by then the file has its final
/// name, or creating it failed.
struct Temporary(Option<PathBuf>);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

/// A file without a name, or with one that no tool searches for.
fn make(directory: &Path, mode: Option<u32>) -> io::Result<(File, Temporary)> {
    let (file, temporary) = match open(directory, OFlag::O_TMPFILE, mode) {
        Ok(file) => (file, Temporary(None)),
        Err(error) if is_unsupported(&error) => make_named(directory, mode)?,
        Err(error) => return Err(error),
    };
    if let Some(mode) = mode {
        // Set explicitly, so the umask doesn't apply.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok((file, temporary))
}

/// For file systems without nameless files.
fn make_named(directory: &Path, mode: Option<u32>) -> io::Result<(File, Temporary)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(file_names::temporary_name(std::process::id(), number));
        match open(&path, OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW, mode) {
            Ok(file) => return Ok((file, Temporary(Some(path)))),
            // Left by an earlier process with this pid; cleanstats removes it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

fn open(path: &Path, flags: OFlag, mode: Option<u32>) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags.bits())
        .mode(mode.unwrap_or(DEFAULT_MODE))
        .open(path)
}

fn is_unsupported(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(errno, Some(Errno::EOPNOTSUPP | Errno::EISDIR | Errno::EINVAL))
}

/// Fails if the process may not create files of this size. Trying would raise SIGXFSZ, which ends a
/// program that doesn't expect it.
fn check_size_limit(directory: &Path, needed: usize) -> Result<(), CreateError> {
    match getrlimit(Resource::RLIMIT_FSIZE) {
        Ok((limit, _)) if limit != RLIM_INFINITY && needed as u64 > limit => {
            Err(CreateError::FileSizeLimit { path: directory.to_path_buf(), needed, limit })
        }
        _ => Ok(()),
    }
}

/// Reserves every block; retries after `EINTR`.
fn reserve(file: &File, len: usize) -> io::Result<()> {
    let len = len.try_into().map_err(|_| Errno::EFBIG)?;
    loop {
        match posix_fallocate(file, 0, len) {
            Err(Errno::EINTR) => {}
            result => return Ok(result?),
        }
    }
}

/// The maximum length of a file name in `directory`.
pub(super) fn longest_name(directory: &Path) -> usize {
    /// The limit of nearly all file systems.
    const USUAL: usize = 255;
    statvfs(directory).map_or(USUAL, |found| found.name_max() as usize)
}

/// Gives the file its name, or a numbered variant that no live file holds.
fn link(map: &Map, temporary: &Temporary, wanted: &Path) -> Result<PathBuf, CreateError> {
    let mut processes = Processes::new();
    if link_or_replace(map, temporary, wanted, &mut processes)? {
        return Ok(wanted.to_path_buf());
    }
    let first = name::first_free(|number| {
        let path = name::numbered(wanted, number);
        // This process's own files are live, so they needn't be opened.
        exit_cleanup::has_made(&path)
            || path.symlink_metadata().is_ok() && !removed(&path, &mut processes)
    });
    for number in name::numbers_from(first) {
        let path = name::numbered(wanted, number);
        if link_or_replace(map, temporary, &path, &mut processes)? {
            return Ok(path);
        }
    }
    Err(CreateError::NamesExhausted { path: wanted.to_path_buf() })
}

/// Gives the file this name unless a live file holds it.
fn link_or_replace(
    map: &Map,
    temporary: &Temporary,
    path: &Path,
    processes: &mut Processes,
) -> Result<bool, CreateError> {
    loop {
        match link_to(map, temporary, path) {
            Ok(()) => return Ok(true),
            Err(Errno::EEXIST) if removed(path, processes) => {}
            Err(Errno::EEXIST) => return Ok(false),
            Err(errno) => {
                let path = path.to_path_buf();
                return Err(CreateError::Io { path, step: "name", source: errno.into() });
            }
        }
    }
}

/// Removes the file of this name if it is dead; returns whether the name is free.
fn removed(path: &Path, processes: &mut Processes) -> bool {
    matches!(remove_if_dead(path, processes), Ok(Removal::Removed { .. } | Removal::Gone))
}

fn link_to(map: &Map, Temporary(temporary): &Temporary, path: &Path) -> nix::Result<()> {
    static SECOND_WORKED: AtomicBool = AtomicBool::new(false);
    if let Some(temporary) = temporary {
        return linkat(AT_FDCWD, temporary, AT_FDCWD, path, AtFlags::empty());
    }
    let descriptor = map.descriptor().ok_or(Errno::EBADF)?;
    // Kernels before 6.10 require a privilege for the first way, and fail with "no such file". The
    // second requires none, but needs `/proc`.
    in_either_way(
        &SECOND_WORKED,
        || linkat(descriptor, "", AT_FDCWD, path, AtFlags::AT_EMPTY_PATH),
        || {
            let unnamed = format!("/proc/self/fd/{}", descriptor.as_raw_fd());
            linkat(AT_FDCWD, unnamed.as_str(), AT_FDCWD, path, AtFlags::AT_SYMLINK_FOLLOW)
        },
    )
}

/// Tries one way, and the other if the kernel refuses it. Begins with the one that worked last: it
/// is only a matter of speed, so that it stays right when the process gains or drops privileges.
fn in_either_way(
    second_worked: &AtomicBool,
    first: impl Fn() -> nix::Result<()>,
    second: impl Fn() -> nix::Result<()>,
) -> nix::Result<()> {
    let is_second = second_worked.load(Ordering::Relaxed);
    let in_way = |is_second: bool| if is_second { second() } else { first() };
    match in_way(is_second) {
        Err(Errno::ENOENT | Errno::EPERM | Errno::EINVAL) => {
            in_way(!is_second)?;
            second_worked.store(!is_second, Ordering::Relaxed);
            Ok(())
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_way_that_worked_is_tried_first_until_it_fails() {
        let second_worked = AtomicBool::new(false);
        let tries = Cell::new((0, 0));
        let link = |first: nix::Result<()>, second: nix::Result<()>| {
            tries.set((0, 0));
            let count = |tried: (u32, u32)| {
                let (firsts, seconds) = tries.get();
                tries.set((firsts + tried.0, seconds + tried.1));
            };
            let first = || (count((1, 0)), first).1;
            let second = || (count((0, 1)), second).1;
            (in_either_way(&second_worked, first, second), tries.get())
        };
        let refused = Err(Errno::ENOENT);
        assert_eq!(link(refused, refused), (refused, (1, 1)));
        assert_eq!(link(Ok(()), refused), (Ok(()), (1, 0)), "a failure of both is no preference");
        assert_eq!(link(refused, Ok(())), (Ok(()), (1, 1)), "privileges were dropped");
        assert_eq!(link(refused, Ok(())), (Ok(()), (0, 1)));
        let taken = Err(Errno::EEXIST);
        assert_eq!(link(Ok(()), taken), (taken, (0, 1)), "a name that is taken is an answer");
        assert_eq!(link(Ok(()), refused), (Ok(()), (1, 1)), "`/proc` is gone");
        assert_eq!(link(Ok(()), refused), (Ok(()), (1, 0)));
    }
}
