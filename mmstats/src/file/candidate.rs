//! A file that may be removed: its name in an open directory, and the open file.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::writer_info::WriterInfo;
use super::{
    Inode, Life, MAX_SIZE, OpenFile, Owners, Processes, ReadError, Writer, file_names, judge, large,
};

/// A name in an open directory: neither part of the path can be swapped under us.
pub(super) struct DirectoryEntry<'a> {
    path: &'a Path,
    directory: File,
    name: &'a OsStr,
}

impl<'a> DirectoryEntry<'a> {
    pub(super) fn of(path: &'a Path) -> Result<Self, ReadError> {
        let Some(name) = path.file_name() else {
            return Err(ReadError::NotRegular { path: path.to_owned(), found: "a directory" });
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = OpenOptions::new()
            .read(true)
            .custom_flags((OFlag::O_PATH | OFlag::O_DIRECTORY).bits())
            .open(parent.unwrap_or(Path::new(".")))
            .map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
        Ok(Self { path, directory, name })
    }

    pub(super) fn path(&self) -> &'a Path {
        self.path
    }

    /// Opens the file without following symbolic links; `None` if there is no such file.
    fn open(&self) -> Result<Option<File>, ReadError> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OpenFile::FLAGS;
        match openat(&self.directory, self.name, flags, Mode::empty()) {
            Ok(file) => Ok(Some(file.into())),
            Err(Errno::ENOENT) => Ok(None),
            Err(Errno::ELOOP) => {
                Err(ReadError::NotRegular { path: self.path.to_owned(), found: "a symbolic link" })
            }
            Err(errno) => Err(ReadError::Io { path: self.path.to_owned(), source: errno.into() }),
        }
    }

    pub(super) fn present_file(&self) -> Option<Inode> {
        let found = fstatat(&self.directory, self.name, AtFlags::AT_SYMLINK_NOFOLLOW).ok()?;
        Some(Inode::from(&found))
    }

    /// Whether the operating system would allow unlinking the file.
    ///
    /// Tries to remove a directory of this name: if the file system, the directory, the sticky bit
    /// and attributes permit the removal, it fails only because the file isn't a directory. A check
    /// of modes and owners would miss some of them. Only an empty directory that replaces the file
    /// just now would be removed.
    pub(super) fn may_unlink(&self) -> nix::Result<()> {
        match unlinkat(&self.directory, self.name, UnlinkatFlags::RemoveDir) {
            Ok(()) | Err(Errno::ENOTDIR) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    pub(super) fn unlink(&self) -> nix::Result<()> {
        unlinkat(&self.directory, self.name, UnlinkatFlags::NoRemoveDir)
    }
}

/// An open file and what it says about its writer.
pub(super) struct Candidate {
    file: OpenFile,
    inode: Inode,
    writer: CandidateWriter,
}

enum CandidateWriter {
    Whole(WriterInfo),
    Unfinished(u32),
}

/// What a whole stats file of any size says about its writer.
fn writer_info(file: &OpenFile, path: &Path) -> Result<WriterInfo, ReadError> {
    let (size, limit) = (file.size as u64, MAX_SIZE);
    if size > limit {
        let too_large = || ReadError::TooLarge { path: path.to_owned(), size, limit };
        return large::writer_info(file, path)?.ok_or_else(too_large);
    }
    let damaged = |source| ReadError::Damaged { path: path.to_owned(), source };
    WriterInfo::parse(file.copy(path)?.bytes()).map_err(damaged)
}

impl Candidate {
    /// Opens a file that belongs to one of the users; `None` if there is no such file.
    pub(super) fn open(
        entry: &DirectoryEntry<'_>,
        owners: &Owners,
    ) -> Result<Option<Self>, ReadError> {
        let Some(opened) = entry.open().transpose() else {
            return Ok(None);
        };
        let opened = opened.and_then(|file| OpenFile::of(file, entry.path, u64::MAX));
        let owner_of_name = || Some(entry.present_file()?.owner);
        let file = owners.select(entry.path, opened, owner_of_name)?;
        let failed = |source| ReadError::Io { path: entry.path.to_owned(), source };
        let inode = file.inode().map_err(failed)?;
        let writer = match writer_info(&file, entry.path) {
            Ok(info) => CandidateWriter::Whole(info),
            Err(error) => match file_names::pid_of_temporary(entry.name) {
                Some(pid) => CandidateWriter::Unfinished(pid),
                None => return Err(error),
            },
        };
        Ok(Some(Self { file, inode, writer }))
    }

    pub(super) fn file(&self) -> &File {
        &self.file.file
    }

    pub(super) fn inode(&self) -> Inode {
        self.inode
    }

    pub(super) fn writer(&self) -> Writer<'_> {
        match &self.writer {
            CandidateWriter::Whole(info) => info.writer(),
            CandidateWriter::Unfinished(pid) => Writer::Unfinished(*pid),
        }
    }

    pub(super) fn judge(&self, processes: &mut Processes) -> Life {
        judge(&self.file.file, self.inode.id, || self.writer(), processes)
    }
}
