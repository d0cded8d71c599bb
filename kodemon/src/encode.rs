//! Encodes a call as a JSON object, in a buffer per thread.

use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::counts::Outcome;
use crate::fields::Write;
use crate::limits::MESSAGE_BYTES;
use crate::site::Site;

/// Enough for most messages, so that only a thread's first call allocates.
const INITIAL_CAPACITY: usize = 1024;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A finished call.
#[derive(Debug)]
pub(crate) struct Call<'a, F> {
    pub site: &'static Site,
    pub token: &'a str,
    pub began: SystemTime,
    pub took: Duration,
    pub fields: &'a F,
}

impl<F: Write> Serialize for Call<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.site.names();
        let mut message = serializer.serialize_map(None)?;
        // A further field of the same name replaces a built-in one.
        if !names.contains(&"execution_time") {
            message.serialize_entry("execution_time", &self.took.as_secs_f64())?;
        }
        if !names.contains(&"timestamp") {
            message.serialize_entry("timestamp", &unix_seconds(self.began))?;
        }
        if !names.contains(&"token") {
            message.serialize_entry("token", self.token)?;
        }
        if !names.contains(&"key") {
            message.serialize_entry("key", self.site.key())?;
        }
        self.fields.write(names, &mut message)?;
        message.end()
    }
}

fn unix_seconds(time: SystemTime) -> f64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

/// Encodes the call and passes the message to `send`.
///
/// The buffer is taken out of the thread-local meanwhile: serializing a field may make timed calls.
pub(crate) fn encode<F: Write>(call: &Call<F>, send: impl FnOnce(&[u8]) -> Outcome) -> Outcome {
    // Near the end of the thread its storage may be gone; then a new buffer is used.
    let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    buffer.reserve(INITIAL_CAPACITY);
    // Serializing a field is the user's code; its panic would escape from a `drop`.
    let written =
        catch_unwind(AssertUnwindSafe(|| serde_json::to_writer(Bounded(&mut buffer), call)));
    let outcome = match written {
        Ok(Ok(())) => send(&buffer),
        Ok(Err(error)) if error.is_io() => Outcome::TooLarge,
        Ok(Err(_)) | Err(_) => Outcome::Unserializable,
    };
    let _ = BUFFER.try_with(|slot| slot.set(buffer));
    outcome
}

/// Appends up to the limit of a message.
struct Bounded<'a>(&'a mut Vec<u8>);

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MESSAGE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
