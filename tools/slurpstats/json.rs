//! `-o json`: one object, written as the files come. Its schema is in tools/README.md.

use std::io::{self, Write};
use std::path::Path;

use mmstats::{FieldLayout, HistogramSnapshot, Kind, Stat, Value, Verdict};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::report::{Report, Shown};
use crate::common::json::{self, Exact, FileError};

/// Raised when a reader of an older schema would go wrong.
pub const SCHEMA: u32 = 1;

/// What is written beyond the fixed part of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Extras {
    pub layout: bool,
    pub help_texts: bool,
    /// Unix time in seconds, against which windows have passed or not.
    pub now: f64,
}

/// Writes each file as it comes, and the errors behind them.
pub struct Json<W> {
    out: W,
    extras: Extras,
    begun: bool,
    errors: Vec<FileError>,
}

impl<W: Write> Json<W> {
    pub const fn new(out: W, extras: Extras) -> Self {
        Self { out, extras, begun: false, errors: Vec::new() }
    }

    /// Before a file: the object's beginning, or a comma.
    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return self.out.write_all(b",\n");
        }
        self.begun = true;
        write!(self.out, "{{\"schema\":{SCHEMA},\"files\":[")
    }
}

impl<W: Write> Report for Json<W> {
    fn file(&mut self, shown: Shown<'_>) -> io::Result<()> {
        self.begin()?;
        let record = FileRecord { shown, extras: self.extras };
        json::write(&mut self.out, &record)
    }

    fn error(&mut self, path: &Path, reason: &str) -> io::Result<()> {
        self.errors.push(FileError::new(path, reason.to_owned()));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        self.out.write_all(b"],\"errors\":")?;
        json::write(&mut self.out, &self.errors)?;
        self.out.write_all(b"}\n")
    }
}

/// An element of `files`.
struct FileRecord<'a> {
    shown: Shown<'a>,
    extras: Extras,
}

impl Serialize for FileRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { shown, extras } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &shown.file.path().to_string_lossy())?;
        map.serialize_entry("pid", &shown.file.pid())?;
        map.serialize_entry("alive", &is_alive(shown.life.verdict))?;
        map.serialize_entry("stats", &StatRecords(*shown, *extras))?;
        map.end()
    }
}

/// True, false, or null where nobody can tell.
pub const fn is_alive(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Alive => Some(true),
        Verdict::Dead => Some(false),
        Verdict::Undecided => None,
    }
}

struct StatRecords<'a>(Shown<'a>, Extras);

impl Serialize for StatRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.stats().map(|stat| StatRecord { stat, extras: self.1 }))
    }
}

/// An element of `stats`.
struct StatRecord<'a> {
    stat: Stat<'a>,
    extras: Extras,
}

impl Serialize for StatRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { stat, extras } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("label", &stat.label())?;
        map.serialize_entry("kind", &stat.kind().map(Kind::name))?;
        map.serialize_entry("unit", &none_if_empty(stat.unit()))?;
        map.serialize_entry("type", &stat.signature())?;
        map.serialize_entry("value", &Exact(stat.value()))?;
        if let Some(histogram) = stat.histogram() {
            map.serialize_entry("components", &HistogramRecord(&histogram))?;
        } else if stat.components().nth(1).is_some() {
            map.serialize_entry("components", &ComponentRecords(*stat))?;
        }
        if !stat.is_stable() {
            map.serialize_entry("unstable", &true)?;
        }
        if stat.expired(extras.now) {
            map.serialize_entry("expired", &true)?;
        }
        if let Some(note) = stat.note() {
            map.serialize_entry("note", &note)?;
        }
        if extras.help_texts {
            map.serialize_entry("help", &none_if_empty(stat.help()))?;
        }
        if extras.layout {
            map.serialize_entry("layout", &LayoutRecord(&stat.field_layout()))?;
        }
        map.end()
    }
}

/// Units and help texts are null where the writer gave none.
pub const fn none_if_empty(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}

/// The components by name. Produced one by one: a field may have as many as its file has bytes.
struct ComponentRecords<'a>(Stat<'a>);

impl Serialize for ComponentRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let components = self.0.components();
        serializer.collect_map(components.map(|(name, value)| (name, Exact(value))))
    }
}

/// Percentiles, and the buckets that have any samples as `[from, to, count]`.
pub struct HistogramRecord<'a>(pub &'a HistogramSnapshot);

impl Serialize for HistogramRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.0.count())?;
        for (name, percent) in super::readable::PERCENTILES {
            map.serialize_entry(name, &self.0.percentile(percent))?;
        }
        map.serialize_entry("buckets", &Buckets(self.0))?;
        map.end()
    }
}

struct Buckets<'a>(&'a HistogramSnapshot);

impl Serialize for Buckets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets = self.0.buckets();
        serializer.collect_seq(buckets.map(|bucket| {
            let (from, to) = bucket.values.into_inner();
            (from, to, bucket.count)
        }))
    }
}

struct LayoutRecord<'a>(&'a FieldLayout<'a>);

impl Serialize for LayoutRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let layout = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("offset", &layout.offset)?;
        map.serialize_entry("size", &layout.size)?;
        map.serialize_entry("signature", &layout.signature)?;
        map.serialize_entry("write_buffer_offset", &layout.write_buffer_offset)?;
        map.serialize_entry("write_buffer", &layout.write_buffer)?;
        map.serialize_entry("buffers", &BufferRecords(layout))?;
        map.end()
    }
}

struct BufferRecords<'a>(&'a FieldLayout<'a>);

impl Serialize for BufferRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buffers = self.0.buffers.iter();
        serializer
            .collect_seq(buffers.map(|(offset, bytes)| BufferRecord { offset: *offset, bytes }))
    }
}

struct BufferRecord<'a> {
    offset: usize,
    bytes: &'a [u8],
}

impl Serialize for BufferRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("hex", &Exact(Value::Bytes(self.bytes)))?;
        map.end()
    }
}
