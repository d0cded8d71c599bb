//! What becomes of files between polls, besides their values.

use std::borrow::Cow;

use mmstats::{Life, Verdict};
use mmstats_sqlite::varint::{put, take};

use crate::seal::{seal, unseal};

/// An event of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// From this poll on a writer's file is among the files. Its words begin as zeros.
    Present { writer: i64, is_added: bool },
    /// Whether its writer lives changed, or the reason.
    Life { writer: i64, life: Life },
    /// Which stats are unstable changed.
    Unstable { writer: i64, stats: Vec<u32> },
    /// It isn't among the files any more, as it can't be read.
    Absent { writer: i64 },
    /// It is gone; the words of the poll are its final values.
    Removed { writer: i64 },
    /// The errors, if they aren't those of the poll before or one is new.
    Errors(Vec<ErrorEntry>),
    /// Where files are searched, if that changed.
    Locations(Vec<String>),
}

/// An error in the list of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorEntry {
    pub is_new: bool,
    pub error: Listed,
}

/// Which error it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// That with this number in the list of the poll before.
    Before(usize),
    /// One that wasn't there.
    Another(ErrorTexts),
}

/// What an error says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorTexts {
    pub path: Vec<u8>,
    pub summary: String,
    pub reason: String,
    pub is_not_found: bool,
}

const PRESENT: i64 = 1;
const LIFE: i64 = 2;
const UNSTABLE: i64 = 3;
const ABSENT: i64 = 4;
const REMOVED: i64 = 5;
const ERRORS: i64 = 6;
const LOCATIONS: i64 = 7;

/// A row of the table `events`, without its key.
#[derive(Debug)]
pub struct EventRow {
    pub what: i64,
    pub writer: Option<i64>,
    pub detail: Vec<u8>,
}

impl Event {
    pub fn encode(&self) -> EventRow {
        let mut detail = Vec::new();
        let into = &mut detail;
        let (what, writer) = match self {
            Self::Present { writer, is_added } => {
                into.push((*is_added).into());
                (PRESENT, Some(*writer))
            }
            Self::Life { writer, life } => {
                put_life(into, life);
                (LIFE, Some(*writer))
            }
            Self::Unstable { writer, stats } => {
                for stat in stats {
                    put(into, (*stat).into());
                }
                (UNSTABLE, Some(*writer))
            }
            Self::Absent { writer } => (ABSENT, Some(*writer)),
            Self::Removed { writer } => (REMOVED, Some(*writer)),
            Self::Errors(entries) => {
                for entry in entries {
                    put_entry(into, entry);
                }
                (ERRORS, None)
            }
            Self::Locations(locations) => {
                for location in locations {
                    put_bytes(into, location.as_bytes());
                }
                (LOCATIONS, None)
            }
        };
        seal(&mut detail);
        EventRow { what, writer, detail }
    }

    /// `None` if the row is damaged.
    pub fn decode(what: i64, writer: Option<i64>, detail: &[u8]) -> Option<Self> {
        let mut bytes = unseal(detail).ok()?;
        let from = &mut bytes;
        let event = match (what, writer) {
            (PRESENT, Some(writer)) => Self::Present { writer, is_added: take_bool(from)? },
            (LIFE, Some(writer)) => Self::Life { writer, life: take_life(from)? },
            (UNSTABLE, Some(writer)) => {
                let stats = all(from, |from| take(from)?.try_into().ok())?;
                Self::Unstable { writer, stats }
            }
            (ABSENT, Some(writer)) => Self::Absent { writer },
            (REMOVED, Some(writer)) => Self::Removed { writer },
            (ERRORS, None) => Self::Errors(all(from, take_entry)?),
            (LOCATIONS, None) => Self::Locations(all(from, take_text)?),
            _ => return None,
        };
        from.is_empty().then_some(event)
    }
}

/// What the rest of the bytes says, one after the other: none is longer in memory than some hundred
/// times its bytes.
fn all<T>(from: &mut &[u8], mut one: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let mut found = Vec::new();
    while !from.is_empty() {
        found.push(one(from)?);
    }
    Some(found)
}

fn put_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    put(into, bytes.len() as u64);
    into.extend(bytes);
}

fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let size = usize::try_from(take(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(size)?;
    *from = rest;
    Some(bytes)
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    String::from_utf8(take_bytes(from)?.to_vec()).ok()
}

fn take_bool(from: &mut &[u8]) -> Option<bool> {
    match take(from)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn put_life(into: &mut Vec<u8>, life: &Life) {
    into.push(match life.verdict {
        Verdict::Alive => 0,
        Verdict::Dead => 1,
        _ => 2,
    });
    put_bytes(into, life.reason.as_bytes());
}

fn take_life(from: &mut &[u8]) -> Option<Life> {
    let verdict = match take(from)? {
        0 => Verdict::Alive,
        1 => Verdict::Dead,
        2 => Verdict::Undecided,
        _ => return None,
    };
    Some(Life::new(verdict, Cow::Owned(take_text(from)?)))
}

fn put_entry(into: &mut Vec<u8>, ErrorEntry { is_new, error }: &ErrorEntry) {
    into.push((*is_new).into());
    match error {
        Listed::Before(number) => put(into, *number as u64 + 1),
        Listed::Another(ErrorTexts { path, summary, reason, is_not_found }) => {
            into.push(0);
            put_bytes(into, path);
            put_bytes(into, summary.as_bytes());
            put_bytes(into, reason.as_bytes());
            into.push((*is_not_found).into());
        }
    }
}

fn take_entry(from: &mut &[u8]) -> Option<ErrorEntry> {
    let is_new = take_bool(from)?;
    let error = match take(from)? {
        0 => Listed::Another(ErrorTexts {
            path: take_bytes(from)?.to_vec(),
            summary: take_text(from)?,
            reason: take_text(from)?,
            is_not_found: take_bool(from)?,
        }),
        number => Listed::Before(usize::try_from(number - 1).ok()?),
    };
    Some(ErrorEntry { is_new, error })
}

#[cfg(test)]
mod tests;
