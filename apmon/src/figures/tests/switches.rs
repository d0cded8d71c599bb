//! Each figure has a switch, which is about nothing else.

use std::collections::BTreeSet;

use mmstats_proc::host::Counters;

use super::cases::add_disk;
use super::expected::{all_names, names};
use super::machine::Machine;
use crate::config::{Group, Options};
use crate::figures::{HostFigures, List};

const GROUPS: [Group; 3] = [Group::Host, Group::General, Group::Job];

/// The figures of a switch, on the tree `host` within limits.
fn figures_of(group: Group, switch: &'static str) -> Vec<&'static str> {
    match (group, switch) {
        (Group::General, "ip") => vec!["enp3s0f0_ip", "enp3s0f0_ipv6", "wlan0_ipv6"],
        (Group::Host, "cgroup") => vec!["cgroup_cpu_limit", "cgroup_memory", "cgroup_memory_limit"],
        (Group::Host, "net_errs") => vec!["enp3s0f0_errs", "wlan0_errs"],
        (Group::Host, "net_in") => vec!["enp3s0f0_in", "total_traffic_in", "wlan0_in"],
        (Group::Host, "net_out") => vec!["enp3s0f0_out", "total_traffic_out", "wlan0_out"],
        (Group::Host, "net_sockets") => vec!["sockets_tcp", "sockets_udp", "sockets_unix"],
        (Group::Host, "net_tcp_details") => vec![
            "sockets_tcp_CLOSED",
            "sockets_tcp_CLOSE_WAIT",
            "sockets_tcp_CLOSING",
            "sockets_tcp_ESTABLISHED",
            "sockets_tcp_FIN_WAIT1",
            "sockets_tcp_FIN_WAIT2",
            "sockets_tcp_LAST_ACK",
            "sockets_tcp_LISTEN",
            "sockets_tcp_SYN_RECV",
            "sockets_tcp_SYN_SENT",
            "sockets_tcp_TIME_WAIT",
            "sockets_tcp_UNKNOWN",
        ],
        (Group::Host, "pressure") => vec![
            "pressure_cpu_some",
            "pressure_io_full",
            "pressure_io_some",
            "pressure_memory_full",
            "pressure_memory_some",
        ],
        (Group::Host, "processes") => vec![
            "processes",
            "processes_D",
            "processes_I",
            "processes_R",
            "processes_S",
            "processes_T",
            "processes_Z",
        ],
        _ => vec![switch],
    }
}

/// A plain host within limits, and its counters 10 s ago.
struct Host {
    machine: Machine,
    before: Counters,
}

impl Host {
    fn new() -> Self {
        let mut machine = Machine::of("host");
        let own = "sys/fs/cgroup/user.slice/session-3.scope";
        machine.files.write(&format!("{own}/memory.stat"), "inactive_file 0\n");
        machine.files.write(&format!("{own}/memory.max"), "1073741824\n");
        machine.files.write(&format!("{own}/cpu.max"), "200000 100000\n");
        let before = machine.counters();
        machine.files.lay_over("host-later");
        machine.wait(10);
        Self { machine, before }
    }

    /// The names of all figures of a group in a second sample.
    fn found(&mut self, group: Group, options: Options) -> BTreeSet<String> {
        self.machine.options = options;
        let machine = &mut self.machine;
        let list = match group {
            Group::Host => {
                let mut figures = HostFigures::default();
                machine.host_with(&mut figures, self.before.clone());
                machine.host_with(&mut figures, machine.counters())
            }
            Group::General => {
                let mut list = List::default();
                machine.general(&mut list);
                list
            }
            Group::Job => {
                let mut job = machine.job(4242);
                machine.sample(&mut job);
                machine.wait(10);
                let mut list = machine.sample(&mut job);
                add_disk(machine, &mut list);
                list
            }
        };
        names(&list).into_iter().collect()
    }
}

fn owned(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn each_switch_removes_its_figures_and_no_other() {
    let mut host = Host::new();
    for group in GROUPS {
        let all = host.found(group, Options::default());
        let mut of_any = BTreeSet::new();
        for &switch in group.names() {
            let prefix = match group {
                Group::Host => "sys_",
                Group::General => "",
                Group::Job => "job_",
            };
            let mut options = Options::default();
            options.set(&format!("{prefix}{switch}"), "off").unwrap();
            let left = host.found(group, options);
            let gone: BTreeSet<_> = all.difference(&left).cloned().collect();
            assert_eq!(gone, owned(&figures_of(group, switch)), "{group:?}: {switch}");
            assert!(left.is_subset(&all), "{group:?}: {switch}");
            of_any.extend(gone);
        }
        assert_eq!(of_any, all, "{group:?}: each figure has a switch");
    }
}

#[test]
fn without_extras_there_are_the_figures_of_the_originals() {
    let mut options = Options::default();
    options.set("extras", "off").unwrap();
    let mut host = Host::new();
    let mut gone = |group| -> BTreeSet<_> {
        let all = host.found(group, Options::default());
        let left = host.found(group, options.clone());
        all.difference(&left).cloned().collect()
    };
    let of_host = ["pressure", "cgroup"].iter().flat_map(|it| figures_of(Group::Host, it));
    assert_eq!(gone(Group::Host), of_host.map(str::to_owned).collect());
    assert_eq!(gone(Group::General), BTreeSet::new());
    let of_job = [
        "cgroup_memory",
        "cgroup_memory_limit",
        "cgroup_oom_kills",
        "instant_cpu_usage",
        "processes",
        "threads",
    ];
    assert_eq!(gone(Group::Job), owned(&of_job));
}

#[test]
fn each_figure_is_in_one_of_the_expected_packets() {
    let names = all_names();
    for group in GROUPS {
        for &switch in group.names() {
            for figure in figures_of(group, switch) {
                assert!(names.iter().any(|it| it == figure), "{group:?}: {figure}");
            }
        }
    }
}
