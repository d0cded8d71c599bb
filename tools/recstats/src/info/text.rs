//! What is in a recording, for people.

use std::path::Path;
use std::time::{Duration, SystemTime};

use mmstats_cli::escape::{escape, escape_path};
use mmstats_cli::number::push_grouped;
use mmstats_cli::plural::counted;
use mmstats_recording::{Info, Reason, Sizes, Stretch};

use crate::dates::date;
use crate::units::{bytes, duration};

/// Appends lines.
pub fn push(out: &mut Vec<u8>, path: &Path, info: &Info) {
    let mut lines = Lines(out);
    lines.push("recording", &escape_path(path));
    let host = info.host.as_deref().unwrap_or("an unknown host");
    let version = info.version.as_deref().unwrap_or("of unknown version");
    let other = if info.is_other_byte_order { ", of the other byte order" } else { "" };
    lines.push("host", &format!("{}, by mmstats {}{other}", escape(host), escape(version)));
    if let Some((first, last)) = info.bounds {
        lines.push("first poll", &date(first));
        lines.push("last poll", &date(last));
    }
    let every = info.interval.map_or_else(String::new, |it| format!(", every {}", duration(it)));
    lines.push("polls", &(grouped(info.polls) + &every));
    lines.push("writers", &grouped(info.writers));
    lines.push("stats", &grouped(info.stats));
    push_sizes(&mut lines, &info.sizes);
    if !info.damages.is_empty() {
        lines.push("damaged", &counted(grouped(info.damages.len() as u64), "rows"));
    }
    let mut title = "interrupted";
    for pair in info.stretches.windows(2) {
        lines.push(title, &interruption(&pair[0], &pair[1]));
        title = "";
    }
}

fn push_sizes(lines: &mut Lines<'_>, sizes: &Sizes) {
    let Sizes { file, log, .. } = *sizes;
    let beside = if log > 0 { format!(" and {} in -wal", bytes(log)) } else { String::new() };
    lines.push("size", &(bytes(file) + &beside));
    let parts = [
        ("blocks", sizes.blocks),
        ("roll-ups", sizes.roll_ups),
        ("recent polls", sizes.recent),
        ("structures", sizes.structures),
        ("events", sizes.events),
        ("times", sizes.times),
    ];
    let parts = parts.into_iter().filter(|(_, size)| *size > 0);
    let parts: Vec<_> = parts.map(|(name, size)| format!("{name} {}", bytes(size))).collect();
    if !parts.is_empty() {
        lines.push("", &parts.join(", "));
    }
}

/// What is between two stretches.
fn interruption(before: &Stretch, after: &Stretch) -> String {
    let why = match after.reason {
        Some(Reason::Start) => "the recorder was started",
        Some(Reason::Failed) => "polls couldn't be written",
        Some(Reason::Clock) => "the clock was set",
        Some(Reason::Suspend) => "the machine was suspended",
        Some(_) => "for an unknown reason",
        None => "what was recorded is missing or damaged",
    };
    let (from, to) = (date(before.last), date(after.first));
    let passed = rounded(after.passed.unwrap_or_default());
    if after.is_after_gap() {
        return format!("{from} to {to}: gap of {passed}, {why}");
    }
    let step = step(before.last, after.first, after.passed.unwrap_or_default());
    format!("{from} to {to}: {why}{step}")
}

/// By how much the clock ran otherwise.
fn step(before: SystemTime, after: SystemTime, passed: Duration) -> String {
    let Some(expected) = before.checked_add(passed) else { return String::new() };
    match after.duration_since(expected) {
        Ok(forward) => format!(" forward by {}", rounded(forward)),
        Err(back) => format!(" back by {}", rounded(back.duration())),
    }
}

/// In whole seconds, below one in milliseconds.
fn rounded(time: Duration) -> String {
    let milliseconds = (time.as_secs_f64() * 1e3).round() as u64;
    duration(match milliseconds {
        0..1000 => Duration::from_millis(milliseconds),
        _ => Duration::from_secs(time.as_secs_f64().round() as u64),
    })
}

fn grouped(number: u64) -> String {
    let mut text = Vec::new();
    push_grouped(&mut text, number);
    String::from_utf8_lossy(&text).into_owned()
}

/// Lines with titles.
struct Lines<'a>(&'a mut Vec<u8>);

impl Lines<'_> {
    fn push(&mut self, title: &str, text: &str) {
        self.0.extend(format!("{title:<12} {text}\n").bytes());
    }
}
