//! What becomes of files between polls, besides their values.

use std::borrow::Cow;

use mmstats::{Life, Verdict};
use mmstats_sqlite::varint::{put, take};

use crate::seal::{seal, unseal};
use crate::store::key::MAX_ID;

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

const PRESENT: u8 = 1;
const LIFE: u8 = 2;
const UNSTABLE: u8 = 3;
const ABSENT: u8 = 4;
const REMOVED: u8 = 5;
const ERRORS: u8 = 6;
const LOCATIONS: u8 = 7;

impl Event {
    /// A blob: which event it is, the writer if it is about one, and what else it says.
    pub fn encode(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        let into = &mut blob;
        match self {
            Self::Present { writer, is_added } => {
                begin(into, PRESENT, *writer);
                into.push((*is_added).into());
            }
            Self::Life { writer, life } => {
                begin(into, LIFE, *writer);
                put_life(into, life);
            }
            Self::Unstable { writer, stats } => {
                begin(into, UNSTABLE, *writer);
                for stat in stats {
                    put(into, (*stat).into());
                }
            }
            Self::Absent { writer } => begin(into, ABSENT, *writer),
            Self::Removed { writer } => begin(into, REMOVED, *writer),
            Self::Errors(entries) => {
                into.push(ERRORS);
                for entry in entries {
                    put_entry(into, entry);
                }
            }
            Self::Locations(locations) => {
                into.push(LOCATIONS);
                for location in locations {
                    put_bytes(into, location.as_bytes());
                }
            }
        }
        seal(&mut blob);
        blob
    }

    /// `None` if the blob is damaged.
    pub fn decode(blob: &[u8]) -> Option<Self> {
        let (what, mut bytes) = unseal(blob).ok()?.split_first()?;
        let from = &mut bytes;
        let event = match *what {
            PRESENT => Self::Present { writer: take_writer(from)?, is_added: take_bool(from)? },
            LIFE => Self::Life { writer: take_writer(from)?, life: take_life(from)? },
            UNSTABLE => Self::Unstable {
                writer: take_writer(from)?,
                stats: all(from, |from| take(from)?.try_into().ok())?,
            },
            ABSENT => Self::Absent { writer: take_writer(from)? },
            REMOVED => Self::Removed { writer: take_writer(from)? },
            ERRORS => Self::Errors(all(from, take_entry)?),
            LOCATIONS => Self::Locations(all(from, take_text)?),
            _ => return None,
        };
        from.is_empty().then_some(event)
    }
}

fn begin(into: &mut Vec<u8>, what: u8, writer: i64) {
    into.push(what);
    put(into, writer.cast_unsigned());
}

fn take_writer(from: &mut &[u8]) -> Option<i64> {
    i64::try_from(take(from)?).ok().filter(|writer| *writer <= MAX_ID)
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
