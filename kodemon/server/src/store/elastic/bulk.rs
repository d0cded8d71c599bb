//! A `_bulk` request: documents that are created, and what becomes of each.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ureq::http::Method;

use super::client::{Client, Failure, LINES, Reason};

/// What is asked of the answer: no more than is read.
const PATH: &str = "/_bulk?filter_path=errors,items.*.status,items.*.error";

/// How much a request may have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub documents: usize,
    pub bytes: usize,
}

/// What an engine takes with ease.
pub const USUAL: Limits = Limits { documents: 5_000, bytes: 4 << 20 };

/// Some documents in a request.
#[derive(Default)]
pub struct Bulk {
    body: Vec<u8>,
    documents: usize,
}

/// A line before each document: it is to be new.
#[derive(Serialize)]
struct Action<'a> {
    create: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    _index: &'a str,
    _id: &'a str,
}

/// An execution, as it is kept.
#[derive(Serialize)]
pub struct Document<'a> {
    /// The timestamp in whole milliseconds.
    #[serde(rename = "@timestamp")]
    pub date: i64,
    pub timestamp: f64,
    pub execution_time: f64,
    pub key: &'a str,
    pub token: &'a str,
    /// Its id again: an engine doesn't like to sort by that.
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Answer {
    errors: bool,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: u16,
    error: Option<Reason>,
}

/// What becomes of a document.
pub enum Fate {
    Stored,
    Again(String),
    Refused(String),
}

impl Bulk {
    /// How many bytes it has.
    pub const fn bytes(&self) -> usize {
        self.body.len()
    }

    /// How many documents it has.
    pub const fn documents(&self) -> usize {
        self.documents
    }

    /// Adds a document to an index, unless the request would be too long by it; whether it did.
    /// A request has one in any case.
    pub fn add(&mut self, index: &str, document: &Document<'_>, limits: Limits) -> bool {
        let before = self.body.len();
        self.line(&Action { create: Place { _index: index, _id: document.id } });
        self.line(document);
        let fits = self.documents < limits.documents && self.body.len() <= limits.bytes;
        if fits || self.documents == 0 {
            self.documents += 1;
            return true;
        }
        self.body.truncate(before);
        false
    }

    fn line(&mut self, value: &impl Serialize) {
        let written = serde_json::to_writer(&mut self.body, value);
        written.expect("texts and finite numbers can be JSON");
        self.body.push(b'\n');
    }

    /// Sends it. What comes out is the fate of each document.
    pub fn send(&self, client: &Client) -> Result<Vec<Fate>, Failure> {
        let Answer { errors, items } = client.ask(Method::POST, PATH, (LINES, &self.body))?;
        let (asked, answered) = (self.documents, items.len());
        if asked != answered {
            return Err(client.useless(format!("{answered} outcomes of {asked} documents")));
        }
        if !errors {
            return Ok(items.iter().map(|_| Fate::Stored).collect());
        }
        Ok(items.into_iter().map(|item| item.create.fate()).collect())
    }
}

impl Outcome {
    fn fate(self) -> Fate {
        let Self { status, error } = self;
        // A full disk makes indices read-only, and some versions call that forbidden.
        let blocked = error.as_ref().is_some_and(|it| it.is("cluster_block_exception"));
        let reason = || error.map_or_else(|| status.to_string(), |it| format!("{status}: {it}"));
        match status {
            // There is one of this id: the answer to the first time was lost.
            200..=299 | 409 => Fate::Stored,
            429 | 500.. => Fate::Again(reason()),
            _ if blocked => Fate::Again(reason()),
            _ => Fate::Refused(reason()),
        }
    }
}
