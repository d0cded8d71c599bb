//! A file that is created without a name and then linked: what any safe creation does.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use memmap2::{MmapOptions, MmapRaw};
use nix::fcntl::{AT_FDCWD, AtFlags, FcntlArg, fcntl, posix_fallocate};
use nix::libc;
use nix::unistd::linkat;

/// A mapped and locked file.
#[derive(Debug)]
pub struct UnnamedFile {
    file: File,
    _map: MmapRaw,
}

/// How this process can link a descriptor to a name.
#[derive(Clone, Copy, Debug)]
pub enum Link {
    /// By itself: for kernels since 6.10, or with a privilege.
    Descriptor,
    /// By its name in `/proc`.
    Proc,
}

impl UnnamedFile {
    /// Creates, reserves, maps and locks a file of `len` bytes.
    pub fn create(directory: &Path, len: usize) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).mode(0o444).custom_flags(libc::O_TMPFILE);
        let file = file.open(directory)?;
        posix_fallocate(&file, 0, len as i64)?;
        let map = MmapOptions::new().len(len).map_raw(&file)?;
        fcntl(&file, FcntlArg::F_OFD_SETLK(&whole_file(libc::F_WRLCK)))?;
        Ok(Self { file, _map: map })
    }

    /// Links it to a name.
    pub fn link(&self, path: &Path, link: Link) -> io::Result<()> {
        match link {
            Link::Descriptor => linkat(&self.file, "", AT_FDCWD, path, AtFlags::AT_EMPTY_PATH)?,
            Link::Proc => {
                let unnamed = format!("/proc/self/fd/{}", self.file.as_raw_fd());
                linkat(AT_FDCWD, &*unnamed, AT_FDCWD, path, AtFlags::AT_SYMLINK_FOLLOW)?;
            }
        }
        Ok(())
    }

    /// Finds out how it can be linked, by a name that is then removed.
    pub fn find_link(self, path: &Path) -> io::Result<Link> {
        let works = |link: &Link| self.link(path, *link).is_ok();
        let link = [Link::Descriptor, Link::Proc].into_iter().find(works);
        let link = link.ok_or_else(|| io::Error::other("a descriptor can't be linked"))?;
        fs::remove_file(path)?;
        Ok(link)
    }
}

/// Whether somebody holds a file's lock.
pub fn is_locked(file: &File) -> io::Result<bool> {
    let mut lock = whole_file(libc::F_RDLCK);
    fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock))?;
    Ok(lock.l_type != libc::F_UNLCK as libc::c_short)
}

fn whole_file(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}
