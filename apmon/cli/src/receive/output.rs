//! What becomes of accepted packets: lines on stdout, and stats files.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::time::Instant;

use apmon::wire::Packet;
use mmstats_cli::json;
use serde::Serialize;

use super::packets::{Packets, Received};
use super::publish::Shared;
use super::queue::Queue;
use crate::args::Format;
use crate::show::{JsonPacket, push_line};

/// How many bytes are written at once. A pipe takes so many completely or not at all (`PIPE_BUF`), so
/// that no line is cut when the program ends while nobody reads; longer lines are written alone.
const CHUNK: usize = 4_096;

/// Shows and publishes the packets of a queue until it is closed.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn show(queue: &Queue, format: Option<Format>, publisher: Option<Shared>) -> io::Result<()> {
    // Not through std's buffer: its lock would be held while nobody reads, also at the end.
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    Output { out: stdout, chunk: Vec::new(), packets: 0, format, publisher }.run(queue)
}

struct Output<W> {
    out: W,
    /// Whole lines.
    chunk: Vec<u8>,
    /// The number of packets in it.
    packets: usize,
    /// `None`: no lines.
    format: Option<Format>,
    publisher: Option<Shared>,
}

impl<W: Write> Output<W> {
    fn run(mut self, queue: &Queue) -> io::Result<()> {
        let (mut packets, mut line) = (Packets::default(), Vec::new());
        while queue.take_until(&mut packets, self.next_expiry()) {
            let now = Instant::now();
            if let Some(publisher) = &self.publisher {
                publisher.with(|publisher| publisher.expire(now));
            }
            for received in packets.iter() {
                // It was accepted, so there is no error.
                let (packet, _) = Packet::decode_lenient(received.bytes);
                if let Some(publisher) = &self.publisher {
                    publisher.with(|publisher| publisher.take(&received, &packet, now));
                }
                line.clear();
                if let Some(format) = self.format {
                    push(&mut line, &received, &packet, format)?;
                }
                if self.chunk.len() + line.len() > CHUNK {
                    self.write(queue)?;
                }
                self.chunk.extend_from_slice(&line);
                self.packets += 1;
            }
            // Nothing is kept back while the queue is empty.
            self.write(queue)?;
            packets.clear();
        }
        Ok(())
    }

    fn next_expiry(&self) -> Option<Instant> {
        self.publisher.as_ref().and_then(|it| it.with(|publisher| publisher.next_expiry()))
    }

    fn write(&mut self, queue: &Queue) -> io::Result<()> {
        self.out.write_all(&self.chunk)?;
        queue.count_shown(self.packets);
        self.chunk.clear();
        self.packets = 0;
        Ok(())
    }
}

/// Appends a packet as a line.
fn push(
    line: &mut Vec<u8>,
    received: &Received<'_>,
    packet: &Packet<'_>,
    format: Format,
) -> io::Result<()> {
    match format {
        Format::Text => push_line(line, packet),
        Format::Json => push_json(line, received, packet)?,
    }
    line.push(b'\n');
    Ok(())
}

fn push_json(line: &mut Vec<u8>, received: &Received<'_>, packet: &Packet<'_>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        received: f64,
        from: SocketAddr,
        #[serde(flatten)]
        packet: JsonPacket<'a>,
    }
    let Received { bytes, from, at } = *received;
    json::write(line, &Line { received: at, from, packet: JsonPacket::new(bytes, packet, None) })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use apmon::wire::Parameter;

    use super::super::stats::{Counts, Stats};
    use super::*;

    /// Remembers each write, and how many packets counted as shown before it.
    struct Writes<'a> {
        all: &'a Mutex<Vec<(Vec<u8>, u64)>>,
        stats: &'a Stats,
    }

    impl Write for Writes<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let shown = self.stats.with(|stats| stats.shown.get());
            self.all.lock().unwrap().push((bytes.to_vec(), shown));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_write_has_whole_lines_and_counts_when_it_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let stats = Arc::new(Stats::publish_in(directory.path()).unwrap());
        let queue = Queue::new(Arc::clone(&stats));
        let mut packets = Packets::default();
        let texts = [1_000, 2_000, 3_000, 5_000, 10, 10].map(|length| "x".repeat(length));
        for text in &texts {
            let parameters = vec![Parameter::new("text", text)];
            let packet = Packet { cluster: b"c", node: b"n", parameters, ..Packet::default() };
            let mut bytes = Vec::new();
            packet.encode(&mut bytes);
            packets.push(Received { bytes: &bytes, from: ([127, 0, 0, 1], 1).into(), at: 0.0 });
        }
        queue.push(&mut packets, &Counts::default());
        queue.close();
        let all = Mutex::default();
        let out = Writes { all: &all, stats: &stats };
        let format = Some(Format::Text);
        Output { out, chunk: Vec::new(), packets: 0, format, publisher: None }.run(&queue).unwrap();
        let all = all.into_inner().unwrap();
        let lines: Vec<_> = all
            .iter()
            .map(|(bytes, shown)| (bytes.split(|byte| *byte == b'\n').count() - 1, *shown))
            .collect();
        assert_eq!(lines, [(2, 0), (1, 2), (1, 3), (2, 4)]);
        assert!(all.iter().all(|(bytes, _)| bytes.ends_with(b"\n")));
        assert_eq!(stats.with(|stats| stats.shown.get()), 6);
    }
}
