//! What a host has once, or rarely changes.

use mmstats_proc::Roots;
use mmstats_proc::host::{CpuInfo, Identity, InterfaceAddresses, KernelStat, Memory};
use mmstats_proc::units::kib_as_mib;

use super::list::List;
use crate::config::{Group, Options};

/// Adds the general figures to a list.
pub(crate) fn general(roots: &Roots, options: &Options, list: &mut List) {
    general_with(roots, || InterfaceAddresses::read(roots), options, list);
}

/// The same, with the addresses that the kernel would be asked for.
pub(super) fn general_with(
    roots: &Roots,
    addresses: impl FnOnce() -> Vec<InterfaceAddresses>,
    options: &Options,
    list: &mut List,
) {
    let mut general = list.of(Group::General, options);
    let Identity { hostname, kernel_version, platform, os, cpu } = Identity::read(roots);
    general.text("hostname", hostname);
    general.text("kernel_version", kernel_version);
    general.text("platform", platform);
    general.text("os_type", os);
    let CpuInfo { mhz, bogomips, vendor_id, family, model, model_name, cache } = cpu;
    general.number("cpu_MHz", mhz);
    general.number("bogomips", bogomips);
    general.text("cpu_vendor_id", vendor_id);
    general.text("cpu_family", family);
    general.text("cpu_model", model);
    general.text("cpu_model_name", model_name);
    general.number("cpu_cache", cache.map(|kib| kib as f64));
    let memory = Memory::read(roots);
    general.number("total_mem", memory.total.map(kib_as_mib));
    general.number("total_swap", memory.swap_total.map(kib_as_mib));
    general.number("no_CPUs", KernelStat::read(roots).processors.map(f64::from));
    if general.wants("ip") {
        for InterfaceAddresses { interface, ipv4, ipv6 } in addresses() {
            if let Some(address) = ipv4 {
                general.add_text(format!("{interface}_ip"), address.to_string());
            }
            if let Some(address) = ipv6 {
                general.add_text(format!("{interface}_ipv6"), address.to_string());
            }
        }
    }
}
