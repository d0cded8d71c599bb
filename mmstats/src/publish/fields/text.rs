//! Texts that change.

use std::fmt;

use crate::format::{DeclaredField, Kind, Layout, cut, until_nul};
use crate::memory::{AttachedField, BytesCell, StructCell};
use crate::publish::declaration::FieldKind;
use crate::publish::{Declaration, DeclareError};

/// A text that changes: a state, a version, what is being worked on.
///
/// It has up to 255 bytes by default (see `size`); a longer text is cut after a whole character. Readers see all of a text or all of the one before (in a packed file they may see half
/// of each). A NUL ends what readers see.
///
/// When the thread that wrote a [`per_thread!`](crate::per_thread) instance ends, a text returns to
/// its initial value: the state was the thread's. One that says what happened last, such as an error
/// message, is declared with `keep`: it stays as it is until the thread that takes the instance over
/// sets it.
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
    /// What it returns to when its thread ends; `None` if it keeps its value.
    initial: Option<String>,
}

#[derive(Debug)]
enum TextCell {
    Struct(StructCell),
    Packed(BytesCell),
}

/// How long a text can be, what it is at first, and whether it keeps its last value.
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
    /// Sets the text, cut if it is too long.
    pub fn set(&self, text: &str) {
        let bytes = cut(text, self.size).as_bytes();
        match &self.cell {
            TextCell::Packed(cell) => cell.store(bytes),
            TextCell::Struct(cell) => cell.publish_bytes(bytes),
        }
    }

    /// What it is now.
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

    /// The text before the first is set, and after the thread that set it ended.
    pub fn initial(mut self, text: impl Into<String>) -> Self {
        self.settings.initial = text.into();
        self
    }

    /// Whether to keep the last text when its thread ends. By default the initial one returns.
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
        /// 16 MiB: with both values of it a file is still one that readers take.
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
            // Tells the size to a reader of the index alone.
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
