//! How many sockets there are.

use crate::Roots;
use crate::text::{for_each_line, words};

/// Sockets of this process's network namespace: the lines of `/proc/net/{tcp,tcp6,udp,udp6,unix}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sockets {
    /// Of TCP, over both versions of IP. Absent if neither file can be read.
    pub tcp: Option<u64>,
    /// Of UDP. Absent likewise.
    pub udp: Option<u64>,
    /// Of Unix. Absent if the file can't be read.
    pub unix: Option<u64>,
    /// Those of TCP by state; see [`Sockets::tcp_states`].
    states: [u64; 12],
}

/// The state of a TCP socket, as the kernel numbers them from 1; `Unknown` is any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are TCP's")]
pub enum TcpState {
    Established,
    SynSent,
    SynRecv,
    FinWait1,
    FinWait2,
    TimeWait,
    Closed,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    Unknown,
}

use TcpState as S;

impl TcpState {
    /// All, in the kernel's order.
    pub const ALL: [Self; 12] = [
        S::Established,
        S::SynSent,
        S::SynRecv,
        S::FinWait1,
        S::FinWait2,
        S::TimeWait,
        S::Closed,
        S::CloseWait,
        S::LastAck,
        S::Listen,
        S::Closing,
        S::Unknown,
    ];

    /// Its name in capital letters, such as `FIN_WAIT1`.
    pub const fn name(self) -> &'static str {
        match self {
            S::Established => "ESTABLISHED",
            S::SynSent => "SYN_SENT",
            S::SynRecv => "SYN_RECV",
            S::FinWait1 => "FIN_WAIT1",
            S::FinWait2 => "FIN_WAIT2",
            S::TimeWait => "TIME_WAIT",
            S::Closed => "CLOSED",
            S::CloseWait => "CLOSE_WAIT",
            S::LastAck => "LAST_ACK",
            S::Listen => "LISTEN",
            S::Closing => "CLOSING",
            S::Unknown => "UNKNOWN",
        }
    }
}

impl Sockets {
    /// The counts now. The files are read line by line: they may have megabytes.
    pub fn read(roots: &Roots) -> Self {
        let mut states = [0; 12];
        let count = |files: &[&str], each: &mut dyn FnMut(&[u8])| {
            let mut sum = None;
            for file in files {
                let mut count = 0u64;
                let read = for_each_line(&roots.proc(file), |line| {
                    // The first line has the names of the columns.
                    if count > 0 {
                        each(line);
                    }
                    count += 1;
                });
                if read.is_some() {
                    *sum.get_or_insert(0) += count.saturating_sub(1);
                }
            }
            sum
        };
        let tcp = count(&["net/tcp", "net/tcp6"], &mut |line| states[state_of(line)] += 1);
        let udp = count(&["net/udp", "net/udp6"], &mut |_| {});
        let unix = count(&["net/unix"], &mut |_| {});
        Self { tcp, udp, unix, states }
    }

    /// Sockets of TCP in each state, also in those that none has. `None` where [`tcp`](Self::tcp) is.
    pub fn tcp_states(&self) -> Option<impl Iterator<Item = (TcpState, u64)>> {
        self.tcp?;
        Some(TcpState::ALL.into_iter().zip(self.states))
    }
}

/// The index of a line's state, which is its fourth word, in hexadecimal digits.
fn state_of(line: &[u8]) -> usize {
    let word = words(line).nth(3).and_then(|word| str::from_utf8(word).ok());
    let state = word.and_then(|word| usize::from_str_radix(word, 16).ok());
    state.filter(|state| (1..12).contains(state)).map_or(11, |state| state - 1)
}
