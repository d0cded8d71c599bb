//! Texts that change.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout, cut, until_nul};
use crate::memory::{AttachedField, BytesCell, StructCell};
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// A text that changes: a state, a version, what is being worked on.
///
/// It has up to 255 bytes by default (see `size`); a longer text is cut after a whole character.
/// Readers see all of a text or all of the one before (in a packed file they may see half of each),
/// up to its first NUL.
///
/// When the thread that wrote a [`per_thread!`](crate::per_thread) instance ends, a text returns to
/// its initial value: the state was the thread's. Declare a text about the last event, such as an
/// error message, with `keep`: it stays until the thread that takes over the instance sets it.
///
/// ```
/// # use mmstats::{Field, Options, Text};
/// # let directory = tempfile::tempdir()?;
/// # let stats = Options::dynamic("Doc").path(directory.path()).create()?;
/// let state: Text = stats.add(Text::named("state").size(8).initial("idle"))?;
/// assert_eq!(state.get(), "idle");
/// state.set("größer als");
/// assert_eq!(state.get(), "größer");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Text {
    cell: TextCell,
    /// The maximum size in bytes.
    size: usize,
    /// The text to restore when its thread ends; `None` if it keeps its value.
    initial: Option<String>,
}

#[derive(Debug)]
enum TextCell {
    Struct(StructCell),
    Packed(BytesCell),
}

/// A text's maximum size, its initial value, and whether it keeps its last value.
#[doc(hidden)]
#[derive(Debug)]
pub struct TextSettings {
    size: usize,
    initial: String,
    keep: bool,
}

impl Default for TextSettings {
    /// The original's size.
    fn default() -> Self {
        Self { size: 255, initial: String::new(), keep: false }
    }
}

const WORD: usize = size_of::<u64>();

impl Text {
    /// Sets the text; cuts it if it is too long.
    pub fn set(&self, text: &str) {
        let bytes = cut(text, self.size).as_bytes();
        match &self.cell {
            TextCell::Packed(cell) => cell.store(bytes),
            TextCell::Struct(cell) => cell.publish_bytes(bytes),
        }
    }

    /// The current text.
    pub fn get(&self) -> String {
        let mut bytes = match &self.cell {
            TextCell::Packed(cell) => cell.load(),
            TextCell::Struct(cell) => {
                (0..cell.len()).flat_map(|word| cell.component(word).to_ne_bytes()).collect()
            }
        };
        bytes.truncate(self.size);
        String::from_utf8_lossy(until_nul(&bytes)).into_owned()
    }
}

impl Declaration<Text> {
    /// The maximum size in bytes: 1 to 2²⁴.
    pub fn size(mut self, bytes: usize) -> Self {
        self.settings.size = bytes;
        self
    }

    /// The text before it is first set, and after the thread that set it ends.
    pub fn initial(mut self, text: impl Into<String>) -> Self {
        self.settings.initial = text.into();
        self
    }

    /// Whether to keep the last text when its thread ends. By default the initial one is restored.
    pub fn keep(mut self, keep: bool) -> Self {
        self.settings.keep = keep;
        self
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Text").field(&self.get()).finish()
    }
}

impl FieldKind for Text {
    type Settings = TextSettings;

    fn declare_field(
        settings: TextSettings,
        layout: Layout,
    ) -> Result<DeclaredField, DeclareError> {
        /// 16 MiB: readers still accept a file with two values of this size.
        const LARGEST: usize = 1 << 24;
        let TextSettings { size, initial, keep } = settings;
        if size == 0 || size > LARGEST {
            return Err(DeclareError::Size { found: size });
        }
        let mut bytes = cut(&initial, size).as_bytes().to_vec();
        bytes.resize(size, 0);
        let aligned = layout == Layout::Aligned;
        if aligned {
            bytes.resize(size.next_multiple_of(WORD) + WORD, 0);
        }
        let sequence = if aligned { "Q" } else { "" };
        let (signature, align) = (format!("{size}s{sequence}"), if aligned { WORD } else { 1 });
        Ok(DeclaredField {
            buffered: aligned,
            sequenced: aligned,
            // Gives the size to readers of only the index.
            parameters: [size as u64, 0],
            keep,
            ..DeclaredField::new(Kind::Info, signature, bytes, align)
        })
    }

    fn attach_field(field: AttachedField, declared: &DeclaredField) -> Self {
        let cell = match field.layout() {
            Layout::Aligned => TextCell::Struct(StructCell::new(field)),
            Layout::Packed => TextCell::Packed(BytesCell::new(field)),
        };
        let size = declared.parameters[0] as usize;
        let text = Self { cell, size, initial: None };
        Self { initial: (!declared.keep).then(|| text.get()), ..text }
    }

    fn reset(&self) {
        if let Some(initial) = &self.initial {
            self.set(initial);
        }
    }
}
