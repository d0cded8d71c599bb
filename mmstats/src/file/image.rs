//! A private copy of a file's bytes, which never change under the parser.

use std::cell::Cell;
use std::iter;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

/// A part of a file, in words so that it is aligned like the file's pages: then the kernel copies
/// an aligned value of up to 8 bytes whole.
///
/// Clones share their memory until one of them is changed.
#[derive(Clone, Debug)]
pub(crate) struct FileImage {
    /// At least as many as the size takes.
    words: Arc<[u64]>,
    /// The offset in the file of the first byte.
    start: usize,
    size: usize,
}

thread_local! {
    /// The memory of dropped images, for reuse: a reader of ten thousand files would otherwise
    /// allocate and clear it ten thousand times.
    static SPARES: Cell<Vec<Arc<[u64]>>> = const { Cell::new(Vec::new()) };
}

/// Maximum number of buffers kept: as many as reading one file uses at a time.
const MOST_SPARES: usize = 3;

/// Maximum size of a kept buffer, in bytes.
const LARGEST_SPARE: usize = 16 << 10;

impl FileImage {
    /// An image with arbitrary contents, to be filled.
    pub(super) fn unfilled(start: usize, size: usize) -> Self {
        let count = size.div_ceil(size_of::<u64>());
        // One that is much larger would waste memory for as long as the image is kept.
        let fits = |words: &Arc<[u64]>| (count..=2 * count).contains(&words.len());
        let spare = with_spares(|spares| Some(spares.swap_remove(spares.iter().position(fits)?)));
        let words = spare.flatten().unwrap_or_else(|| iter::repeat_n(0, count).collect());
        Self { words, start, size }
    }

    /// An image of nothing.
    pub(crate) fn empty() -> Self {
        Self::unfilled(0, 0)
    }

    /// Makes it an image with arbitrary contents, to be filled, of this size from the file's beginning.
    /// Takes new memory only if there is too little, or if a clone has it.
    pub(super) fn reset(&mut self, size: usize) {
        let count = size.div_ceil(size_of::<u64>());
        if self.words.len() < count || Arc::get_mut(&mut self.words).is_none() {
            *self = Self::unfilled(0, size);
        }
        (self.start, self.size) = (0, size);
    }

    /// Shortens it.
    pub(super) fn truncate(&mut self, size: usize) {
        self.size = self.size.min(size);
    }

    /// Takes the bytes of another image of the same part, which differs only in these ranges. Clones
    /// keep what they have.
    pub(crate) fn assign(&mut self, other: &Self, changed: &[Range<usize>]) {
        if self.size == other.size && Arc::get_mut(&mut self.words).is_some() {
            let bytes = self.bytes_mut();
            for range in changed {
                bytes[range.clone()].copy_from_slice(&other.bytes()[range.clone()]);
            }
        } else {
            *self = Self::of_bytes(other.bytes());
            self.start = other.start;
        }
    }

    /// An image of bytes that weren't read from a file.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let mut image = Self::unfilled(0, bytes.len());
        image.bytes_mut().copy_from_slice(bytes);
        image
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.size]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(Arc::make_mut(&mut self.words))[..self.size]
    }

    /// Whether both have the same memory.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.words, &other.words) && self.size == other.size
    }

    /// The bytes at these offsets of the file. The image must have them.
    pub(crate) fn at(&self, range: Range<usize>) -> &[u8] {
        &self.bytes()[range.start - self.start..range.end - self.start]
    }
}

impl Drop for FileImage {
    fn drop(&mut self) {
        let mut words = mem::take(&mut self.words);
        let is_kept = words.len() <= LARGEST_SPARE / size_of::<u64>();
        if is_kept && Arc::get_mut(&mut words).is_some() {
            with_spares(|spares| {
                if spares.len() == MOST_SPARES {
                    // Its size may no longer be wanted.
                    spares.remove(0);
                }
                spares.push(words);
            });
        }
    }
}

/// `None` at the end of the thread, when its spares are gone.
fn with_spares<T>(change: impl FnOnce(&mut Vec<Arc<[u64]>>) -> T) -> Option<T> {
    let take_and_put_back = |cell: &Cell<Vec<_>>| {
        let mut spares = cell.take();
        let result = change(&mut spares);
        cell.set(spares);
        result
    };
    SPARES.try_with(take_and_put_back).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_its_bytes() {
        let mut image = FileImage::of_bytes(&[1; 20]);
        let clone = image.clone();
        image.assign(&FileImage::of_bytes(&[2; 20]), std::slice::from_ref(&(0..20)));
        image.reset(30);
        image.bytes_mut().fill(3);
        assert_eq!((clone.bytes(), image.bytes()), (&[1; 20][..], &[3; 30][..]));
    }

    #[test]
    fn a_copy_has_nothing_of_the_one_whose_memory_it_has() {
        drop(FileImage::of_bytes(&[1; 100]));
        for (value, size) in [(2, 90), (3, 200), (4, 95)] {
            assert_eq!(FileImage::of_bytes(&vec![value; size]).bytes(), vec![value; size]);
        }
    }
}
