//! Which numbers of a row are those of which stat.

use std::collections::HashMap;

use mmstats::Kind;

use super::column::Column;

/// Maximum number of bytes of labels and units: those of stats that are gone stay for an hour.
const MAX_TEXT: usize = 32 << 20;

/// The stats with a history, by label or by name.
#[derive(Debug, Default)]
pub struct Keys {
    by_text: HashMap<Box<str>, Vec<Entry>>,
    len: usize,
    text: usize,
}

/// One stat: with another kind or unit it is another one.
#[derive(Debug)]
pub struct Entry {
    pub kind: Option<Kind>,
    pub unit: Box<str>,
    /// What is subtracted from its values, so that `f32` is exact enough for dates.
    pub base: f64,
    /// The number of the last poll that found it.
    pub last: u64,
    /// The value then.
    pub last_value: f64,
    indexes: [u32; Column::ALL.len()],
}

/// No index.
const NONE: u32 = u32::MAX;

impl Entry {
    fn new(kind: Option<Kind>, unit: &str) -> Self {
        Self {
            kind,
            unit: unit.into(),
            base: 0.0,
            last: 0,
            last_value: f64::NAN,
            indexes: [NONE; Column::ALL.len()],
        }
    }

    /// Where the numbers of a column are, if there was one yet.
    pub fn index(&self, column: Column) -> Option<u32> {
        let index = self.indexes[column as usize];
        (index != NONE).then_some(index)
    }

    pub fn set_index(&mut self, column: Column, index: u32) {
        self.indexes[column as usize] = index;
    }
}

impl Keys {
    /// How many stats there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The stats of a label or name, one for each kind and unit.
    pub fn of(&self, text: &str) -> &[Entry] {
        self.by_text.get(text).map_or(&[], Vec::as_slice)
    }

    /// A stat.
    pub fn get(&mut self, text: &str, kind: Option<Kind>, unit: &str) -> Option<&mut Entry> {
        let entries = self.by_text.get_mut(text)?;
        entries.iter_mut().find(|entry| entry.kind == kind && *entry.unit == *unit)
    }

    /// Adds a stat that isn't there yet; `None` if labels take too much memory.
    pub fn add(&mut self, text: &str, kind: Option<Kind>, unit: &str) -> Option<&mut Entry> {
        let size = text.len() + unit.len();
        if self.text + size > MAX_TEXT {
            return None;
        }
        self.text += size;
        self.len += 1;
        let entries = self.by_text.entry(text.into()).or_default();
        entries.push(Entry::new(kind, unit));
        entries.last_mut()
    }

    /// All stats.
    pub fn iter(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        self.by_text
            .iter_mut()
            .flat_map(|(text, entries)| entries.iter_mut().map(move |entry| (&**text, entry)))
    }

    /// Drops what was found last before this poll, and returns the indexes that are free then.
    pub fn forget(&mut self, oldest: u64) -> Vec<u32> {
        let mut free = Vec::new();
        self.by_text.retain(|text, entries| {
            entries.retain(|entry| {
                let is_known = entry.last >= oldest;
                if !is_known {
                    free.extend(entry.indexes.iter().filter(|index| **index != NONE));
                    self.len -= 1;
                    self.text -= text.len() + entry.unit.len();
                }
                is_known
            });
            !entries.is_empty()
        });
        free
    }
}
