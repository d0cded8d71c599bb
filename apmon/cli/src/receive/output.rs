//! Writes packets to stdout, a line each.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::Arc;

use apmon::wire::Packet;
use mmstats_cli::json;
use serde::Serialize;

use super::packets::{Packets, Received};
use super::queue::Queue;
use crate::args::Format;
use crate::show::{JsonPacket, push_line};

/// How many bytes are written at once. A pipe takes so many completely or not at all (`PIPE_BUF`), so
/// that no line is cut when the program ends while nobody reads; longer lines are written alone.
const CHUNK: usize = 4_096;

/// Shows the packets of a queue until it is closed.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn show(queue: &Arc<Queue>, format: Format) -> io::Result<()> {
    // Not through std's buffer: its lock would be held while nobody reads, also at the end.
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    Output { out: stdout, chunk: Vec::new(), packets: 0, format }.run(queue)
}

struct Output<W> {
    out: W,
    /// Whole lines.
    chunk: Vec<u8>,
    /// The number of packets in it.
    packets: usize,
    format: Format,
}

impl<W: Write> Output<W> {
    fn run(mut self, queue: &Queue) -> io::Result<()> {
        let (mut packets, mut line) = (Packets::default(), Vec::new());
        while queue.take(&mut packets) {
            for packet in packets.iter() {
                line.clear();
                push(&mut line, &packet, self.format)?;
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

    fn write(&mut self, queue: &Queue) -> io::Result<()> {
        self.out.write_all(&self.chunk)?;
        queue.count_shown(self.packets);
        self.chunk.clear();
        self.packets = 0;
        Ok(())
    }
}

/// Appends a packet as a line.
fn push(line: &mut Vec<u8>, received: &Received<'_>, format: Format) -> io::Result<()> {
    // It was accepted, so there is no error.
    let (packet, _) = Packet::decode_lenient(received.bytes);
    match format {
        Format::Text => push_line(line, &packet),
        Format::Json => push_json(line, received, &packet)?,
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
