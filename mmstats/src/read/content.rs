//! What a copy of a file's bytes says, and how it is read again.

mod parts;

use std::ops::Range;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use super::consistent::Unstable;
use super::parsed::{Fields, Parsed};
use super::parsed_field::ParsedField;
use super::sys_fields::SysFields;
use super::{ReadBudget, Stat};
use crate::file::{FileImage, OpenFile, ReadError};
use crate::format::{FormatError, Identity};

/// The content of a file at one moment.
///
/// Clones share their memory. A content that is read again takes new memory only as far as a clone
/// still has the old one.
#[derive(Clone, Debug)]
pub(super) struct Content {
    image: FileImage,
    /// Where everything is in the image.
    parsed: Arc<Parsed>,
    unstable: Unstable,
    /// How often other bytes were taken since it was parsed.
    revision: u64,
}

/// What reading files again takes, for one after the other.
#[derive(Debug)]
pub(super) struct Scratch {
    copy: FileImage,
    /// The ranges in which the copy differs from the one before.
    changed: Vec<Range<usize>>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self { copy: FileImage::empty(), changed: Vec::new() }
    }
}

impl Content {
    /// Parses bytes that don't change any more.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        Self::parse(FileImage::of_bytes(bytes), usize::MAX)
    }

    fn parse(image: FileImage, max_fields: usize) -> Result<Self, FormatError> {
        let parsed = Arc::new(Parsed::of(image.bytes(), max_fields)?);
        Ok(Self { image, parsed, unstable: Unstable::new(), revision: 0 })
    }

    /// Reads a file, and takes its share from the budget.
    pub(super) fn read(
        path: &Path,
        open: &OpenFile,
        budget: Option<&mut ReadBudget>,
    ) -> Result<Self, ReadError> {
        let mut content = Self::copied(path, open, open.filled(), budget.as_deref())?;
        if content.problem().is_some() && content.image.bytes().len() < open.size {
            // A field reaches into the hole at the end.
            content = Self::copied(path, open, open.size, budget.as_deref())?;
        }
        let Self { image, parsed, unstable, .. } = &mut content;
        *unstable = parsed.read_consistent(image, path, open)?;
        // Last, so that a file that can't be read takes nothing.
        if let Some(budget) = budget {
            budget.charge(path, content.size(), content.stats())?;
        }
        Ok(content)
    }

    /// Reads the values again, by one copy of the file into `scratch` where a copy is enough. Returns
    /// whether that sufficed: if not, the structure has changed, and nothing is taken.
    pub(super) fn refresh(
        &mut self,
        path: &Path,
        open: &OpenFile,
        Scratch { copy, changed }: &mut Scratch,
    ) -> Result<bool, ReadError> {
        // One more byte than there was: a file that has grown shows it.
        let (expected, wanted) = (self.size(), self.size() + 1);
        let is_whole = expected == open.size;
        if !is_whole && open.filled() != expected {
            return Ok(false);
        }
        open.copy_into(copy, if is_whole { wanted } else { expected }, path)?;
        if copy.bytes().len() != expected
            || !self.parsed.has_same_structure(self.image.bytes(), copy.bytes(), changed)
        {
            return Ok(false);
        }
        // Where nothing at all has changed there was no update, not even of a value of several words.
        if changed.is_empty() && self.unstable.is_empty() {
            return Ok(true);
        }
        if self.parsed.takes_several_copies {
            self.unstable = self.parsed.read_consistent(copy, path, open)?;
            changed.clear();
            changed.push(0..expected);
        }
        self.image.assign(copy, changed);
        self.revision += 1;
        Ok(true)
    }

    /// Reads the first bytes of a file, as far as the budget allows.
    fn copied(
        path: &Path,
        open: &OpenFile,
        size: usize,
        budget: Option<&ReadBudget>,
    ) -> Result<Self, ReadError> {
        let max_fields = budget.map_or(usize::MAX, ReadBudget::max_fields);
        match budget {
            Some(budget) if size as u64 > budget.bytes_left() => Err(budget.over_bytes(path)),
            _ => {
                let image = open.copy_range(0..size, path)?;
                let damaged = |source| ReadError::Damaged { path: path.to_owned(), source };
                let content = Self::parse(image, max_fields).map_err(damaged)?;
                match budget {
                    Some(budget) if content.parsed.too_many => Err(budget.over_labels(path)),
                    _ => Ok(content),
                }
            }
        }
    }

    /// Reads the file again, where its structure has changed. The old content's share of the budget is
    /// given back, unless this fails: then the old content is still in memory.
    pub(super) fn reread(
        &mut self,
        path: &Path,
        open: &OpenFile,
        budget: &mut ReadBudget,
    ) -> Result<(), ReadError> {
        self.release(budget);
        match Self::read(path, open, Some(budget)) {
            Ok(content) => {
                *self = content;
                Ok(())
            }
            Err(error) => {
                budget.charge_anyway(self.size(), self.stats());
                Err(error)
            }
        }
    }

    /// Gives its share back to the budget.
    pub(super) fn release(&self, budget: &mut ReadBudget) {
        budget.release(self.size(), self.stats());
    }

    /// Takes the memory of `fields` if they are the same, so that many files of a program have one
    /// copy, which stays in the processor's cache. Otherwise these are the next ones to try.
    pub(super) fn share_fields(&mut self, fields: &mut Fields) {
        match Arc::get_mut(&mut self.parsed) {
            Some(parsed) if parsed.fields == *fields => parsed.fields = Arc::clone(fields),
            _ => *fields = Arc::clone(&self.parsed.fields),
        }
    }

    /// How many bytes were read. A file may have more zeros at its end.
    pub(super) fn size(&self) -> usize {
        self.image.bytes().len()
    }

    /// Whether there is a trailer.
    pub(super) fn has_trailer(&self) -> bool {
        self.parsed.identity.is_some()
    }

    /// The identity in the trailer.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.parsed.identity(self.image.bytes())
    }

    /// Where and why the fields broke off.
    pub(super) fn problem(&self) -> Option<&FormatError> {
        self.parsed.problem.as_ref()
    }

    /// The labels in file order.
    pub(super) fn labels(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.parsed.fields.iter().map(|field| field.label(self.image.bytes()))
    }

    /// Where the file says which process and thread writes it.
    pub(super) fn sys_fields(&self) -> &SysFields {
        self.parsed.sys_fields.get_or_init(|| SysFields::of(self.stats()))
    }

    /// The stat with this index.
    pub(super) fn stat(&self, index: usize) -> Option<Stat<'_>> {
        self.parsed.fields.get(index).map(|field| self.stat_of(index, field))
    }

    /// The index of a stat of this content; `None` if it is of another one.
    pub(super) fn index_of(&self, stat: &Stat<'_>) -> Option<usize> {
        ptr::eq(stat.bytes(), self.image.bytes()).then(|| stat.index())
    }

    /// Whether both have the same memory, and so the same values. If not, the values may still be
    /// the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.image.is_same(&other.image) && self.has_structure_of(other)
    }

    /// Whether both were parsed once, and have the same identity and the same labels in the same
    /// order. If not, they may still have.
    pub(super) fn has_structure_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.parsed, &other.parsed)
    }

    /// The stats in file order.
    pub(super) fn stats(
        &self,
    ) -> impl DoubleEndedIterator<Item = Stat<'_>> + ExactSizeIterator + Clone {
        self.parsed.fields.iter().enumerate().map(|(index, field)| self.stat_of(index, field))
    }

    fn stat_of<'a>(&'a self, index: usize, field: &'a ParsedField) -> Stat<'a> {
        let index = index as u32;
        let is_stable = self.unstable.is_empty() || self.unstable.binary_search(&index).is_err();
        Stat::new(self.image.bytes(), field, index, is_stable)
    }
}
