//! Files that change step by step.

pub mod foreign;
pub mod step;
pub mod steps;
pub mod writer;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use mmstats::Layout;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

use self::step::{How, Obstacle, SLOTS, Step};
use self::writer::Writer;
use crate::actor::Actor;
use crate::random::Random;

const PAGE: u64 = 4096;

/// Directories, the files in them, and their writers.
pub struct World {
    root: TempDir,
    writers: Vec<Writer>,
    /// Of every writer that ever was: its file's device and inode, and what it has counted.
    pub counted: Vec<((u64, u64), u64)>,
    children: Vec<Actor>,
    originals: Vec<Vec<u8>>,
}

impl World {
    /// Without files, below a directory of some file system.
    pub fn new(below: &Path) -> Self {
        let root = TempDir::with_prefix_in("watched", below).unwrap();
        for name in ["dir", "away", "globbed", "making"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        Self {
            root,
            writers: Vec::new(),
            counted: Vec::new(),
            children: Vec::new(),
            originals: foreign::originals(),
        }
    }

    /// Two directories, a glob, a file, and a file that is in one of the directories, too.
    pub fn locations(&self) -> Vec<PathBuf> {
        ["dir", "away", "globbed/*.x", "single", "dir/0.mmstats"]
            .map(|location| self.root.path().join(location))
            .to_vec()
    }

    fn slot(&self, slot: usize) -> PathBuf {
        self.root.path().join(match slot {
            0..6 => format!("dir/{slot}.mmstats"),
            6..8 => format!("away/{slot}.mmstats"),
            8..10 => format!("globbed/{slot}.x"),
            10 => "single".to_owned(),
            _ => unreachable!("{slot} of {SLOTS}"),
        })
    }

    fn making(&self) -> PathBuf {
        self.root.path().join("making")
    }

    /// What fails changes nothing: a directory that is away has no files, for example.
    pub fn apply(&mut self, step: Step) {
        let _ = self.try_to(step);
    }

    fn try_to(&mut self, step: Step) -> io::Result<()> {
        match step {
            Step::Publish { slot, layout, how } => self.publish(slot, layout, how),
            Step::Start { slot } => {
                let (child, path) = writer::start(&self.making());
                self.children.push(child);
                take_name(&path, &self.slot(slot))
            }
            Step::Kill => {
                self.children.iter_mut().for_each(Actor::kill);
                self.children.clear();
                Ok(())
            }
            Step::Count { .. } | Step::Write { .. } | Step::Add { .. } | Step::End { .. } => {
                self.write(step);
                Ok(())
            }
            Step::Foreign { slot, seed, how } => self.put(slot, &foreign::file(seed), how),
            Step::Original { slot, which, how } => {
                let bytes = self.originals[which % self.originals.len()].clone();
                self.put(slot, &bytes, how)
            }
            Step::DirectoryGoes => {
                fs::rename(self.root.path().join("away"), self.root.path().join("gone"))
            }
            Step::DirectoryRemoved => fs::remove_dir_all(self.root.path().join("away")),
            Step::DirectoryComes => {
                let [away, gone] = ["away", "gone"].map(|name| self.root.path().join(name));
                fs::rename(gone, &away).or_else(|_| fs::create_dir(away))
            }
            Step::Rest => Ok(()),
            _ => self.change(step),
        }
    }

    fn publish(&mut self, slot: usize, layout: Layout, how: How) -> io::Result<()> {
        let path = self.slot(slot);
        let directory = path.parent().unwrap();
        if !directory.is_dir() {
            return Ok(());
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        if let How::Rename = how {
            let writer = Writer::create(&self.making(), name, layout);
            take_name(&writer.path(), &path)?;
            self.add(writer);
        } else {
            clear(&path);
            self.add(Writer::create(directory, name, layout));
        }
        Ok(())
    }

    fn add(&mut self, mut writer: Writer) {
        writer.number = self.counted.len();
        self.counted.push((writer.id, 0));
        self.writers.push(writer);
    }

    /// The numbers of the writers whose files have a name.
    pub fn visible(&self) -> BTreeSet<usize> {
        let found = (0..SLOTS).filter_map(|slot| fs::metadata(self.slot(slot)).ok());
        let ids = found.map(|found| (found.dev(), found.ino()));
        // An inode number may be used again.
        ids.filter_map(|id| self.counted.iter().rposition(|(other, _)| *other == id)).collect()
    }

    fn write(&mut self, step: Step) {
        let count = self.writers.len();
        let (Step::Count { writer, .. }
        | Step::Write { writer, .. }
        | Step::Add { writer }
        | Step::End { writer }) = step
        else {
            return;
        };
        let Some(index) = writer.checked_rem(count) else {
            return;
        };
        let writer = &mut self.writers[index];
        match step {
            Step::Count { by, .. } => {
                writer.count(by);
                self.counted[writer.number].1 += by;
            }
            Step::Write { which, round, .. } => writer.write(which, round),
            Step::Add { .. } => writer.add(),
            _ => drop(self.writers.remove(index)),
        }
    }

    /// Steps on files that are there.
    fn change(&mut self, step: Step) -> io::Result<()> {
        match step {
            Step::Restructure { slot, seed } => {
                let path = self.regular(slot)?;
                let size = fs::metadata(&path)?.len() as usize;
                match foreign::of_size(seed, size.min(1 << 16)) {
                    Some(bytes) => writable(&path)?.write_all_at(&bytes, 0),
                    None => Ok(()),
                }
            }
            Step::Poke { slot, at, xor } => {
                let path = self.regular(slot)?;
                let at = at as u64 % fs::metadata(&path)?.len().max(1);
                let mut byte = [0];
                File::open(&path)?.read_exact_at(&mut byte, at)?;
                writable(&path)?.write_all_at(&[byte[0] ^ xor], at)
            }
            Step::Extend { slot, seed } => {
                let path = self.regular(slot)?;
                let end = fs::metadata(&path)?.len().saturating_sub(2);
                let fields = foreign::fields(&mut Random::new(seed)).concat();
                writable(&path)?.write_all_at(&[&fields[..], &[0, 0]].concat(), end)
            }
            Step::Stretch { slot, pages } => {
                let path = self.regular(slot)?;
                let size = fs::metadata(&path)?.len();
                writable(&path)?.set_len((size + pages * PAGE).min(1 << 20))
            }
            Step::Truncate { slot, share } => {
                let path = self.without_writer(slot)?;
                let size = fs::metadata(&path)?.len();
                writable(&path)?.set_len(size * share / 256)
            }
            Step::TruncateToPage { slot } => {
                let path = self.without_writer(slot)?;
                let size = fs::metadata(&path)?.len();
                writable(&path)?.set_len(size.min(PAGE))
            }
            Step::Unlink { slot } => fs::remove_file(self.slot(slot)),
            Step::Obstruct { slot, by } => obstruct(&self.slot(slot), by),
            Step::Rename { from, to } if from != to => take_name(&self.slot(from), &self.slot(to)),
            Step::Link { from, to } if from != to => {
                let from = self.regular(from)?;
                clear(&self.slot(to));
                fs::hard_link(from, self.slot(to))
            }
            Step::Symlink { from, to } if from != to => {
                clear(&self.slot(to));
                symlink(self.slot(from), self.slot(to))
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, slot: usize, bytes: &[u8], how: How) -> io::Result<()> {
        let path = self.slot(slot);
        match how {
            How::Rename => {
                let new = self.making().join("new");
                fs::write(&new, bytes)?;
                take_name(&new, &path)
            }
            How::Anew => {
                clear(&path);
                fs::write(&path, bytes)
            }
            How::InPlace => {
                let path = self.without_writer(slot)?;
                let file = writable(&path)?;
                file.write_all_at(bytes, 0)?;
                file.set_len(bytes.len() as u64)
            }
        }
    }

    /// The path if a file is there: opening a FIFO would wait.
    fn regular(&self, slot: usize) -> io::Result<PathBuf> {
        let path = self.slot(slot);
        if fs::metadata(&path)?.is_file() { Ok(path) } else { Err(io::ErrorKind::Other.into()) }
    }

    /// The same if no writer would be killed by SIGBUS when the file becomes shorter.
    fn without_writer(&self, slot: usize) -> io::Result<PathBuf> {
        let path = self.regular(slot)?;
        let found = fs::metadata(&path)?;
        let id = (found.dev(), found.ino());
        let is_mapped = self.writers.iter().any(|writer| writer.id == id);
        if is_mapped || !self.children.is_empty() {
            return Err(io::ErrorKind::Other.into());
        }
        Ok(path)
    }
}

/// Renames a file to a name that something may have.
fn take_name(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(from)?.is_file() && to.parent().is_some_and(Path::is_dir) {
        if to.is_dir() {
            clear(to);
        }
        fs::rename(from, to)?;
    }
    Ok(())
}

/// Frees a name.
fn clear(path: &Path) {
    let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
}

fn obstruct(path: &Path, by: Obstacle) -> io::Result<()> {
    clear(path);
    match by {
        Obstacle::Directory => fs::create_dir(path),
        Obstacle::Fifo => mkfifo(path, Mode::S_IRWXU).map_err(io::Error::from),
        Obstacle::Loop => symlink(path, path),
        Obstacle::Dangling => symlink("nothing", path),
    }
}

/// Files of ours are read-only.
fn writable(path: &Path) -> io::Result<File> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    OpenOptions::new().write(true).open(path)
}
