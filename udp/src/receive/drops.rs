//! Counts the datagrams that the kernel dropped because a socket's buffer was full.
//!
//! The kernel counts them per socket. With `SO_RXQ_OVFL` each datagram would carry that count, but
//! drops after the last one would go unnoticed; `/proc/net/udp` has it at any time.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::sockets::Sockets;

/// The drops of some sockets.
#[derive(Debug)]
pub struct Drops {
    /// Each socket's inode and last count.
    seen: Vec<(u64, u32)>,
}

impl Drops {
    /// Starts to count for these sockets.
    pub fn of(sockets: &Sockets) -> Self {
        let inode = |fd| fs::metadata(format!("/proc/self/fd/{fd}")).map_or(0, |it| it.ino());
        let seen = sockets.iter().map(|socket| (inode(socket.as_raw_fd()), 0));
        Self { seen: seen.collect() }
    }

    /// How many were dropped since the last call.
    pub fn take(&mut self) -> u64 {
        let tables = ["/proc/self/net/udp", "/proc/self/net/udp6"];
        let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
        let mut new = 0;
        for (inode, drops) in tables.iter().flat_map(|table| table.lines()).filter_map(row) {
            if let Some((_, seen)) = self.seen.iter_mut().find(|(known, _)| *known == inode) {
                // The count wraps at 32 bits.
                new += u64::from(drops.wrapping_sub(*seen));
                *seen = drops;
            }
        }
        new
    }
}

/// A socket's inode and drop count; `None` for the header.
fn row(line: &str) -> Option<(u64, u32)> {
    let mut columns = line.split_ascii_whitespace();
    let inode = columns.nth(9)?.parse().ok()?;
    Some((inode, columns.last()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_inode_and_the_drops() {
        let title = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
        let socket = "  530: 0100007F:0FA0 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5226387 2 0000000000000000 4093";
        assert_eq!(row(title), None);
        assert_eq!(row(socket), Some((5_226_387, 4093)));
    }
}
