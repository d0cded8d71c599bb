//! Words of bare maps, in several forms of addresses.
//!
//! Some processors forward a store to the next load at no cost, but only for some forms of
//! addresses, and which these are differs. A limit is therefore the fastest of all of them.

use std::hint::black_box;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr;
use std::sync::atomic::AtomicU64;

use nix::libc;

use super::BareMap;

/// The words of a form that has them all.
pub const WORDS: usize = 16;

/// Maps for the forms of [`bare_forms!`](crate::bare_forms). There may be one of each `NUMBER` at
/// a time.
#[derive(Debug)]
pub struct BareWords<const NUMBER: usize = 0> {
    map: BareMap,
    absolute: AbsoluteMap<NUMBER>,
}

impl<const NUMBER: usize> BareWords<NUMBER> {
    /// Creates a file and maps it twice.
    pub fn create(path: &Path) -> io::Result<Self> {
        let map = BareMap::create(path, LEN)?;
        let absolute = AbsoluteMap::of(&map)?;
        Ok(Self { map, absolute })
    }

    /// At an address that is known when the loop is entered: its first words.
    pub fn base(&self) -> &[AtomicU64; WORDS] {
        black_box(self.map.words().first_chunk().expect("a page has them"))
    }

    /// The same address, and words at an offset from it.
    pub fn offset(&self) -> &[AtomicU64; LEN / size_of::<AtomicU64>()] {
        black_box(self.map.words().first_chunk().expect("a page has them"))
    }

    /// At an address that is known when the program is built.
    pub fn absolute(&self) -> &AbsoluteMap<NUMBER> {
        &self.absolute
    }

    /// Through a pointer to each, as the library has them.
    pub fn pointers(&self) -> [&AtomicU64; WORDS] {
        self.base().each_ref()
    }
}
