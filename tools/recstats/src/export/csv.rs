//! `-o csv`: a header, then a line for each number of each poll.

use std::io::{self, Write};

use mmstats::{Kind, Stat, Value, WatchedFile};
use mmstats_cli::escape::{escape_data, escape_path_data};
use mmstats_tools::common::csv_fields::{end_record, exact_text, for_each_number, put_field};
use mmstats_tools::common::json::is_alive;
use mmstats_tools::common::patterns::{LabelPattern, any_selects};

use super::failure::Failure;
use super::polls::Poll;

const HEADER: [&str; 10] =
    ["time", "path", "pid", "alive", "label", "component", "kind", "unit", "type", "value"];

/// Writes the lines of each poll as it comes.
pub struct Csv<'a, W: Write> {
    out: csv::Writer<W>,
    labels: &'a [LabelPattern],
    has_matched: bool,
}

/// What is the same in every line of a file.
struct FileFields {
    path: String,
    pid: String,
    alive: &'static str,
}

impl<'a, W: Write> Csv<'a, W> {
    /// Writes the header.
    pub fn new(out: W, labels: &'a [LabelPattern]) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        HEADER.into_iter().try_for_each(|name| put_field(&mut out, name))?;
        end_record(&mut out)?;
        Ok(Self { out, labels, has_matched: false })
    }

    /// Writes the numbers of a poll; behind a gap, lines without values before them.
    pub fn poll(&mut self, poll: &Poll<'_>) -> Result<(), Failure> {
        if let Some(before) = poll.before_gap {
            // In the middle of it, whatever the clock was set to.
            let time = before.midpoint(poll.time);
            self.lines(poll, time, |_| String::new())?;
        }
        self.lines(poll, poll.time, exact_text)
    }

    fn lines(
        &mut self,
        poll: &Poll<'_>,
        time: i64,
        text: impl Fn(&Value<'_>) -> String,
    ) -> Result<(), Failure> {
        let time = (time as f64 / 1e3).to_string();
        for file in &poll.files {
            let fields = FileFields::of(file);
            for (_, stat) in poll.stats_of(file) {
                if any_selects(self.labels, &stat) {
                    self.has_matched = true;
                    for_each_number(&stat, |component, value| {
                        self.line(&time, &fields, &stat, component, &text(value))
                    })?;
                }
            }
        }
        Ok(())
    }

    fn line(
        &mut self,
        time: &str,
        file: &FileFields,
        stat: &Stat<'_>,
        component: &str,
        value: &str,
    ) -> io::Result<()> {
        for field in [
            time,
            &file.path,
            &file.pid,
            file.alive,
            &*escape_data(&stat.label()),
            &*escape_data(component),
            stat.kind().map_or("", Kind::name),
            &*escape_data(stat.unit()),
            &*escape_data(&stat.signature()),
            value,
        ] {
            put_field(&mut self.out, field)?;
        }
        end_record(&mut self.out)
    }

    /// Ends it; returns whether any stat matched.
    pub fn finish(mut self) -> io::Result<bool> {
        self.out.flush()?;
        Ok(self.has_matched)
    }
}

impl FileFields {
    fn of(file: &WatchedFile) -> Self {
        let alive = match is_alive(file.life().verdict) {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        };
        let file = file.file();
        let pid = file.pid().map_or_else(String::new, |pid| pid.to_string());
        Self { path: escape_path_data(file.path()).into_owned(), pid, alive }
    }
}
