//! What a stat stores outside its file.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

/// Like a `Cell`, with the same instructions, but built on an atomic: a stat isn't `Sync` for only
/// one reason, so that misuse causes one error (see `memory::one_thread`).
pub(super) struct Relaxed<T>(AtomicU64, PhantomData<T>);

/// A value that fits into a word.
pub(super) trait Word: Copy {
    fn to_word(self) -> u64;
    fn from_word(word: u64) -> Self;
}

macro_rules! word {
    ($($type:ty, |$value:ident| $to:expr, |$word:ident| $from:expr;)*) => {$(
        impl Word for $type {
            #[inline]
            fn to_word(self) -> u64 {
                let $value = self;
                $to
            }

            #[inline]
            fn from_word($word: u64) -> Self {
                $from
            }
        }
    )*};
}

word! {
    u64, |value| value, |word| word;
    f64, |value| value.to_bits(), |word| f64::from_bits(word);
    usize, |value| value as u64, |word| word as usize;
    bool, |value| value.into(), |word| word != 0;
}

impl<T: Word> Relaxed<T> {
    #[inline]
    pub(super) fn new(value: T) -> Self {
        Self(AtomicU64::new(value.to_word()), PhantomData)
    }

    #[inline]
    pub(super) fn get(&self) -> T {
        T::from_word(self.0.load(Ordering::Relaxed))
    }

    #[inline]
    pub(super) fn set(&self, value: T) {
        self.0.store(value.to_word(), Ordering::Relaxed);
    }

    /// A load and a store, as only one thread writes.
    #[inline]
    pub(super) fn replace(&self, value: T) -> T {
        let before = self.get();
        self.set(value);
        before
    }
}

impl<T: Word + fmt::Debug> fmt::Debug for Relaxed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
