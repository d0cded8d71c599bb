//! Many packets in two buffers, which are used again and again.

use std::mem;
use std::net::SocketAddr;

/// Packets in the order of their arrival.
#[derive(Debug, Default)]
pub struct Packets {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// What isn't among the bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where the packet's bytes end; they begin where those before them end.
    end: usize,
    from: SocketAddr,
    at: f64,
}

/// A packet that was received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Received<'a> {
    /// The datagram.
    pub bytes: &'a [u8],
    /// Who sent it.
    pub from: SocketAddr,
    /// When: Unix time in seconds.
    pub at: f64,
}

impl Received<'_> {
    /// How much memory it takes here.
    fn size(&self) -> usize {
        self.bytes.len() + size_of::<Entry>()
    }
}

impl Packets {
    /// Adds a packet.
    pub fn push(&mut self, packet: Received<'_>) {
        let Received { bytes, from, at } = packet;
        self.bytes.extend_from_slice(bytes);
        self.entries.push(Entry { end: self.bytes.len(), from, at });
    }

    /// Takes packets from the front of `others`, as long as all together take at most `max_size` bytes.
    /// Empties `others` and returns how many didn't fit.
    pub fn append(&mut self, others: &mut Self, max_size: usize) -> usize {
        if self.is_empty() && others.size() <= max_size {
            mem::swap(self, others);
            return 0;
        }
        let mut left = others.len();
        for packet in others.iter() {
            if self.size() + packet.size() > max_size {
                break;
            }
            self.push(packet);
            left -= 1;
        }
        others.clear();
        left
    }

    /// Each packet.
    pub fn iter(&self) -> impl Iterator<Item = Received<'_>> {
        let mut start = 0;
        self.entries.iter().map(move |&Entry { end, from, at }| {
            let bytes = &self.bytes[mem::replace(&mut start, end)..end];
            Received { bytes, from, at }
        })
    }

    /// The number of packets.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets them, and keeps the memory for others.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// How much memory they take.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.entries.len() * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(bytes: &[u8]) -> Received<'_> {
        let port = bytes.len() as u16;
        Received { bytes, from: ([127, 0, 0, 1], port).into(), at: port.into() }
    }

    fn packets(all: &[&'static str]) -> Packets {
        let mut packets = Packets::default();
        for bytes in all {
            packets.push(packet(bytes.as_bytes()));
        }
        packets
    }

    fn texts(packets: &Packets) -> Vec<&str> {
        packets.iter().map(|packet| str::from_utf8(packet.bytes).unwrap()).collect()
    }

    #[test]
    fn packets_keep_their_order_bytes_and_sender() {
        let packets = packets(&["one", "", "three"]);
        let all: Vec<_> = packets.iter().collect();
        assert_eq!(all, [packet(b"one"), packet(b""), packet(b"three")]);
    }

    #[test]
    fn as_many_are_appended_as_fit() {
        const ENTRY: usize = size_of::<Entry>();
        for (max_size, expected) in [
            (3 * ENTRY + 9, &["a", "bb", "three", "four"][..]),
            (4 * ENTRY + 11, &["a", "bb", "three"]),
            (4 * ENTRY + 12, &["a", "bb", "three", "four"]),
        ] {
            let (mut first, mut second) = (packets(&["a", "bb"]), packets(&["three", "four"]));
            let dropped = first.append(&mut second, max_size);
            let fits = expected.len().min(if max_size < 4 * ENTRY { 3 } else { 4 });
            assert_eq!(texts(&first), expected[..fits]);
            assert_eq!((dropped, second.len(), second.bytes.len()), (4 - fits, 0, 0));
        }
    }

    #[test]
    fn into_nothing_they_are_moved_if_all_fit() {
        let (mut nothing, mut some) = (Packets::default(), packets(&["one", "two"]));
        assert_eq!(nothing.append(&mut some, 1), 2);
        assert_eq!((nothing.len(), some.len()), (0, 0));
        some = packets(&["one", "two"]);
        let before = some.bytes.as_ptr();
        assert_eq!(nothing.append(&mut some, 1_000), 0);
        assert_eq!((texts(&nothing), some.len()), (vec!["one", "two"], 0));
        assert_eq!(nothing.bytes.as_ptr(), before);
    }
}
