//! Which packets are accepted.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use apmon::wire::{DecodeError, Numbering, Packet};
use ipnet::IpNet;
use mmstats_udp::receive::Datagram;

use super::networks::is_allowed;
use super::password::Expected;
use super::rates::Rates;

/// Maximum size of a packet in bytes: no UDP datagram is larger.
pub const MAX_BYTES: usize = 65_535;

/// Decides about packets. Each is rejected for the first reason that holds: address, rate, malformed,
/// password.
#[derive(Debug)]
pub struct Admission {
    /// Only from these networks; from any if there are none.
    pub networks: Vec<IpNet>,
    /// Only this many a second from an address.
    pub rates: Option<Rates>,
    /// Only with this password.
    pub password: Option<Expected>,
}

/// Why a packet is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Its address isn't allowed.
    Address,
    /// Its address has sent too many.
    Rate,
    /// It is larger than a datagram may be, so that its end is missing.
    TooLarge,
    /// It isn't a valid packet.
    Malformed(DecodeError),
    /// It hasn't the password.
    Password,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("this address isn't allowed"),
            Self::Rate => f.write_str("more packets a second than --max-rate"),
            Self::TooLarge => write!(f, "larger than {MAX_BYTES} bytes"),
            Self::Malformed(error) => error.fmt(f),
            Self::Password => f.write_str("wrong password, or none"),
        }
    }
}

impl Admission {
    /// Accepts or rejects a datagram. Returns the number of an accepted packet if it has one.
    ///
    /// # Errors
    ///
    /// Returns why it is rejected.
    pub fn check(
        &mut self,
        datagram: &Datagram<'_>,
        from: IpAddr,
        now: Instant,
    ) -> Result<Option<Numbering>, Rejection> {
        if !is_allowed(&self.networks, from) {
            return Err(Rejection::Address);
        }
        if self.rates.as_mut().is_some_and(|rates| !rates.admit(from, now)) {
            return Err(Rejection::Rate);
        }
        if datagram.is_truncated {
            return Err(Rejection::TooLarge);
        }
        let packet = Packet::decode(datagram.bytes).map_err(Rejection::Malformed)?;
        if let Some(password) = &self.password
            && !packet.header.is_some_and(|header| password.is(header.password))
        {
            return Err(Rejection::Password);
        }
        Ok(packet.header.and_then(|header| header.numbering))
    }

    /// Forgets what isn't needed any more.
    pub fn expire(&mut self, now: Instant) {
        if let Some(rates) = &mut self.rates {
            rates.expire(now);
        }
    }
}
