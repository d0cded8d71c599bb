//! What the host does.

use mmstats_proc::Roots;
use mmstats_proc::host::{
    Counters, Limits, Load, Memory, NetworkRates, PressureShares, ProcessCounts, Rates, Sockets,
    rates, uptime,
};
use mmstats_proc::process::Table;
use mmstats_proc::units::{bytes_as_mib, days, kib_as_mib};

use super::list::{List, Writer};
use crate::config::{Group, Options};

/// Samples the host. What needs two samples is missing in the first list.
#[derive(Debug, Default)]
pub(crate) struct HostFigures {
    before: Option<Counters>,
}

impl HostFigures {
    /// Adds the figures now. `table` is the pass over all processes, if it could be made.
    pub(crate) fn sample(
        &mut self,
        roots: &Roots,
        table: Option<&Table>,
        options: &Options,
        list: &mut List,
    ) {
        self.add(Counters::read(roots), roots, table, options, list);
    }

    pub(super) fn add(
        &mut self,
        counters: Counters,
        roots: &Roots,
        table: Option<&Table>,
        options: &Options,
        list: &mut List,
    ) {
        let mut host = list.of(Group::Host, options);
        if let Some(before) = self.before.replace(counters)
            && let Some(after) = &self.before
        {
            push_rates(&mut host, rates(&before, after));
        }
        if let Some(Load { one, five, fifteen }) = Load::read(roots) {
            host.number("load1", Some(one));
            host.number("load5", Some(five));
            host.number("load15", Some(fifteen));
        }
        push_memory(&mut host, &Memory::read(roots));
        push_sockets(&mut host, roots);
        if let Some(table) = table.filter(|_| host.wants("processes")) {
            push_processes(&mut host, &ProcessCounts::of(table));
        }
        if host.wants("uptime") {
            host.add("uptime", uptime(roots).map(days));
        }
        if host.wants_extra("cgroup") {
            let Limits { memory, memory_limit, cpu_limit } = Limits::read(roots);
            host.add("cgroup_memory", memory.map(bytes_as_mib));
            host.add("cgroup_memory_limit", memory_limit.map(bytes_as_mib));
            host.add("cgroup_cpu_limit", cpu_limit);
        }
    }
}

fn push_rates(host: &mut Writer<'_>, rates: Rates) {
    if let Some(cpu) = rates.cpu {
        host.number("cpu_usr", Some(cpu.user));
        host.number("cpu_nice", Some(cpu.nice));
        host.number("cpu_sys", Some(cpu.system));
        host.number("cpu_idle", Some(cpu.idle));
        host.number("cpu_iowait", cpu.iowait);
        host.number("cpu_irq", cpu.irq);
        host.number("cpu_softirq", cpu.softirq);
        host.number("cpu_steal", cpu.steal);
        host.number("cpu_usage", Some(cpu.usage()));
    }
    host.number("blocks_in_R", rates.paging.blocks_in);
    host.number("blocks_out_R", rates.paging.blocks_out);
    host.number("swap_in_R", rates.paging.swap_in);
    host.number("swap_out_R", rates.paging.swap_out);
    host.number("interrupts_R", rates.interrupts);
    host.number("context_switches_R", rates.context_switches);
    push_network(host, rates.network);
    if host.wants_extra("pressure") {
        let PressureShares { cpu_some, memory_some, memory_full, io_some, io_full } =
            rates.pressure;
        host.add("pressure_cpu_some", cpu_some);
        host.add("pressure_memory_some", memory_some);
        host.add("pressure_memory_full", memory_full);
        host.add("pressure_io_some", io_some);
        host.add("pressure_io_full", io_full);
    }
}

fn push_network(host: &mut Writer<'_>, network: NetworkRates) {
    let NetworkRates { interfaces, received, sent } = network;
    for interface in interfaces {
        let name = &interface.name;
        if host.wants("net_in") {
            host.add(format!("{name}_in"), interface.received);
        }
        if host.wants("net_out") {
            host.add(format!("{name}_out"), interface.sent);
        }
        if host.wants("net_errs") {
            host.add(format!("{name}_errs"), interface.errors.map(|errors| errors as f64));
        }
    }
    if host.wants("net_in") {
        host.add("total_traffic_in", received);
    }
    if host.wants("net_out") {
        host.add("total_traffic_out", sent);
    }
}

fn push_memory(host: &mut Writer<'_>, memory: &Memory) {
    host.number("mem_free", memory.free.map(kib_as_mib));
    host.number("mem_buffers", memory.buffers.map(kib_as_mib));
    host.number("mem_cached", memory.cached.map(kib_as_mib));
    host.number("mem_actualfree", memory.free_or_cached().map(kib_as_mib));
    host.number("mem_used", memory.used().map(kib_as_mib));
    host.number("mem_usage", memory.usage());
    host.number("swap_free", memory.swap_free.map(kib_as_mib));
    host.number("swap_used", memory.swap_used().map(kib_as_mib));
    host.number("swap_usage", memory.swap_usage());
}

fn push_sockets(host: &mut Writer<'_>, roots: &Roots) {
    let (counts, states) = (host.wants("net_sockets"), host.wants("net_tcp_details"));
    if !counts && !states {
        return;
    }
    let sockets = Sockets::read(roots);
    if counts {
        for (name, count) in [
            ("sockets_tcp", sockets.tcp),
            ("sockets_udp", sockets.udp),
            ("sockets_unix", sockets.unix),
        ] {
            host.add(name, count.map(|count| count as f64));
        }
    }
    if states && let Some(states) = sockets.tcp_states() {
        for (state, count) in states {
            host.add(format!("sockets_tcp_{}", state.name()), Some(count as f64));
        }
    }
}

fn push_processes(host: &mut Writer<'_>, counts: &ProcessCounts) {
    host.add("processes", Some(counts.total as f64));
    for (state, count) in &counts.states {
        host.add(format!("processes_{state}"), Some(*count as f64));
    }
}
