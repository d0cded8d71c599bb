//! How a value of several words is published.
//!
//! ```text
//!  index   buffer 0                      buffer 1
//!  u8      component … | sequence        component … | sequence
//! ```
//!
//! The writer fills the buffer that the index names, which readers don't take, and flips the index:
//! all components change together. The sequence number of a buffer is odd while it is being
//! written. Readers compare the index and sequence number of several copies: see `spec/FORMAT.md`,
//! "Struct values".

/// The words of one struct value, and its index: what the protocol needs of memory.
pub trait Words {
    /// Loads the index.
    fn index(&self) -> u8;
    /// Stores the index; a reader that sees it sees all earlier stores.
    fn release_index(&self, index: u8);
    /// Loads a word, without ordering. Words are numbered through both buffers.
    fn load(&self, word: usize) -> u64;
    /// Stores a word, without ordering.
    fn store(&self, word: usize, value: u64);
    /// Stores a word; a reader that sees it sees all earlier stores.
    fn release(&self, word: usize, value: u64);
    /// Orders the stores before it before the stores after it.
    fn fence(&self);
}

/// Publishes the components that `fill` stores, given the number of their first word.
///
/// `size` is the number of words of one buffer, the sequence number included.
#[inline]
pub fn publish<W: Words>(words: &W, size: usize, fill: impl FnOnce(usize)) {
    let index = words.index() & 1;
    let first = usize::from(index) * size;
    let sequence = first + size - 1;
    let number = words.load(sequence);
    words.store(sequence, number.wrapping_add(1));
    // Without it a component may become visible before the odd number, and a copy of a half-written
    // buffer would pass for a whole one.
    words.fence();
    fill(first);
    words.release(sequence, number.wrapping_add(2));
    words.release_index(index ^ 1);
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Records all stores, in program order.
    #[derive(Default)]
    struct Recorder {
        words: [Cell<u64>; 6],
        index: Cell<u8>,
        log: RefCell<Vec<String>>,
    }

    impl Words for Recorder {
        fn index(&self) -> u8 {
            self.index.get()
        }
        fn release_index(&self, index: u8) {
            self.index.set(index);
            self.log.borrow_mut().push(format!("index={index}"));
        }
        fn load(&self, word: usize) -> u64 {
            self.words[word].get()
        }
        fn store(&self, word: usize, value: u64) {
            self.words[word].set(value);
            self.log.borrow_mut().push(format!("{word}={value}"));
        }
        fn release(&self, word: usize, value: u64) {
            self.store(word, value);
        }
        fn fence(&self) {
            self.log.borrow_mut().push("fence".into());
        }
    }

    #[test]
    fn stores_are_in_the_documented_order_and_buffers_alternate() {
        let words = Recorder::default();
        for value in [10, 20] {
            publish(&words, 3, |first| {
                words.store(first, value);
                words.store(first + 1, value + 1);
            });
        }
        assert_eq!(
            words.log.take(),
            [
                "2=1", "fence", "0=10", "1=11", "2=2", "index=1", "5=1", "fence", "3=20", "4=21",
                "5=2", "index=0",
            ]
        );
    }
}
