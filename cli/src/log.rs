//! The messages of a server, written by a thread of their own, so that no other thread waits for
//! stderr.
//!
//! A pipe that nobody reads, or a terminal stopped by Ctrl-S, blocks its writers. A short command
//! may wait; a server must not, so it calls [`start`] first.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// The maximum number of lines in the queue; further ones are dropped and counted.
const CAPACITY: usize = 1_000;

static LOG: OnceLock<Log> = OnceLock::new();

/// Starts a thread that writes the messages of this process, including those of panics.
///
/// # Errors
///
/// Returns an error if the thread can't be started.
pub fn start(command: &'static str) -> io::Result<()> {
    let log = Log::start(command, io::stderr())?;
    if LOG.set(log).is_ok() {
        panic::set_hook(Box::new(move |info| {
            let backtrace = Backtrace::capture();
            match backtrace.status() {
                BacktraceStatus::Captured => write(format!("{command}: {info}\n{backtrace}")),
                _ => write(format!("{command}: {info}")),
            }
        }));
    }
    Ok(())
}

/// Waits until the messages so far are written, for at most `limit`.
pub fn flush(limit: Duration) {
    if let Some(log) = LOG.get() {
        log.flush(limit);
    }
}

/// Writes a line to stderr: at once, or in a server through the thread.
pub(crate) fn write(line: String) {
    match LOG.get() {
        Some(log) => log.push(line),
        // If stderr is closed, nobody can read it.
        None => write_line(&mut io::stderr(), line),
    }
}

/// A bounded queue and the thread that empties it.
#[derive(Debug)]
struct Log {
    queue: SyncSender<Entry>,
    dropped: Arc<AtomicU64>,
}

enum Entry {
    Line(String),
    /// Answered when everything before it is written.
    Flush(SyncSender<()>),
}

impl Log {
    fn start(command: &'static str, out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, entries) = sync_channel(CAPACITY);
        let dropped = Arc::new(AtomicU64::new(0));
        let of_thread = Arc::clone(&dropped);
        let work = move || write_all(command, &entries, &of_thread, out);
        thread::Builder::new().name("log".into()).spawn(work)?;
        Ok(Self { queue, dropped })
    }

    fn push(&self, line: String) {
        if self.queue.try_send(Entry::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self, limit: Duration) {
        let (done, written) = sync_channel(1);
        if self.queue.try_send(Entry::Flush(done)).is_ok() {
            let _ = written.recv_timeout(limit);
        }
    }
}

fn write_all(command: &str, entries: &Receiver<Entry>, dropped: &AtomicU64, mut out: impl Write) {
    for entry in entries {
        // An error means that nobody reads any more; the queue is emptied anyway.
        match entry {
            Entry::Line(line) => write_line(&mut out, line),
            Entry::Flush(done) => drop(done.try_send(())),
        }
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            let reason = "because stderr wasn't read fast enough";
            write_line(&mut out, format!("{command}: {count} messages dropped, {reason}"));
        }
    }
}

/// Writes in one call, so that lines of several processes aren't mixed.
fn write_line(out: &mut impl Write, mut line: String) {
    line.push('\n');
    drop(out.write_all(line.as_bytes()));
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn nobody_waits_for_an_unread_pipe_and_dropped_lines_are_counted() {
        let (reader, writer) = io::pipe().unwrap();
        let log = Log::start("test", writer).unwrap();
        // More than the pipe and the queue hold.
        let line = "x".repeat(1_000);
        for _ in 0..3 * CAPACITY {
            log.push(line.clone());
        }
        log.flush(Duration::ZERO);
        // Those dropped may be reported at several times.
        let (mut read, mut dropped) = (0, 0);
        for text in BufReader::new(reader).lines().map(Result::unwrap) {
            match text.strip_prefix("test: ") {
                Some(report) => {
                    let (count, rest) = report.split_once(' ').unwrap();
                    assert_eq!(rest, "messages dropped, because stderr wasn't read fast enough");
                    dropped += count.parse::<usize>().unwrap();
                }
                None => read += 1,
            }
            if read + dropped == 3 * CAPACITY {
                break;
            }
        }
        assert!((CAPACITY..2 * CAPACITY).contains(&read), "{read} lines were kept");
    }

    #[test]
    fn a_flush_waits_for_what_was_written_before() {
        let (mut reader, writer) = io::pipe().unwrap();
        let log = Log::start("test", writer).unwrap();
        log.push("a line".to_owned());
        log.flush(Duration::from_mins(1));
        let mut text = [0; 7];
        io::Read::read_exact(&mut reader, &mut text).unwrap();
        assert_eq!(&text, b"a line\n");
    }
}
