//! The files of the last update, each as it was last read.

use super::file_change::Before;
use super::writer;
use crate::read::StatsFile;

/// The files of the last update, with each of which one file is compared at most.
#[derive(Debug)]
pub(super) struct KnownFiles {
    /// Sorted by the bytes of their paths, each of which is there once.
    files: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    file: StatsFile,
    /// Something is compared with it.
    is_taken: bool,
    /// Its path has a file that could be read.
    is_present: bool,
}

impl KnownFiles {
    /// The files may come in any order.
    pub(super) fn new(files: impl Iterator<Item = StatsFile>) -> Self {
        let mut files: Vec<_> =
            files.map(|file| Known { file, is_taken: false, is_present: false }).collect();
        files.sort_by(|a, b| path_bytes(&a.file).cmp(path_bytes(&b.file)));
        Self { files }
    }

    /// The index of the file with the path of `file`, which is in the update. It is quickest if
    /// files are asked for in the order of their paths, with the same `next`.
    pub(super) fn find_present(&mut self, file: &StatsFile, next: &mut usize) -> Option<usize> {
        let is_next = |known: &Known| path_bytes(&known.file) == path_bytes(file);
        let found =
            if self.files.get(*next).is_some_and(is_next) { *next } else { self.find(file)? };
        *next = found + 1;
        self.files[found].is_present = true;
        Some(found)
    }

    /// The index of the file with the path of `file`.
    pub(super) fn find(&self, file: &StatsFile) -> Option<usize> {
        self.files.binary_search_by(|known| path_bytes(&known.file).cmp(path_bytes(file))).ok()
    }

    /// What `file` is compared with if it goes on with the file of this index; `None` if it is
    /// another writer's.
    pub(super) fn take(&mut self, index: usize, file: &StatsFile) -> Option<Before> {
        let known = &mut self.files[index];
        if !writer::is_same(&known.file, file) {
            // While a file is cut short, it may lack what says who writes it.
            let is_cut = known.file.problem().is_some() || file.problem().is_some();
            let is_one_file = known.file.device_and_inode() == file.device_and_inode();
            return (is_cut && is_one_file).then_some(Before::Baseline);
        }
        let was_taken = std::mem::replace(&mut known.is_taken, true);
        Some(if was_taken { Before::Baseline } else { Before::File(known.file.clone()) })
    }

    /// The files that nothing was compared with, and whose path has no file that could be read.
    pub(super) fn into_left(self) -> impl Iterator<Item = StatsFile> {
        let left = self.files.into_iter().filter(|known| !known.is_taken && !known.is_present);
        left.map(|known| known.file)
    }
}

fn path_bytes(file: &StatsFile) -> &[u8] {
    file.path().as_os_str().as_encoded_bytes()
}
