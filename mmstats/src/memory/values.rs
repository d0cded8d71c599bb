//! Values of several words in a file: struct values, arrays of counts, packed texts.

use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering, fence};

use super::AttachedField;
use super::protocol::{Words, publish};
use crate::format::Layout;

const WORD: usize = size_of::<u64>();

/// A struct value of an aligned file: components of a word each, then a sequence number.
#[derive(Debug)]
pub(crate) struct StructCell {
    field: AttachedField,
    /// The words of one buffer, the sequence number included.
    size: usize,
}

impl StructCell {
    /// # Panics
    ///
    /// Panics if the field is not buffered or not of whole, aligned words.
    pub(crate) fn new(field: AttachedField) -> Self {
        assert!(field.layout == Layout::Aligned && field.buffered, "a double-buffered field");
        assert!(field.size.is_multiple_of(WORD) && field.size > WORD, "whole words");
        assert!(is_word_aligned(&field), "aligned words");
        Self { size: field.size / WORD, field }
    }

    /// The components of one value: all of its words but the sequence number.
    pub(crate) fn len(&self) -> usize {
        self.size - 1
    }

    /// Publishes all components together.
    ///
    /// # Panics
    ///
    /// Panics if the struct has another number of components.
    #[inline]
    pub(crate) fn publish<const N: usize>(&self, components: [u64; N]) {
        assert!(N + 1 == self.size, "one word a component");
        // With `N` in place of `self.size` the compiler knows every word's offset.
        let buffers = self.buffers(N + 1);
        publish(&buffers, N + 1, |first| {
            for (word, component) in components.into_iter().enumerate() {
                buffers.store(first + word, component);
            }
        });
    }

    /// Publishes as many bytes as fit, and zeros behind them to the end of that word. Further words
    /// keep what this buffer had before: nobody reads a text beyond its terminator, and one that
    /// fills all words has none.
    pub(crate) fn publish_bytes(&self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<WORD>();
        let mut padded = [0; WORD];
        padded[..rest.len()].copy_from_slice(rest);
        let words = whole.iter().chain([&padded]).take(self.len());
        let buffers = self.buffers(self.size);
        publish(&buffers, self.size, |first| {
            for (word, bytes) in words.enumerate() {
                buffers.store(first + word, u64::from_ne_bytes(*bytes));
            }
        });
    }

    /// A component as readers see it.
    pub(crate) fn component(&self, number: usize) -> u64 {
        let buffers = self.buffers(self.size);
        let first = usize::from((buffers.index() & 1) ^ 1) * self.size;
        buffers.load(first + number)
    }

    /// Both buffers, of `size` words each.
    #[inline]
    fn buffers(&self, size: usize) -> Buffers<'_> {
        assert!(size <= self.size, "within the field");
        // SAFETY: within the map, which lives as long as `self`; any address is aligned for a
        // byte.
        let index = unsafe { AtomicU8::from_ptr(self.field.write_buffer().as_ptr()) };
        let words = self.field.first_value().cast::<AtomicU64>().as_ptr();
        // SAFETY: a buffered field has two values of `self.size` words within the map, aligned:
        // `new` checked that. All accesses to them are by these atomics.
        let words = unsafe { slice::from_raw_parts(words, 2 * size) };
        Buffers { index, words }
    }
}

/// A struct value's index and the words of both its buffers.
struct Buffers<'a> {
    index: &'a AtomicU8,
    words: &'a [AtomicU64],
}

impl Words for Buffers<'_> {
    #[inline]
    fn index(&self) -> u8 {
        self.index.load(Ordering::Relaxed)
    }

    #[inline]
    fn release_index(&self, index: u8) {
        self.index.store(index, Ordering::Release);
    }

    #[inline]
    fn load(&self, word: usize) -> u64 {
        self.words[word].load(Ordering::Relaxed)
    }

    #[inline]
    fn store(&self, word: usize, value: u64) {
        self.words[word].store(value, Ordering::Relaxed);
    }

    #[inline]
    fn release(&self, word: usize, value: u64) {
        self.words[word].store(value, Ordering::Release);
    }

    #[inline]
    fn fence(&self) {
        fence(Ordering::Release);
    }
}

/// An unbuffered array of counts.
#[derive(Debug)]
pub(crate) struct ArrayCell {
    field: AttachedField,
    /// The index of the last count.
    last: usize,
    aligned: bool,
}

impl ArrayCell {
    /// # Panics
    ///
    /// Panics if the field is buffered or not of whole words.
    pub(crate) fn new(field: AttachedField) -> Self {
        assert!(!field.buffered && field.size.is_multiple_of(WORD), "an array of words");
        let aligned = field.layout == Layout::Aligned;
        assert!(!aligned || is_word_aligned(&field), "aligned words");
        let last = (field.size / WORD).checked_sub(1).expect("a word at least");
        Self { field, last, aligned }
    }

    /// Adds one to the count with this index, or to the last one if there are fewer: a load and a
    /// store, without a `lock` prefix.
    #[inline]
    pub(crate) fn increment(&self, number: usize) {
        let number = number.min(self.last);
        if self.aligned {
            // SAFETY: at most the last index; `new` checked the alignment.
            let word = unsafe { word_at(&self.field, number) };
            word.store(word.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        } else {
            self.increment_packed(number);
        }
    }

    #[cold]
    #[inline(never)]
    fn increment_packed(&self, number: usize) {
        let word = self.packed_word(number);
        // SAFETY: within the array, as `packed_word` checked, and so within the map; bytes are
        // aligned anywhere. Only this thread writes them.
        let count = u64::from_ne_bytes(unsafe { word.read_volatile() });
        // SAFETY: as above.
        unsafe { word.write_volatile(count.wrapping_add(1).to_ne_bytes()) };
    }

    /// The sum of the counts.
    pub(crate) fn sum(&self) -> u64 {
        (0..=self.last).fold(0, |sum, number| sum.wrapping_add(self.get(number)))
    }

    /// # Panics
    ///
    /// Panics if there are fewer.
    fn get(&self, number: usize) -> u64 {
        assert!(number <= self.last, "within the array");
        if self.aligned {
            // SAFETY: asserted above; `new` checked the alignment.
            return unsafe { word_at(&self.field, number) }.load(Ordering::Relaxed);
        }
        // SAFETY: as in `increment`.
        u64::from_ne_bytes(unsafe { self.packed_word(number).read_volatile() })
    }

    fn packed_word(&self, number: usize) -> NonNull<[u8; WORD]> {
        assert!(number <= self.last, "within the array");
        // SAFETY: asserted above.
        unsafe { self.field.first_value().cast::<[u8; WORD]>().add(number) }
    }
}

/// Unbuffered bytes: the text of a packed file, as the original stores it.
#[derive(Debug)]
pub(crate) struct BytesCell(AttachedField);

impl BytesCell {
    /// # Panics
    ///
    /// Panics if the field is buffered.
    pub(crate) fn new(field: AttachedField) -> Self {
        assert!(!field.buffered, "unbuffered bytes");
        Self(field)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.size
    }

    /// Stores as many of `bytes` as fit, and zeros behind them.
    pub(crate) fn store(&self, bytes: &[u8]) {
        let bytes = bytes.iter().copied().chain(std::iter::repeat(0));
        for (number, byte) in bytes.take(self.len()).enumerate() {
            self.byte(number).store(byte, Ordering::Relaxed);
        }
    }

    /// A copy of all bytes.
    pub(crate) fn load(&self) -> Vec<u8> {
        (0..self.len()).map(|number| self.byte(number).load(Ordering::Relaxed)).collect()
    }

    fn byte(&self, number: usize) -> &AtomicU8 {
        assert!(number < self.0.size, "within the value");
        // SAFETY: `number` is below the value's size, which `Map::attach` found within the map.
        let byte = unsafe { self.0.first_value().add(number) };
        // SAFETY: within the map, which lives as long as `self`; a byte is aligned anywhere.
        unsafe { AtomicU8::from_ptr(byte.as_ptr()) }
    }
}

fn is_word_aligned(field: &AttachedField) -> bool {
    field.first_value().addr().get().is_multiple_of(align_of::<AtomicU64>())
}

/// The word with this index, counted from the field's first value.
///
/// # Safety
///
/// The word lies within the field, and the field's first value is aligned for it.
#[inline]
unsafe fn word_at(field: &AttachedField, number: usize) -> &AtomicU64 {
    // SAFETY: within the field, as the caller promises, and so within the map.
    let word = unsafe { field.first_value().cast::<u64>().add(number) };
    // SAFETY: aligned, as the caller promises; the map lives as long as `field`; other threads of
    // this process have no access.
    unsafe { AtomicU64::from_ptr(word.as_ptr()) }
}
