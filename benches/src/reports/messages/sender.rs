//! Sends messages at a rate, many by one system call: the kernel cuts them apart.

use std::fmt::Write;
use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime};

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};
use nix::unistd::Pid;

/// Bytes of each message: the kernel cuts at equal lengths. Spaces behind the object fill it up.
pub const LENGTH: usize = 144;
/// How many are sent together: fewer than the smallest socket buffer holds.
const TOGETHER: usize = 32;
/// How many functions the messages are of.
const KEYS: usize = 100;

/// Who sends.
pub struct Sender {
    socket: UdpSocket,
    sent: u64,
    datagrams: String,
}

impl Sender {
    /// To this address.
    pub fn to(address: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(address)?;
        Ok(Self { socket, sent: 0, datagrams: String::new() })
    }

    /// How many were sent so far.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// Sends at a rate for a time.
    pub fn send_at(&mut self, rate: f64, time: Duration) -> io::Result<()> {
        let (before, began) = (self.sent, Instant::now());
        while began.elapsed() < time {
            let due = before + (rate * began.elapsed().as_secs_f64()) as u64;
            if due >= self.sent + TOGETHER as u64 {
                self.send_some()?;
            } else {
                std::hint::spin_loop();
            }
        }
        Ok(())
    }

    fn send_some(&mut self) -> io::Result<()> {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64();
        self.datagrams.clear();
        for number in self.sent as usize..self.sent as usize + TOGETHER {
            let end = self.datagrams.len() + LENGTH;
            let (time, key) = (0.031_948_08 + (number % 1000) as f64 * 1.7e-6, number % KEYS);
            write!(
                self.datagrams,
                "{{\"execution_time\": {time}, \"timestamp\": {now:.6}, \"token\": \"test-token\", \
                 \"key\": \"module_{}.py-function_{key}\"}}",
                key % 10
            )
            .expect("a String takes everything");
            let gap = end.checked_sub(self.datagrams.len()).expect("a message fits");
            self.datagrams.extend(std::iter::repeat_n(' ', gap));
        }
        let length = LENGTH as u16;
        let cut = [ControlMessage::UdpGsoSegments(&length)];
        let parts = [IoSlice::new(self.datagrams.as_bytes())];
        let to = None::<&SockaddrStorage>;
        sendmsg(self.socket.as_raw_fd(), &parts, &cut, MsgFlags::empty(), to)?;
        self.sent += TOGETHER as u64;
        Ok(())
    }
}

/// Runs something with this thread, and the processes that it starts, on one core.
pub fn on_core<R>(core: usize, act: impl FnOnce() -> R) -> nix::Result<R> {
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this)?;
    let mut only = CpuSet::new();
    only.set(core)?;
    sched_setaffinity(this, &only)?;
    let done = act();
    sched_setaffinity(this, &before)?;
    Ok(done)
}
