//! The bytes of answers that clients haven't read yet, bounded over all clients.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::connections::Connection;

/// An answer is handed on in parts of this size, copies: what has been handed on doesn't keep the
/// rest in memory. What is smaller isn't counted.
const PART: usize = 64 << 10;

/// The answers that are being sent.
///
/// When a new one would be too much, the connections that read slowest are closed until it fits.
/// An answer that several clients get counts once.
#[derive(Debug)]
pub struct InFlight {
    limit: usize,
    answers: Mutex<BTreeMap<u64, Answer>>,
}

#[derive(Debug)]
struct Answer {
    /// The address of its bytes: where it is the same, it is one answer.
    at: usize,
    size: usize,
    sent: usize,
    since: Instant,
    connection: Arc<Connection>,
}

impl InFlight {
    /// Allows this many bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, answers: Mutex::default() }
    }

    /// Counts an answer, and makes room for it.
    fn admit(&self, number: u64, bytes: &Bytes, connection: &Arc<Connection>) {
        let mut answers = self.answers();
        let (at, size) = (bytes.as_ptr() as usize, bytes.len());
        while !answers.is_empty() && total(&answers, at, size) > self.limit {
            let slowest = answers.iter().min_by(|(_, one), (_, other)| {
                one.bytes_a_second().total_cmp(&other.bytes_a_second())
            });
            let Some(number) = slowest.map(|(number, _)| *number) else {
                break;
            };
            if let Some(answer) = answers.remove(&number) {
                answer.connection.cut();
            }
        }
        let connection = Arc::clone(connection);
        answers.insert(number, Answer { at, size, sent: 0, since: Instant::now(), connection });
    }

    fn sent(&self, number: u64, bytes: usize) {
        if let Some(answer) = self.answers().get_mut(&number) {
            answer.sent += bytes;
        }
    }

    fn done(&self, number: u64) {
        self.answers().remove(&number);
    }

    fn answers(&self) -> MutexGuard<'_, BTreeMap<u64, Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many bytes there are together with a new answer.
fn total(answers: &BTreeMap<u64, Answer>, at: usize, size: usize) -> usize {
    let mut sizes: HashMap<usize, usize> =
        answers.values().map(|answer| (answer.at, answer.size)).collect();
    sizes.insert(at, size);
    sizes.values().sum()
}

impl Answer {
    /// In the first second it counts as if that had passed, so that a new one isn't taken for a
    /// fast one, nor for a slow one.
    fn bytes_a_second(&self) -> f64 {
        self.sent as f64 / self.since.elapsed().as_secs_f64().max(1.0)
    }
}

/// The body of an answer, handed on in parts and counted.
pub struct Metered {
    body: Body,
    rest: Bytes,
    in_flight: Arc<InFlight>,
    connection: Arc<Connection>,
}

impl Metered {
    pub fn new(body: Body, in_flight: Arc<InFlight>, connection: Arc<Connection>) -> Self {
        Self { body, rest: Bytes::new(), in_flight, connection }
    }

    /// The next part of what was begun; there is one.
    fn part(&mut self) -> Bytes {
        let part = self.rest.split_to(PART.min(self.rest.len()));
        let part = Bytes::copy_from_slice(&part);
        let number = self.connection.number();
        if self.rest.is_empty() {
            self.rest = Bytes::new();
            self.in_flight.done(number);
        } else {
            self.in_flight.sent(number, part.len());
        }
        part
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(bytes) if bytes.len() > PART => {
                    this.in_flight.admit(this.connection.number(), &bytes, &this.connection);
                    this.rest = bytes;
                }
                Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(this.part()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(size) = hint.exact() {
            return SizeHint::with_exact(size + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.in_flight.done(self.connection.number());
        self.connection.waiting();
    }
}
