//! What a host is: names, kernel and system. It changes rarely.

use std::ffi::OsStr;

use nix::sys::utsname::{UtsName, uname};

use super::cpu_info::CpuInfo;
use crate::Roots;
use crate::text::{lines, read, shown, words};

/// What a host is. Processors are counted by [`KernelStat`](super::KernelStat), memory by
/// [`Memory`](super::Memory), addresses are [`InterfaceAddresses`](super::InterfaceAddresses).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// See [`full_name`].
    pub hostname: Option<String>,
    /// The kernel's release, such as `6.1.0-18-amd64`: `/proc/sys/kernel/osrelease`.
    pub kernel_version: Option<String>,
    /// The machine, such as `x86_64`: `/proc/sys/kernel/arch` (since Linux 6.1); before, the running
    /// machine is asked by `uname`, and for other roots it is absent.
    pub platform: Option<String>,
    /// `PRETTY_NAME` of `/etc/os-release`.
    pub os: Option<String>,
    /// The first processor.
    pub cpu: CpuInfo,
}

impl Identity {
    /// What the files have.
    pub fn read(roots: &Roots) -> Self {
        let line = |path| shown(&read(&roots.proc(path))?);
        Self {
            hostname: full_name(roots),
            kernel_version: line("sys/kernel/osrelease"),
            platform: line("sys/kernel/arch").or_else(|| asked(roots, UtsName::machine)),
            os: read(&roots.etc("os-release")).and_then(|text| pretty_name(&text)),
            cpu: CpuInfo::read(roots),
        }
    }
}

/// The full name of the host, as far as that is known without a name service: the name in
/// `/proc/sys/kernel/hostname`, or, if that has no domain, the one that `/etc/hosts` puts first on a line
/// that has it. Without `/proc` the running machine is asked by `uname`; `None` for other roots then.
pub fn full_name(roots: &Roots) -> Option<String> {
    let file = read(&roots.proc("sys/kernel/hostname"));
    let name = file.and_then(|name| shown(&name)).or_else(|| asked(roots, UtsName::nodename))?;
    if name.contains('.') {
        return Some(name);
    }
    let hosts = read(&roots.etc("hosts")).unwrap_or_default();
    let full = lines(&hosts).find_map(|line| {
        let line = line.split(|&byte| byte == b'#').next()?;
        let mut names = words(line).skip(1);
        let first = names.next()?;
        let has_it = first == name.as_bytes() || names.any(|other| other == name.as_bytes());
        (has_it && first.contains(&b'.')).then(|| shown(first))?
    });
    Some(full.unwrap_or(name))
}

/// What `uname` says of the running machine.
fn asked(roots: &Roots, field: impl FnOnce(&UtsName) -> &OsStr) -> Option<String> {
    let machine = uname().ok().filter(|_| roots.is_machine())?;
    field(&machine).to_str().map(str::to_owned)
}

/// The file is one of shell assignments: a value may stand in quotes, where a backslash escapes.
fn pretty_name(text: &[u8]) -> Option<String> {
    let value = lines(text).find_map(|line| line.strip_prefix(b"PRETTY_NAME="))?.trim_ascii();
    let quoted = |quote: u8| value.strip_prefix(&[quote])?.strip_suffix(&[quote]);
    let Some(inner) = quoted(b'"') else { return shown(quoted(b'\'').unwrap_or(value)) };
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(if byte == b'\\' { *bytes.next()? } else { byte });
    }
    shown(&plain)
}
