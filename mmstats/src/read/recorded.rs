//! A file taken apart, so that it can be kept, and put together again.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::StatsFile;
use super::content::Content;
use super::parsed::Parsed;
use crate::file::{LARGEST, ReadError};

/// Whether a file that is read again and again still has the structure that it had.
///
/// Equal ids have the same [structure](StatsFile::structure) and identity, and the words of their
/// values have the same numbers. A file whose structure stays has the same id at each
/// [poll](crate::Watch::poll), unless its fields break off; two files never have the same one. It is
/// compared at once, and keeps no values in memory.
#[derive(Clone)]
pub struct StructureId(Arc<Parsed>);

impl PartialEq for StructureId {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StructureId {}

impl fmt::Debug for StructureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StructureId").field(&Arc::as_ptr(&self.0)).finish()
    }
}

/// To keep what a file was: its structure once, and its values at each moment.
///
/// ```
/// use mmstats::StatsFile;
/// # use mmstats::{Counter, MmStats};
/// # #[derive(MmStats)]
/// # struct Jobs { done: Counter }
/// # let directory = tempfile::tempdir()?;
/// # let stats = Jobs::options().path(directory.path()).create()?;
/// # stats.done.add(7);
/// # let path = stats.path().unwrap();
///
/// let file = StatsFile::read(path)?;
/// let (structure, identity) = (file.structure(), file.identity_bytes());
/// let mut words = Vec::new();
/// file.append_words(&mut words);
///
/// let kept = StatsFile::from_parts(path, &structure, identity, &words)?;
/// assert_eq!(kept.identity(), file.identity());
/// let values = |file: &StatsFile| -> Vec<String> {
///     file.stats().map(|stat| format!("{} {}", stat.label(), stat.value())).collect()
/// };
/// assert_eq!(values(&kept), values(&file));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl StatsFile {
    /// The file's structure: its bytes without what changes while its fields stay, and without who
    /// writes it. The files of a program's threads have the same one, as long as they have the same
    /// fields.
    ///
    /// It is as long as the file, and a stats file itself. Values, sequence numbers, free space and
    /// the identity are zeros; each write buffer is 1, so that the first of two values is read.
    /// Where fields break off, the bytes are kept that say why, and the rest is zeros. When a field is
    /// added, it is another structure, in which the [words](Self::append_words) of the fields before
    /// have the same numbers. Of a file that ends in a hole, the structure has what was read.
    ///
    /// A hostile file's values may also be a part of its structure. Then this is all of its bytes.
    pub fn structure(&self) -> Vec<u8> {
        self.content().structure()
    }

    /// The id of the file's structure, to know without comparing bytes that it is still the same.
    pub fn structure_id(&self) -> StructureId {
        StructureId(Arc::clone(self.content().parsed()))
    }

    /// How often the file was found to have other bytes since its structure was parsed. A file that
    /// has the same [id](Self::structure_id) and the same revision as at an earlier poll has the same
    /// values, so a recorder can skip it. With another revision its values may still be the same.
    pub fn revision(&self) -> u64 {
        self.content().revision()
    }

    /// The bytes of the [identity](Self::identity), as section 7.3 of `spec/FORMAT.md` has them;
    /// none without a trailer.
    pub fn identity_bytes(&self) -> &[u8] {
        self.content().identity_bytes()
    }

    /// Appends the values as 64-bit words in the machine's byte order, stat by stat in file order:
    /// [`word_count`](Self::word_count) of them.
    ///
    /// Each value is the one that readers take, without its sequence number, and takes
    /// [`Stat::word_count`](crate::Stat::word_count) whole words. A number of 1 to 4 bytes is sign- or
    /// zero-extended (a float by zeros, as its bits are). Texts, values of several components and
    /// unknown types are their bytes, with zeros up to a whole word.
    ///
    /// Words are bits and no judgement: an [unstable](Self::unstable) value is what was read last, an
    /// average whose window [has passed](crate::Stat::is_expired) is still there, and of fields that
    /// broke off those before the [problem](Self::problem) are.
    ///
    /// Allocates only if `words` has too little capacity.
    pub fn append_words(&self, words: &mut Vec<u64>) {
        self.content().append_words(words);
    }

    /// The number of words that [`append_words`](Self::append_words) appends.
    pub fn word_count(&self) -> usize {
        self.content().parsed().word_count()
    }

    /// The indices of the stats whose values are not [stable](crate::Stat::is_stable), in ascending
    /// order. Nearly always there are none.
    pub fn unstable(&self) -> &[u32] {
        self.content().unstable()
    }

    /// Puts a file together again of its [structure](Self::structure), the
    /// [bytes of its identity](Self::identity_bytes) and its [words](Self::append_words).
    ///
    /// It shows the same as the file did, but for [`Stat::field_layout`](crate::Stat::field_layout):
    /// sequence numbers and the values that nobody reads are zeros. Its [`size`](Self::size) is the
    /// structure's. All values are stable, until
    /// [`set_unstable`](Self::set_unstable) says otherwise. It comes from no file, until
    /// [`with_inode`](Self::with_inode) says from which. Nothing of the parts is believed: what they
    /// make is checked like any file. Bits for which a value has no room are dropped.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Damaged`] if the structure is not a stats file, or if identity and words
    /// aren't as long as it says, and [`ReadError::TooLarge`] if it has 4 GiB or more.
    pub fn from_parts(
        path: impl Into<PathBuf>,
        structure: &[u8],
        identity: &[u8],
        words: &[u64],
    ) -> Result<Self, ReadError> {
        let path = path.into();
        let size = structure.len();
        if size as u64 > LARGEST {
            return Err(ReadError::TooLarge { path, size: size as u64, limit: LARGEST });
        }
        match Content::of_parts(structure, identity, words) {
            Ok(content) => Ok(Self::of_content(path.into(), size, content)),
            Err(source) => Err(ReadError::Damaged { path, source }),
        }
    }

    /// Takes the values of another moment, all of them stable. Nothing is parsed, and nothing is
    /// allocated unless there is a clone, which keeps what it has.
    ///
    /// Where no value has changed it needn't be called, and then
    /// [`FileChange::is_unchanged`](crate::FileChange::is_unchanged) knows it.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Damaged`] and changes nothing if there aren't
    /// [`word_count`](Self::word_count) of them.
    pub fn set_words(&mut self, words: &[u64]) -> Result<(), ReadError> {
        let set = self.content_mut().set_words(words);
        set.map_err(|source| ReadError::Damaged { path: self.path().to_owned(), source })
    }

    /// Takes other values of single words, by their numbers; quickest if these ascend. All others stay,
    /// and so does which values are [stable](crate::Stat::is_stable). Nothing is parsed, and nothing is
    /// allocated unless there is a clone, which keeps what it has.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Damaged`] if a number isn't below [`word_count`](Self::word_count). The
    /// words before it are taken.
    pub fn change_words(
        &mut self,
        words: impl IntoIterator<Item = (u32, u64)>,
    ) -> Result<(), ReadError> {
        let changed = self.content_mut().change_words(words);
        changed.map_err(|source| ReadError::Damaged { path: self.path().to_owned(), source })
    }

    /// Marks the values of the stats with these indices as not [stable](crate::Stat::is_stable), and
    /// all others as stable. Indices of no stat are ignored.
    pub fn set_unstable(&mut self, stats: &[u32]) {
        self.content_mut().set_unstable(stats);
    }
}
