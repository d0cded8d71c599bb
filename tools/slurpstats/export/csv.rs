//! `-o csv`: a header, then a line for each number.

use std::io::{self, Write};

use mmstats::{Kind, Stat, Value};
use mmstats_cli::escape::{escape_data, escape_path_data};

use super::exporter::{Exporter, SelectedFile};
use crate::common::csv_fields::{end_record, exact_text, for_each_number, put_field};
use crate::common::json::is_alive;

const HEADER: [&str; 9] =
    ["path", "pid", "alive", "label", "component", "kind", "unit", "type", "value"];

/// Writes the lines of each file as it comes.
pub struct Csv<W: Write> {
    out: csv::Writer<W>,
    help_texts: bool,
}

/// What is the same in every line of a stat.
struct Line<'a> {
    path: &'a str,
    pid: &'a str,
    alive: &'a str,
    stat: Stat<'a>,
}

impl<W: Write> Csv<W> {
    pub fn new(out: W, help_texts: bool) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        for name in HEADER.into_iter().chain(help_texts.then_some("help")) {
            put_field(&mut out, name)?;
        }
        end_record(&mut out)?;
        Ok(Self { out, help_texts })
    }

    fn stat(&mut self, line: &Line<'_>) -> io::Result<()> {
        for_each_number(&line.stat, |component, value| self.line(line, component, value))
    }

    fn line(&mut self, line: &Line<'_>, component: &str, value: &Value<'_>) -> io::Result<()> {
        let Line { path, pid, alive, stat } = *line;
        let value = exact_text(value);
        let label = stat.label();
        let signature = stat.signature();
        for field in [
            path,
            pid,
            alive,
            &*escape_data(&label),
            &*escape_data(component),
            stat.kind().map_or("", Kind::name),
            &*escape_data(stat.unit()),
            &*escape_data(&signature),
            &*value,
        ] {
            put_field(&mut self.out, field)?;
        }
        if self.help_texts {
            put_field(&mut self.out, &escape_data(stat.help()))?;
        }
        end_record(&mut self.out)
    }
}

impl<W: Write> Exporter for Csv<W> {
    fn file(&mut self, selected: SelectedFile<'_>) -> io::Result<()> {
        let path = escape_path_data(selected.file.path());
        let pid = selected.file.pid().map_or_else(String::new, |pid| pid.to_string());
        let alive = match is_alive(selected.life.verdict) {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        };
        for stat in selected.stats() {
            self.stat(&Line { path: &path, pid: &pid, alive, stat })?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
