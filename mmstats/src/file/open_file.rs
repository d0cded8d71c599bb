//! An open file, whose bytes are copied into private memory to be parsed.
//!
//! One `pread` from offset 0 and no map: truncating the file causes an error and not a SIGBUS, and
//! reading ten thousand files costs a fifth of mapping them.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag, fstat};
use nix::unistd::{Whence, lseek};

use super::{FileImage, ReadError};

/// The default maximum size of a file: a stats file has a few pages.
pub(crate) const MAX_SIZE: u64 = 64 << 20;

/// The trailer stores offsets in 32 bits.
pub(crate) const LARGEST: u64 = u32::MAX as u64;

/// Copies of ranges begin on a cache line, like whole copies, so that the kernel copies aligned
/// words whole in both.
const LINE: usize = 64;

/// Only larger files are checked for holes: it takes system calls.
const MAY_HAVE_HOLES: usize = 64 << 10;

/// Zeros kept from a hole at the end, so that neither data that ends there nor a footer before it
/// is taken for the end of the file.
const KEPT_OF_HOLE: usize = 4096;

/// The device and inode, which name a file whatever its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    pub device: u64,
    pub inode: u64,
}

impl From<&FileStat> for FileId {
    fn from(stat: &FileStat) -> Self {
        Self { device: stat.st_dev, inode: stat.st_ino }
    }
}

/// What `fstat` says about a file, besides its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inode {
    pub id: FileId,
    /// The uid of the user who owns it. It can be changed, and so doesn't identify a file.
    pub owner: u32,
}

impl From<&FileStat> for Inode {
    fn from(stat: &FileStat) -> Self {
        Self { id: stat.into(), owner: stat.st_uid }
    }
}

/// An open regular file of known size.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub file: File,
    pub size: usize,
    /// Set at the first use.
    inode: OnceLock<Inode>,
}

impl OpenFile {
    /// The flags to open any file for reading: neither a FIFO nor a terminal may block us.
    pub(crate) const FLAGS: OFlag =
        OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY).union(OFlag::O_CLOEXEC);

    /// Opens a regular file of at most `max_size` bytes.
    ///
    /// Seeking to the end gives the size for a fifth of the cost of `fstat`. If there is no end, as
    /// in FIFOs and most devices, or it is too large, as for directories on some file systems,
    /// `fstat` is called. A block device is read like a file, which does no harm.
    pub(crate) fn open(path: &Path, max_size: u64) -> Result<Self, ReadError> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(Self::FLAGS.bits())
            .open(path)
            .map_err(|source| io_error(path, source))?;
        match file.seek(SeekFrom::End(0)) {
            Ok(size @ 1..) if size <= max_size.min(LARGEST) => {
                Ok(Self { file, size: size as usize, inode: OnceLock::new() })
            }
            _ => Self::of(file, path, max_size),
        }
    }

    /// The same for a file that is already open. Always checks that it is regular.
    pub(crate) fn of(file: File, path: &Path, max_size: u64) -> Result<Self, ReadError> {
        let stat = fstat(&file).map_err(|errno| io_error(path, errno.into()))?;
        if let Some(found) = other_than_regular(&stat) {
            return Err(ReadError::NotRegular { path: path.to_owned(), found });
        }
        let size = size_within(&stat, path, max_size)?;
        Ok(Self { file, size, inode: Inode::from(&stat).into() })
    }

    /// The inode, asked for at the first call.
    pub(crate) fn inode(&self) -> io::Result<Inode> {
        if let Some(inode) = self.inode.get() {
            return Ok(*inode);
        }
        let inode = Inode::from(&fstat(&self.file)?);
        Ok(*self.inode.get_or_init(|| inode))
    }

    /// The file's device and inode.
    pub(crate) fn id(&self) -> io::Result<FileId> {
        Ok(self.inode()?.id)
    }

    /// The size without most of a hole at the end, if there is one: the rest is zeros, which need
    /// no memory.
    pub(crate) fn filled(&self) -> usize {
        let mut end = 0;
        while self.size > MAY_HAVE_HOLES && end < self.size {
            let data = match lseek(&self.file, end as i64, Whence::SeekData) {
                Ok(data) => data,
                Err(Errno::ENXIO) => return self.size.min(end + KEPT_OF_HOLE),
                // The file system doesn't report holes.
                Err(_) => break,
            };
            let Ok(hole) = lseek(&self.file, data, Whence::SeekHole) else {
                break;
            };
            end = hole as usize;
        }
        self.size
    }

    /// Asks for the file's size anew: it may have been truncated or extended.
    pub(crate) fn update_size(&mut self, path: &Path, max_size: u64) -> Result<(), ReadError> {
        let stat = fstat(&self.file).map_err(|errno| io_error(path, errno.into()))?;
        self.size = size_within(&stat, path, max_size)?;
        Ok(())
    }

    /// Copies the file's first bytes into `image`, and fewer if the file has become shorter.
    pub(crate) fn copy_into(
        &self,
        image: &mut FileImage,
        size: usize,
        path: &Path,
    ) -> Result<(), ReadError> {
        image.reset(size);
        let found = fill(&self.file, image.bytes_mut(), 0).map_err(|e| io_error(path, e))?;
        image.truncate(found);
        Ok(())
    }

    /// The whole file.
    pub(crate) fn copy(&self, path: &Path) -> Result<FileImage, ReadError> {
        self.copy_range(0..self.size, path)
    }

    /// At least the bytes of `range`.
    pub(crate) fn copy_range(
        &self,
        range: Range<usize>,
        path: &Path,
    ) -> Result<FileImage, ReadError> {
        let start = range.start - range.start % LINE;
        let mut image = FileImage::unfilled(start, range.end - start);
        let found = fill(&self.file, image.bytes_mut(), start).map_err(|e| io_error(path, e))?;
        if start + found < range.end {
            return Err(ReadError::CutShort {
                path: path.to_owned(),
                expected: self.size,
                found: start + found,
            });
        }
        Ok(image)
    }
}

fn io_error(path: &Path, source: io::Error) -> ReadError {
    ReadError::Io { path: path.to_owned(), source }
}

fn size_within(stat: &FileStat, path: &Path, max_size: u64) -> Result<usize, ReadError> {
    let (size, limit) = (stat.st_size as u64, max_size.min(LARGEST));
    if size > limit {
        return Err(ReadError::TooLarge { path: path.to_owned(), size, limit });
    }
    Ok(size as usize)
}

fn other_than_regular(stat: &FileStat) -> Option<&'static str> {
    match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
        SFlag::S_IFREG => None,
        SFlag::S_IFDIR => Some("a directory"),
        SFlag::S_IFIFO => Some("a FIFO"),
        SFlag::S_IFCHR => Some("a character device"),
        SFlag::S_IFBLK => Some("a block device"),
        SFlag::S_IFSOCK => Some("a socket"),
        _ => Some("no regular file"),
    }
}

/// Reads until `bytes` is full or the file ends; returns how much was read.
fn fill(file: &File, bytes: &mut [u8], offset: usize) -> io::Result<usize> {
    let mut done = 0;
    while done < bytes.len() {
        match file.read_at(&mut bytes[done..], (offset + done) as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LIMIT: u64 = 1 << 20;

    fn reason(path: &Path) -> String {
        OpenFile::open(path, LIMIT).unwrap_err().reason()
    }

    #[test]
    fn copies_have_the_file_s_bytes_at_the_file_s_offsets() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let bytes: Vec<u8> = (0..1003_u32).map(|n| n as u8).collect();
        fs::write(&path, &bytes).unwrap();
        let open = OpenFile::open(&path, LIMIT).unwrap();
        assert_eq!(open.copy(&path).unwrap().bytes(), bytes);
        let part = open.copy_range(700..1003, &path).unwrap();
        assert_eq!(part.at(701..1003), &bytes[701..]);
    }

    #[test]
    fn what_is_no_regular_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(reason(dir.path()), "not a stats file but a directory");
        let fifo = dir.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(reason(&fifo), "not a stats file but a FIFO");
        let looping = dir.path().join("loop");
        std::os::unix::fs::symlink(&looping, &looping).unwrap();
        assert!(reason(&looping).contains("symbolic links"));
        assert!(reason(&dir.path().join("none")).contains("No such file"));
    }

    #[test]
    fn a_size_beyond_the_limit_is_refused_before_anything_is_allocated() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sparse");
        File::create(&path).unwrap().set_len(1 << 42).unwrap();
        assert!(matches!(
            OpenFile::open(&path, LIMIT),
            Err(ReadError::TooLarge { size, limit: LIMIT, .. }) if size == 1 << 42
        ));
        assert!(matches!(
            OpenFile::open(&path, u64::MAX),
            Err(ReadError::TooLarge { limit: LARGEST, .. })
        ));
    }

    #[test]
    fn a_file_that_became_shorter_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, [1; 4096]).unwrap();
        let open = OpenFile::open(&path, LIMIT).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(100).unwrap();
        assert_eq!(
            open.copy(&path).unwrap_err().reason(),
            "cut short while being read: expected 4096 bytes, found 100"
        );
        assert!(open.copy_range(0..100, &path).is_ok());
        assert!(open.copy_range(90..101, &path).is_err());
    }
}
