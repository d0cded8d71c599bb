//! `apmon send --stdin`: a packet a line, as fast as the rate allows, until the end or a signal.

use std::io::{self, BufReader};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use apmon::{ApMon, Sent};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::plural::counted;
use mmstats_cli::shutdown;

use super::lines::{Line, Lines, MAX_LINE};
use super::record::Names;

/// How many packets may wait for the rate before the next line is read.
const MAX_WAITING: u64 = 1_000;
/// How often it is asked whether fewer wait.
const STEP: Duration = Duration::from_millis(100);
/// If none was sent for this long, those that wait have no address: the least rate is one a second.
const STALL: Duration = Duration::from_millis(1_500);
/// Lines that are read ahead.
const READ_AHEAD: usize = 16;

/// What the main thread waits for.
enum Event {
    Line(io::Result<Line>),
    End,
    /// The number is in [`Stream::signal`].
    Signal,
}

/// Sends what lines say.
pub struct Stream<'a> {
    apmon: &'a ApMon,
    names: Names<'a>,
    time: Option<SystemTime>,
    diagnostics: &'a mut Diagnostics,
    sent: Sent,
    /// The signal that ends the run; 0 for none.
    signal: Arc<AtomicU8>,
    /// Packets that wait for an address, as far as known.
    stalled: u64,
    has_noted: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub sent: Sent,
    /// The number of the signal that ended it.
    pub signal: Option<u8>,
}

impl<'a> Stream<'a> {
    pub fn new(
        apmon: &'a ApMon,
        names: Names<'a>,
        time: Option<SystemTime>,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let (sent, signal) = (Sent::default(), Arc::default());
        Self { apmon, names, time, diagnostics, sent, signal, stalled: 0, has_noted: false }
    }

    /// Sends until the end of stdin, or a signal. Wrong lines are reported, and the others go on.
    ///
    /// # Errors
    ///
    /// Returns an error if signals can't be handled or a thread can't be started.
    pub fn run(mut self) -> io::Result<End> {
        let events = self.start()?;
        while !self.is_signalled() {
            match events.recv() {
                Ok(Event::Line(Ok(line))) => self.send(&line),
                Ok(Event::Line(Err(error))) => {
                    self.diagnostics.error(&format_args!("stdin: {error}"));
                    break;
                }
                Ok(Event::Signal) => {}
                Ok(Event::End) | Err(_) => break,
            }
            self.wait_for_fewer_than(MAX_WAITING);
        }
        self.wait_for_fewer_than(1);
        let signal = self.signal.load(Ordering::Relaxed);
        Ok(End { sent: self.sent, signal: (signal != 0).then_some(signal) })
    }

    /// Starts what waits for lines and for signals.
    fn start(&self) -> io::Result<Receiver<Event>> {
        let (events, received) = sync_channel(READ_AHEAD);
        let (signalled, by_signal) = (Arc::clone(&self.signal), events.clone());
        shutdown::on_each_signal(move |signal| {
            if signalled.swap(signal as u8, Ordering::Relaxed) != 0 {
                process::exit(128 + signal);
            }
            // If it is full, nobody waits for it.
            drop(by_signal.try_send(Event::Signal));
        })?;
        thread::Builder::new().name("stdin".to_owned()).spawn(move || read(&events))?;
        Ok(received)
    }

    fn send(&mut self, line: &Line) {
        if let Err(reason) = self.try_send(line) {
            let number = line.number;
            self.diagnostics.error(&format_args!("stdin:{number}: {}", escape(&reason)));
        }
    }

    fn try_send(&mut self, line: &Line) -> Result<(), String> {
        let too_long = || format!("longer than {MAX_LINE} bytes");
        let bytes = line.bytes.as_ref().ok_or_else(too_long)?;
        let Some(record) = self.names.parse(bytes)? else { return Ok(()) };
        let sent = record.send(self.apmon, self.time).map_err(|error| error.to_string())?;
        self.sent.packets += sent.packets;
        self.sent.parameters += sent.parameters;
        let left_out = record.parameters.len() - sent.parameters;
        if left_out > 0 {
            let parameters = counted(left_out, "parameters");
            return Err(format!("{parameters} left out, as no packet can hold so much"));
        }
        Ok(())
    }

    /// Waits while the rate makes this many packets wait, or until a signal. Packets without an address
    /// don't count: nobody knows for how long they will wait.
    fn wait_for_fewer_than(&mut self, count: u64) {
        let settled = || {
            let counts = self.apmon.counts();
            counts.packets() - counts.waiting
        };
        let (mut last, mut since) = (settled(), Instant::now());
        let mut waiting = self.apmon.counts().waiting;
        while waiting >= self.stalled + count && !self.is_signalled() {
            if !self.has_noted {
                let packets = counted(waiting, "packets");
                self.diagnostics.note(&format_args!("{packets} wait, as the rate is limited"));
                self.has_noted = true;
            }
            waiting = self.apmon.flush(STEP);
            let now = settled();
            if now != last {
                (last, since) = (now, Instant::now());
            } else if since.elapsed() >= STALL {
                self.stalled = waiting;
            }
        }
    }

    fn is_signalled(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }
}

/// Passes on the lines of stdin.
fn read(events: &SyncSender<Event>) {
    let lines = Lines::new(BufReader::new(io::stdin().lock())).map(Event::Line);
    // Fails when the process is about to end.
    drop(lines.chain([Event::End]).try_for_each(|event| events.send(event)));
}
