//! What the kernel dropped, as nobody fetched it in time.
//!
//! The kernel counts it for each socket. `SO_RXQ_OVFL` would tell that count with each datagram,
//! but then nobody hears of what is dropped behind the last one; `/proc/net/udp` tells it at any
//! time.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::Sockets;

/// Counts what is dropped of some sockets.
#[derive(Debug)]
pub struct Drops {
    /// Each socket's inode, and how many were counted.
    seen: Vec<(u64, u32)>,
}

impl Drops {
    /// From now on, of these sockets.
    pub fn of(sockets: &Sockets) -> Self {
        let inode = |fd| fs::metadata(format!("/proc/self/fd/{fd}")).map_or(0, |it| it.ino());
        let seen = sockets.iter().map(|socket| (inode(socket.as_raw_fd()), 0));
        Self { seen: seen.collect() }
    }

    /// How many were dropped since it was asked last.
    pub fn ask(&mut self) -> u64 {
        let tables = ["/proc/self/net/udp", "/proc/self/net/udp6"];
        let told = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
        let mut new = 0;
        for (inode, drops) in told.iter().flat_map(|table| table.lines()).filter_map(row) {
            if let Some((_, seen)) = self.seen.iter_mut().find(|(known, _)| *known == inode) {
                // The count begins anew behind the greatest number of 32 bits.
                new += u64::from(drops.wrapping_sub(*seen));
                *seen = drops;
            }
        }
        new
    }
}

/// A socket's inode and what was dropped of it; `None` for the title.
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
