//! A budget for responses that clients haven't read yet, over all clients.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::connections::Connection;

/// A response is passed on in chunks of this size, as copies: a chunk doesn't keep the rest in
/// memory. Smaller responses aren't counted.
const CHUNK: usize = 64 << 10;

/// The responses that are being sent.
///
/// If a new one exceeds the budget, the connections that read slowest are closed until it fits. A
/// response that is shared by several clients counts once.
#[derive(Debug)]
pub struct ResponseBudget {
    limit: usize,
    responses: Mutex<BTreeMap<u64, Response>>,
}

#[derive(Debug)]
struct Response {
    /// The address of its bytes; shared responses have the same.
    address: usize,
    size: usize,
    sent: usize,
    since: Instant,
    connection: Arc<Connection>,
}

impl ResponseBudget {
    /// Allows this many bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, responses: Mutex::default() }
    }

    /// Counts a response, after closing connections until it fits.
    fn admit(&self, number: u64, bytes: &Bytes, connection: &Arc<Connection>) {
        let mut responses = self.responses();
        let (address, size) = (bytes.as_ptr() as usize, bytes.len());
        while !responses.is_empty() && total(&responses, address, size) > self.limit {
            let slowest = responses.iter().min_by(|(_, one), (_, other)| {
                one.bytes_a_second().total_cmp(&other.bytes_a_second())
            });
            let Some(number) = slowest.map(|(number, _)| *number) else {
                break;
            };
            if let Some(response) = responses.remove(&number) {
                response.connection.close();
            }
        }
        let connection = Arc::clone(connection);
        responses
            .insert(number, Response { address, size, sent: 0, since: Instant::now(), connection });
    }

    fn sent(&self, number: u64, bytes: usize) {
        if let Some(response) = self.responses().get_mut(&number) {
            response.sent += bytes;
        }
    }

    fn done(&self, number: u64) {
        self.responses().remove(&number);
    }

    fn responses(&self) -> MutexGuard<'_, BTreeMap<u64, Response>> {
        self.responses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The size of all responses, with a new one.
fn total(responses: &BTreeMap<u64, Response>, address: usize, size: usize) -> usize {
    let mut sizes: HashMap<usize, usize> =
        responses.values().map(|response| (response.address, response.size)).collect();
    sizes.insert(address, size);
    sizes.values().sum()
}

impl Response {
    /// Bytes per second. The first second counts as if it had passed, so that a new response is
    /// neither taken for a fast nor for a slow one.
    fn bytes_a_second(&self) -> f64 {
        self.sent as f64 / self.since.elapsed().as_secs_f64().max(1.0)
    }
}

/// The body of a response, passed on in chunks and counted.
pub struct BudgetedBody {
    body: Body,
    rest: Bytes,
    budget: Arc<ResponseBudget>,
    connection: Arc<Connection>,
}

impl BudgetedBody {
    pub fn new(body: Body, budget: Arc<ResponseBudget>, connection: Arc<Connection>) -> Self {
        Self { body, rest: Bytes::new(), budget, connection }
    }

    /// The next chunk; there is one.
    fn chunk(&mut self) -> Bytes {
        let chunk = self.rest.split_to(CHUNK.min(self.rest.len()));
        let chunk = Bytes::copy_from_slice(&chunk);
        let number = self.connection.number();
        if self.rest.is_empty() {
            self.rest = Bytes::new();
            self.budget.done(number);
        } else {
            self.budget.sent(number, chunk.len());
        }
        chunk
    }
}

impl HttpBody for BudgetedBody {
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
                Ok(bytes) if bytes.len() > CHUNK => {
                    this.budget.admit(this.connection.number(), &bytes, &this.connection);
                    this.rest = bytes;
                }
                Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(this.chunk()))))
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

impl Drop for BudgetedBody {
    fn drop(&mut self) {
        self.budget.done(self.connection.number());
        self.connection.set_idle();
    }
}
