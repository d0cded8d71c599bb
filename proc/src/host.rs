//! What a host does, and what it is.
//!
//! Those that count since boot are [`Counters`]; two samples of them give [`Rates`]. The others are read
//! one by one, so that nobody pays for what isn't shown: [`Memory`], [`Load`], [`Sockets`],
//! [`ProcessCounts`], [`Limits`], [`Identity`] and [`uptime()`].

mod addresses;
mod cgroup;
mod counters;
mod cpu;
mod cpu_info;
mod disk_io;
mod identity;
mod load;
mod memory;
mod network;
mod pressure;
mod processes;
mod sockets;
mod uptime;

pub use addresses::InterfaceAddresses;
pub use cgroup::Limits;
pub use counters::{Counters, Rates, rates};
pub use cpu::{CpuShares, CpuTimes, KernelStat};
pub use cpu_info::CpuInfo;
pub use disk_io::{Paging, PagingRates};
pub use identity::{Identity, full_name};
pub use load::Load;
pub use memory::Memory;
pub use network::{Interface, InterfaceRates, NetworkRates, interfaces};
pub use pressure::{Pressure, PressureShares};
pub use processes::ProcessCounts;
pub use sockets::{Sockets, TcpState};
pub use uptime::uptime;
