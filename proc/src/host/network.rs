//! Traffic of network interfaces.

use std::collections::HashMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use crate::Roots;
use crate::rate::increase;
use crate::text::{lines, number, read, shown, words};
use crate::units::bytes_as_kib;

/// What went through an interface since it exists, from `/proc/net/dev`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Bytes received.
    pub received: u64,
    /// Bytes sent.
    pub sent: u64,
    /// Packets that were received or sent with an error.
    pub errors: u64,
}

/// The interfaces that stand for the host: those that `/sys/class/net` places under a device, not under
/// `virtual`, and where that leaves none, as in a container, all but `lo`. In the kernel's order. `None` if
/// `/proc/net/dev` can't be read; a line that is wrong is skipped.
pub fn interfaces(roots: &Roots) -> Option<Vec<Interface>> {
    let text = read(&roots.proc("net/dev"))?;
    let all: Vec<_> = lines(&text).filter_map(parse).collect();
    let physical: Vec<_> = all.iter().filter(|it| is_physical(roots, &it.name)).cloned().collect();
    if !physical.is_empty() {
        return Some(physical);
    }
    Some(all.into_iter().filter(|it| it.name != "lo").collect())
}

/// `NAME:` and 16 numbers; the first one may follow without a space.
fn parse(line: &[u8]) -> Option<Interface> {
    // Old kernels had aliases as `eth0:1:`.
    let colon = line.iter().rposition(|&byte| byte == b':')?;
    let numbers: Vec<u64> = words(&line[colon + 1..]).map_while(number).take(16).collect();
    let &[received, _, receive_errors, .., sent, _, transmit_errors, _, _, _, _, _] = &numbers[..]
    else {
        return None;
    };
    let errors = receive_errors.checked_add(transmit_errors)?;
    (numbers.len() == 16).then_some(())?;
    Some(Interface { name: shown(&line[..colon])?, received, sent, errors })
}

fn is_physical(roots: &Roots, name: &str) -> bool {
    // The name is one of a file there, never `..` or a path.
    if name.contains('/') || name.starts_with('.') {
        return false;
    }
    let link = fs::read_link(roots.sys("class/net").join(name));
    link.is_ok_and(|target| {
        target.components().all(|part| part.as_os_str().as_bytes() != b"virtual")
    })
}

/// Traffic between two samples.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NetworkRates {
    /// Each interface of the second sample, also if it is new.
    pub interfaces: Vec<InterfaceRates>,
    /// KiB/s received by the interfaces that are in both samples. Absent if there are none, or one's
    /// counter fell.
    pub received: Option<f64>,
    /// KiB/s sent by them. Absent likewise.
    pub sent: Option<f64>,
}

/// Traffic of an interface between two samples. Each is absent if its counter fell, and if the interface
/// is new.
#[derive(Debug, Clone, PartialEq)]
pub struct InterfaceRates {
    /// Its name.
    pub name: String,
    /// KiB/s received.
    pub received: Option<f64>,
    /// KiB/s sent.
    pub sent: Option<f64>,
    /// Packets with an error since the first sample.
    pub errors: Option<u64>,
}

impl NetworkRates {
    /// The rates between two samples.
    pub fn between(before: &[Interface], after: &[Interface], elapsed: Duration) -> Self {
        let mut rates = Self::default();
        let (mut received, mut sent) = (Some(0.0), Some(0.0));
        let mut both = 0;
        // Hosts of containers have thousands. Of equal names, which the kernel doesn't give, the first counts.
        let before: HashMap<_, _> = before.iter().rev().map(|it| (&it.name, it)).collect();
        for after in after {
            let before = before.get(&after.name).copied();
            let kib = |field: fn(&Interface) -> u64| {
                let bytes = increase(before.map(field), Some(field(after)))?;
                (!elapsed.is_zero()).then(|| bytes_as_kib(bytes) / elapsed.as_secs_f64())
            };
            let of_this = InterfaceRates {
                name: after.name.clone(),
                received: kib(|it| it.received),
                sent: kib(|it| it.sent),
                errors: increase(before.map(|it| it.errors), Some(after.errors)),
            };
            if before.is_some() {
                both += 1;
                received = received.zip(of_this.received).map(|(sum, it)| sum + it);
                sent = sent.zip(of_this.sent).map(|(sum, it)| sum + it);
            }
            rates.interfaces.push(of_this);
        }
        if both > 0 {
            (rates.received, rates.sent) = (received, sent);
        }
        rates
    }
}
