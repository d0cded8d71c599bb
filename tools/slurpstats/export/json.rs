//! `-o json`: one object, written as the files come. Its schema is in tools/README.md.

use std::io::{self, Write};
use std::path::Path;

use mmstats_cli::json;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::exporter::{Exporter, SelectedFile};
use crate::common::json::{FileError, is_alive};
use crate::common::records::{RecordOptions, StatRecord};
use crate::common::users::User;

/// Raised when a reader of an older schema would go wrong.
pub const SCHEMA: u32 = 1;

/// Writes each file as it comes, and the errors behind them.
pub struct Json<W> {
    out: W,
    options: RecordOptions,
    begun: bool,
    errors: Vec<FileError>,
}

impl<W: Write> Json<W> {
    pub const fn new(out: W, options: RecordOptions) -> Self {
        Self { out, options, begun: false, errors: Vec::new() }
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

impl<W: Write> Exporter for Json<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        self.begin()?;
        let record = FileRecord { selected, options: self.options };
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
    selected: SelectedFile<'a>,
    options: RecordOptions,
}

impl Serialize for FileRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { selected, options } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &selected.file.path().to_string_lossy())?;
        map.serialize_entry("pid", &selected.file.pid())?;
        map.serialize_entry("owner", &User::owner(selected.file))?;
        map.serialize_entry("alive", &is_alive(selected.life.verdict))?;
        map.serialize_entry("stats", &StatRecords(*selected, *options))?;
        map.end()
    }
}

struct StatRecords<'a>(SelectedFile<'a>, RecordOptions);

impl Serialize for StatRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.stats().map(|stat| StatRecord { stat, options: self.1 }))
    }
}
