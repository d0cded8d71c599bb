//! What is printed below the table: figures that aren't one operation against another.

mod growth;
mod histories;
mod memory;
mod messages;
mod recorder;
mod replay;
mod watch;
mod worst;

use std::error::Error;

use mmstats_cli::number::push_grouped;

use crate::cases::Bench;

/// Something measured, with its own table.
pub struct Report {
    /// What it is about.
    pub title: &'static str,
    /// Measures it and returns the text.
    pub measure: fn(&Bench) -> Result<Text, Box<dyn Error>>,
}

/// What a report prints.
pub struct Text {
    /// A table, and what is to be said about it.
    pub text: String,
    /// Whether all its targets are met.
    pub holds: bool,
}

/// All of them, in the order in which they are printed.
pub const ALL: &[Report] = &[
    Report { title: "Growth: reading more files, and more fields", measure: growth::measure },
    Report { title: "Memory: bytes a thread, and a snapshot", measure: memory::measure },
    Report { title: "Memory: a `Watch`, of each file", measure: watch::measure },
    Report { title: "The recorder: pauses and memory", measure: recorder::measure },
    Report { title: "Replaying an hour", measure: replay::measure },
    Report {
        title: "Recordings: a stat over time, and all at one time",
        measure: histories::measure,
    },
    Report { title: "The worst write, while somebody fills the disk", measure: worst::measure },
    Report { title: "Kodemon: messages a second", measure: messages::measure },
];

/// With thousands separators.
fn grouped(number: usize) -> String {
    let mut text = Vec::new();
    push_grouped(&mut text, number as u64);
    String::from_utf8_lossy(&text).into_owned()
}
