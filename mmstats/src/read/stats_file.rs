//! A snapshot of one stats file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content::{Content, Scratch};
use super::parsed::Fields;
use super::{ProcessKey, ReadBudget, Stat};
use crate::file::{FileId, Inode, Life, MAX_SIZE, OpenFile, Processes, ReadError, Writer, judge};
use crate::format::{FormatError, Identity};

/// A snapshot of one stats file: who wrote it, and its stats at one moment.
///
/// The file is copied once and closed; later changes by its writer, or anybody else, don't affect a
/// snapshot. Read the file again for a new one.
///
/// Clones are cheap: they share their memory. A clone doesn't keep the file
/// [open](crate::ReadOptions::keep_open).
///
/// ```
/// use mmstats::{StatsFile, Value};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("jobs.mmstats");
/// # std::fs::write(&path, b"\x01\x04\0jobs\x01\0B\xff\x07")?;
/// let file = StatsFile::read(&path)?;
/// for stat in file.stats() {
///     println!("{} {}", stat.label(), stat.value());
/// }
/// assert_eq!(file.get("jobs").map(|stat| stat.value()), Some(Value::Unsigned(7)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct StatsFile {
    path: Arc<Path>,
    /// The size of the file. The content may lack zeros at the end.
    size: usize,
    content: Content,
    problem: Option<Arc<ReadError>>,
    origin: Option<Origin>,
}

/// The file that a snapshot was taken from.
#[derive(Debug)]
enum Origin {
    Open(OpenFile),
    Closed(Inode),
    /// Open, but the system didn't say which file it is.
    Unknown,
    /// Of another time, and perhaps of another machine.
    Recorded(Inode),
}

impl Clone for Origin {
    fn clone(&self) -> Self {
        match self {
            Self::Recorded(inode) => Self::Recorded(*inode),
            here => here.inode().map_or(Self::Unknown, Self::Closed),
        }
    }
}

impl Origin {
    fn inode(&self) -> io::Result<Inode> {
        match self {
            Self::Open(open) => open.inode(),
            Self::Closed(inode) | Self::Recorded(inode) => Ok(*inode),
            Self::Unknown => Err(io::Error::other("its device and inode are unknown")),
        }
    }
}

impl StatsFile {
    /// Reads a file of up to 64 MiB; [`ReadOptions`](crate::ReadOptions) reads larger ones.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be read, is too large, or is not a stats file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let file = OpenFile::open(path, MAX_SIZE)?;
        Self::from_open_file(path, file, false, None)
    }

    /// Parses `bytes` as the content of a stats file; `path` names the file in messages.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Damaged`] if the bytes are not a stats file.
    pub fn from_bytes(
        path: impl Into<PathBuf>,
        bytes: impl AsRef<[u8]>,
    ) -> Result<Self, ReadError> {
        let (path, bytes) = (path.into(), bytes.as_ref());
        match Content::of_bytes(bytes) {
            Ok(content) => Ok(Self::of_content(path.into(), bytes.len(), content)),
            Err(source) => Err(ReadError::Damaged { path, source }),
        }
    }

    pub(super) fn from_open_file(
        path: &Path,
        open: OpenFile,
        keep: bool,
        budget: Option<&mut ReadBudget>,
    ) -> Result<Self, ReadError> {
        let content = Content::read(path, &open, budget)?;
        let size = open.size;
        let origin = if keep {
            // The inode can be queried later, and often isn't needed.
            Origin::Open(open)
        } else {
            let failed = |source| ReadError::Io { path: path.to_owned(), source };
            Origin::Closed(open.inode().map_err(failed)?)
        };
        Ok(Self::new(path.into(), size, content, Some(origin)))
    }

    /// Reads a file that stays open elsewhere. `fields` are those of the file before: the files of a
    /// program nearly always have the same.
    pub(super) fn read_from(
        path: Arc<Path>,
        open: &OpenFile,
        budget: &mut ReadBudget,
        fields: &mut Fields,
    ) -> Result<Self, ReadError> {
        let mut content = Content::read(&path, open, Some(budget))?;
        content.share_fields(fields);
        let origin = open.inode().map_or(Origin::Unknown, Origin::Closed);
        Ok(Self::new(path, open.size, content, Some(origin)))
    }

    /// Reads the same file again. Clones keep what they have, and so does this one if it fails.
    pub(super) fn refresh(
        &mut self,
        open: &mut OpenFile,
        scratch: &mut Scratch,
        budget: &mut ReadBudget,
    ) -> Result<(), ReadError> {
        if self.content.size() != open.size {
            // Larger than what was read of it: it may have changed its size unnoticed.
            open.update_size(&self.path, MAX_SIZE)?;
        }
        if open.size == self.size && self.content.refresh(&self.path, open, scratch)? {
            return Ok(());
        }
        open.update_size(&self.path, MAX_SIZE)?;
        self.content.reread(&self.path, open, budget)?;
        (self.size, self.problem) = (open.size, problem_of(&self.content, &self.path));
        Ok(())
    }

    /// Gives its share back to the budget.
    pub(super) fn release(&self, budget: &mut ReadBudget) {
        self.content.release(budget);
    }

    /// Of a content that comes from no file.
    pub(super) fn of_content(path: Arc<Path>, size: usize, content: Content) -> Self {
        Self::new(path, size, content, None)
    }

    fn new(path: Arc<Path>, size: usize, content: Content, origin: Option<Origin>) -> Self {
        let problem = problem_of(&content, &path);
        Self { path, size, content, problem, origin }
    }

    pub(super) fn shared_path(&self) -> Arc<Path> {
        Arc::clone(&self.path)
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's size in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The device and inode of the file, which distinguish it from another one that takes its name
    /// later; `None` if the bytes didn't come from a file.
    pub fn device_and_inode(&self) -> Option<(u64, u64)> {
        let id = self.origin.as_ref()?.inode().ok()?.id;
        Some((id.device, id.inode))
    }

    /// The uid of the user who owns the file that was read, whichever file its path has by now;
    /// `None` if the bytes didn't come from a file.
    ///
    /// Everybody can create files in `/dev/shm`. What a file says about its writer is only a claim;
    /// its owner is who created it, or whom root gave it to. Inside a user namespace, the owner of
    /// a file of a user from outside is the overflow uid (65534).
    pub fn owner(&self) -> Option<u32> {
        Some(self.origin.as_ref()?.inode().ok()?.owner)
    }

    /// The writer's identity; `None` for files without a trailer.
    pub fn identity(&self) -> Option<&Identity> {
        self.content.identity()
    }

    /// Whether the file has a trailer, with kinds, units and help.
    pub fn has_trailer(&self) -> bool {
        self.content.has_trailer()
    }

    /// The writer's process id: the identity's, else the number of the last label that ends in
    /// `sys.pid`.
    pub fn pid(&self) -> Option<u32> {
        self.identity().map(|identity| identity.pid).or_else(|| {
            let pid = self.integer(self.content.sys_fields().pid)?;
            pid.try_into().ok()
        })
    }

    /// The process that wrote the file, distinguished from others of the same id; `None` if the
    /// file has no process id.
    pub fn process(&self) -> Option<ProcessKey> {
        match self.identity() {
            Some(identity) => Some(ProcessKey::of_identity(identity)),
            None => self.pid().map(ProcessKey::of_pid),
        }
    }

    /// The thread that writes the file now: the number of the last label that ends in
    /// `sys.tid` (in files of the original it may be a pthread id), else the identity's.
    pub fn tid(&self) -> Option<i64> {
        self.integer(self.content.sys_fields().tid)
            .or_else(|| self.identity().map(|identity| identity.tid))
    }

    /// When the file was created, as Unix time in seconds: the number of the last label that ends
    /// in `sys.created`. `None` if there is none, or it isn't finite.
    ///
    /// With [device and inode](Self::device_and_inode) and [identity](Self::identity) it tells writers
    /// apart: an inode number is used again, and so is a process id.
    pub fn created(&self) -> Option<f64> {
        let stat = self.content.stat(self.content.sys_fields().created?)?;
        stat.value().as_f64().filter(|created| created.is_finite())
    }

    fn integer(&self, index: Option<usize>) -> Option<i64> {
        self.content.stat(index?)?.value().as_i64()
    }

    /// Says from which file the snapshot was taken, at another time or on another machine: its
    /// [device and inode](Self::device_and_inode), and the uid of its [owner](Self::owner).
    /// [`Changes`](crate::Changes) tells files apart by them.
    ///
    /// Whether the writer lives isn't known: see [`life`](Self::life).
    #[must_use]
    pub fn with_inode(mut self, device: u64, inode: u64, owner: u32) -> Self {
        self.origin = Some(Origin::Recorded(Inode { id: FileId { device, inode }, owner }));
        self
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    pub(super) fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }

    /// Whether the writer still publishes. Asks the operating system now, which costs more than
    /// reading the file.
    ///
    /// Undecided without a file (see [`from_bytes`](Self::from_bytes)), for one of another time (see
    /// [`with_inode`](Self::with_inode)), or if the path has another file by now.
    ///
    /// ```
    /// use mmstats::{Processes, StatsFile};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let path = dir.path().join("jobs.mmstats");
    /// # std::fs::write(&path, b"\x01\x04\0jobs\x01\0B\xff\x07")?;
    /// let mut processes = Processes::new(); // one for all files of a round
    /// let life = StatsFile::read(&path)?.life(&mut processes);
    /// println!("{:?}: {}", life.verdict, life.reason);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn life(&self, processes: &mut Processes) -> Life {
        let Some(origin) = &self.origin else {
            return Life::undecided("not read from a file");
        };
        let now = match origin {
            Origin::Open(open) => return self.life_through(open, processes),
            Origin::Recorded(_) => return Life::undecided("recorded at another time"),
            Origin::Closed(_) | Origin::Unknown => OpenFile::open(&self.path, u64::MAX),
        };
        match (origin.inode(), now) {
            (Err(error), _) => Life::undecided(error.to_string()),
            (Ok(then), Ok(now)) if now.id().is_ok_and(|now| now == then.id) => {
                self.life_through(&now, processes)
            }
            (Ok(_), Ok(_)) => Life::undecided("replaced by another file since it was read"),
            (Ok(_), Err(error)) => Life::undecided(error.reason()),
        }
    }

    /// Whether the writer still publishes, given the file that was read.
    pub(super) fn life_through(&self, open: &OpenFile, processes: &mut Processes) -> Life {
        let writer = || match self.identity() {
            Some(identity) => Writer::Ours(identity),
            None => Writer::Original(self.pid()),
        };
        match open.id() {
            Ok(id) => judge(&open.file, id, writer, processes),
            Err(error) => Life::undecided(error.to_string()),
        }
    }

    /// Closes a file that [`ReadOptions::keep_open`](crate::ReadOptions::keep_open) keeps open: a
    /// snapshot that stays needs no descriptor. Device, inode and owner stay known, and
    /// [`life`](Self::life) opens the file again.
    pub fn close(&mut self) {
        if let Some(Origin::Open(open)) = &self.origin {
            self.origin = Some(open.inode().map_or(Origin::Unknown, Origin::Closed));
        }
    }

    /// The stats in file order.
    pub fn stats(&self) -> impl DoubleEndedIterator<Item = Stat<'_>> + ExactSizeIterator {
        self.content.stats()
    }

    /// The first stat with this label.
    pub fn get(&self, label: &str) -> Option<Stat<'_>> {
        self.stats().find(|stat| stat.label_bytes() == label.as_bytes())
    }

    /// Where and why the fields broke off; the stats before that are valid.
    pub fn problem(&self) -> Option<&ReadError> {
        self.problem.as_deref()
    }
}

fn problem_of(content: &Content, path: &Path) -> Option<Arc<ReadError>> {
    let damaged = |source: &FormatError| {
        Arc::new(ReadError::Damaged { path: path.to_path_buf(), source: source.clone() })
    };
    content.problem().map(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;
    use crate::file::{Verdict, lock, own_identity};
    use crate::format::{Layout, NewFile};
    use mmstats_testing::other_user;
    use std::fs;

    /// A file of this process, without stats.
    fn own_file(dir: &tempfile::TempDir) -> PathBuf {
        let path = dir.path().join("own.mmstats");
        let image = NewFile::compose(&[], &own_identity("Own"), Layout::Aligned, 0, 4096).unwrap();
        fs::write(&path, image.bytes).unwrap();
        path
    }

    #[test]
    fn a_file_knows_its_writer_and_whether_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        let path = own_file(&dir);
        let writer = fs::File::options().write(true).open(&path).unwrap();
        lock::take(&writer).unwrap();
        for keep_open in [false, true] {
            let file = ReadOptions::new().keep_open(keep_open).read(&path).unwrap();
            assert_eq!(file.identity().unwrap().struct_name, "Own");
            assert_eq!(file.pid(), Some(std::process::id()));
            let own = own_identity("Own");
            let process = file.process().unwrap();
            assert_eq!((process.pid, process.start_time), (own.pid, own.start_time));
            assert_eq!(process.pid_namespace, own.pid_namespace);
            assert_eq!(process.boot_id, own.boot_id);
            assert!(file.has_trailer() && file.size() == 4096 && file.path() == path);
            let life = file.life(&mut Processes::new());
            assert_eq!((life.verdict, &*life.reason), (Verdict::Alive, "locked by its writer"));
        }
    }

    #[test]
    fn life_is_of_the_file_that_was_read_and_of_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = own_file(&dir);
        let closed = StatsFile::read(&path).unwrap();
        let open = ReadOptions::new().keep_open(true).read(&path).unwrap();
        // Created before the old one is removed, so that it has another inode.
        let other = dir.path().join("other");
        fs::write(&other, "other").unwrap();
        fs::rename(&other, &path).unwrap();
        let verdict = |file: &StatsFile| file.life(&mut Processes::new());
        assert_eq!(verdict(&closed).reason, "replaced by another file since it was read");
        assert_eq!(verdict(&open).verdict, Verdict::Dead, "it isn't mapped");
        fs::remove_file(&path).unwrap();
        assert_eq!(verdict(&closed).verdict, Verdict::Undecided);
        let bytes = StatsFile::from_bytes("bytes", vec![1]).unwrap();
        assert_eq!(verdict(&bytes).reason, "not read from a file");
    }

    #[test]
    fn a_closed_file_has_no_descriptor_and_is_still_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = own_file(&dir);
        let mut file = ReadOptions::new().keep_open(true).read(&path).unwrap();
        let known = file.device_and_inode();
        assert!(known.is_some() && is_open(&path));
        file.close();
        assert!(!is_open(&path));
        assert_eq!(file.device_and_inode(), known);
        let of = |file: &StatsFile| file.life(&mut Processes::new()).reason;
        assert_eq!(of(&file), of(&StatsFile::read(&path).unwrap()));
    }

    #[test]
    fn the_owner_is_that_of_the_file_that_was_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = own_file(&dir);
        if !other_user::can_give(&path) {
            return;
        }
        let closed = StatsFile::read(&path).unwrap();
        let open = ReadOptions::new().keep_open(true).read(&path).unwrap();
        let mut closed_later = ReadOptions::new().keep_open(true).read(&path).unwrap();
        let elsewhere = tempfile::tempdir_in(dir.path()).unwrap();
        fs::rename(own_file(&elsewhere), &path).unwrap();
        closed_later.close();
        for file in [closed, open, closed_later] {
            assert_eq!(file.owner(), Some(other_user::uid()));
        }
        let own = nix::unistd::geteuid().as_raw();
        assert_eq!(StatsFile::read(&path).unwrap().owner(), Some(own));
        assert_eq!(StatsFile::from_bytes("bytes", [1]).unwrap().owner(), None);
    }

    /// Whether this process has the file open.
    fn is_open(path: &Path) -> bool {
        let mut descriptors = fs::read_dir("/proc/self/fd").unwrap();
        descriptors.any(|open| fs::read_link(open.unwrap().path()).is_ok_and(|file| file == path))
    }

    #[test]
    fn sizes_are_limited() {
        let dir = tempfile::tempdir().unwrap();
        let path = own_file(&dir);
        assert!(matches!(
            ReadOptions::new().max_size(4095).read(&path),
            Err(ReadError::TooLarge { size: 4096, limit: 4095, .. })
        ));
        assert!(ReadOptions::new().max_size(4096).read(&path).is_ok());
    }
}
