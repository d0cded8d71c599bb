//! Binds sockets.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::{fmt, io};

use nix::errno::Errno;
use nix::sys::socket::{setsockopt, sockopt};

/// The receive buffer that the kernel is asked for, in bytes: some 10,000 small datagrams.
const BUFFER: usize = 16 << 20;

/// 127.0.0.1 and `::1`.
pub(super) fn loopback(port: u16) -> [SocketAddr; 2] {
    [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
}

/// A socket at this address, with a large buffer.
pub(super) fn bind(address: SocketAddr) -> Result<UdpSocket, BindError> {
    let bind = || {
        let socket = UdpSocket::bind(address)?;
        // More than the system-wide limit needs a privilege; without it the kernel gives what it may.
        if setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &BUFFER)?;
        }
        Ok(socket)
    };
    bind().map_err(|source| BindError { address, source })
}

/// An address that can't be received on.
#[derive(Debug)]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The error of the operating system.
    pub source: io::Error,
}

impl BindError {
    /// Whether the host doesn't have this address, or not even its family: what a loopback address
    /// of IPv6 gives where IPv6 is switched off.
    pub(super) fn is_absent(&self) -> bool {
        let number = self.source.raw_os_error().map(Errno::from_raw);
        matches!(number, Some(Errno::EADDRNOTAVAIL | Errno::EAFNOSUPPORT))
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With its source, which fits in one line.
        write!(f, "can't receive on {}: {}", self.address, self.source)
    }
}

impl Error for BindError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_address_is_told_from_one_in_use() {
        for (number, absent) in [
            // `net.ipv6.conf.lo.disable_ipv6`; `ipv6.disable=1`, or a filter of system calls.
            (Errno::EADDRNOTAVAIL, true),
            (Errno::EAFNOSUPPORT, true),
            (Errno::EADDRINUSE, false),
            (Errno::EACCES, false),
        ] {
            let error = BindError { address: loopback(1)[1], source: number.into() };
            assert_eq!(error.is_absent(), absent, "{error}");
        }
    }
}
