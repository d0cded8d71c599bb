//! A `_bulk` request that creates documents, and the result of each.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ureq::http::Method;

use super::client::{Client, LINES, RequestError};
use super::reason::Reason;

/// Limits the response to what is read.
const PATH: &str = "/_bulk?filter_path=errors,items.*.status,items.*.error";

/// The limits of a request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub documents: usize,
    pub bytes: usize,
}

/// The usual limits.
pub const USUAL: Limits = Limits { documents: 5_000, bytes: 4 << 20 };

/// A request.
#[derive(Default)]
pub struct Bulk {
    body: Vec<u8>,
    documents: usize,
}

/// The line before each document: it must not exist yet.
#[derive(Serialize)]
struct Action<'a> {
    create: Target<'a>,
}

#[derive(Serialize)]
struct Target<'a> {
    _index: &'a str,
    _id: &'a str,
}

/// An execution as it is stored.
#[derive(Serialize)]
pub struct Document<'a> {
    /// The timestamp in whole milliseconds.
    #[serde(rename = "@timestamp")]
    pub date: i64,
    pub timestamp: f64,
    pub execution_time: f64,
    pub key: &'a str,
    pub token: &'a str,
    /// Its id again: engines can't sort by `_id` efficiently.
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Response {
    errors: bool,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: ItemResult,
}

#[derive(Deserialize)]
struct ItemResult {
    status: u16,
    error: Option<Reason>,
}

/// The result for a document.
pub enum Stored {
    Yes,
    Retry(String),
    Refused(String),
}

impl Bulk {
    /// Its size in bytes.
    pub const fn bytes(&self) -> usize {
        self.body.len()
    }

    /// Number of documents.
    pub const fn documents(&self) -> usize {
        self.documents
    }

    /// Adds a document for an index, unless that would exceed the limits; the first one always fits.
    /// Returns whether it was added.
    pub fn add(&mut self, index: &str, document: &Document<'_>, limits: Limits) -> bool {
        let before = self.body.len();
        self.line(&Action { create: Target { _index: index, _id: document.id } });
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
        written.expect("strings and finite numbers can be serialized");
        self.body.push(b'\n');
    }

    /// Sends it. Returns the result of each document.
    pub fn send(&self, client: &Client) -> Result<Vec<Stored>, RequestError> {
        let Response { errors, items } = client.request(Method::POST, PATH, (LINES, &self.body))?;
        let (sent, received) = (self.documents, items.len());
        if sent != received {
            return Err(client.bad_response(format!("{received} results for {sent} documents")));
        }
        if !errors {
            return Ok(items.iter().map(|_| Stored::Yes).collect());
        }
        Ok(items.into_iter().map(|item| item.create.stored()).collect())
    }
}

impl ItemResult {
    fn stored(self) -> Stored {
        let Self { status, error } = self;
        // A full disk makes indices read-only, which some versions report as forbidden.
        let blocked = error.as_ref().is_some_and(|it| it.is("cluster_block_exception"));
        let reason = || error.map_or_else(|| status.to_string(), |it| format!("{status}: {it}"));
        match status {
            // A conflict: it was stored before, but the response was lost.
            200..=299 | 409 => Stored::Yes,
            429 | 500.. => Stored::Retry(reason()),
            _ if blocked => Stored::Retry(reason()),
            _ => Stored::Refused(reason()),
        }
    }
}
