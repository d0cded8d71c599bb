//! Packets of each kind of machine, as text.

use mmstats_proc::disk::DiskUsage;
use mmstats_testing::kernel_files::{Fixture, stat_line, write_processors};

use super::expected::check;
use super::machine::Machine;
use crate::figures::disk::Found;
use crate::figures::job::push_disk;
use crate::figures::{List, general};

const GIB: u64 = 1 << 30;

/// Adds the figures of a disk.
pub(super) fn add_disk(machine: &Machine, list: &mut List) {
    let space = DiskUsage { total: 10 * GIB, used: 6 * GIB, free: 3 * GIB };
    let found = Found { space: Some(space), size: Some(3 << 19) };
    push_disk(&found, &machine.options, list);
}

#[test]
fn a_plain_host() {
    let mut machine = Machine::of("host");
    let mut first = machine.host();
    machine.general(&mut first);
    check("plain-host-first", &first);
    machine.files.lay_over("host-later");
    machine.wait(10);
    check("plain-host", &machine.host());
}

#[test]
fn a_plain_job() {
    let mut machine = Machine::of("host");
    let mut job = machine.job(4242);
    check("plain-job-first", &machine.sample(&mut job));
    machine.files.lay_over("host-later");
    machine.wait(10);
    let mut list = machine.sample(&mut job);
    add_disk(&machine, &mut list);
    check("plain-job", &list);
}

/// 10 s in the tree `container`.
fn run_container(files: &Fixture) {
    files.replace("proc/stat", "cpu  5000 0 1000 90000 ", "cpu  5100 0 1100 90200 ");
    files.replace("proc/stat", "intr 5000", "intr 5010");
    files.replace("proc/stat", "ctxt 9000", "ctxt 9500");
    files.replace("proc/net/dev", " 2048 ", " 104448 ");
    files.replace("proc/net/dev", " 1024 ", " 11264 ");
}

fn check_container(name: &str, mut machine: Machine) {
    check(&format!("{name}-job"), &machine.sample(&mut machine.job(1)));
    check(name, &machine.host_after(run_container));
}

#[test]
fn a_container_with_limits_of_cgroup_v2() {
    check_container("container", Machine::of("container"));
}

#[test]
fn a_container_with_cgroup_v1() {
    let machine = Machine::of("container");
    machine.files.remove("sys/fs/cgroup");
    machine.files.lay_over("cgroup-v1");
    check_container("cgroup-v1", machine);
}

#[test]
fn a_container_without_the_memory_controller() {
    let machine = Machine::of("container");
    for path in ["kubepods", "kubepods/pod7", "kubepods/pod7/app"] {
        for file in ["current", "max", "stat", "events"] {
            let path = format!("sys/fs/cgroup/{path}/memory.{file}");
            if machine.files.path(&path).exists() {
                machine.files.remove(&path);
            }
        }
    }
    check_container("no-memory-controller", machine);
}

fn machine_of_one_process() -> Machine {
    let machine = Machine::new(Fixture::empty());
    machine.files.write("proc/1/stat", stat_line(1, 0, 1, 0, 0));
    machine
}

#[test]
fn a_host_of_256_processors() {
    let mut machine = machine_of_one_process();
    let (hours, days, months) = (1_000_000, 10_000_000, 1_000_000_000);
    write_processors(&machine.files, 256, [days, 0, hours, months, 0, 0, 0, 0]);
    let mut list = machine.host_after(|files| {
        write_processors(files, 256, [days + 500, 0, hours + 250, months + 250, 0, 0, 0, 0]);
        files.replace("proc/stat", "intr 99 ", "intr 4000000099 ");
        files.replace("proc/stat", "ctxt 5\n", "ctxt 50000000005\n");
    });
    general(&machine.files.roots(), &machine.options, &mut list);
    check("many-processors", &list);
}

#[test]
fn an_arm_machine() {
    let mut machine = Machine::of("arm");
    let mut list = machine.host();
    general(&machine.files.roots(), &machine.options, &mut list);
    check("arm", &list);
}

#[test]
fn a_host_without_swap() {
    let mut machine = machine_of_one_process();
    let memory = "MemTotal: 4194304 kB\nMemFree: 1048576 kB\nBuffers: 0 kB\nCached: 1048576 kB\n";
    let swap = "SwapTotal: 0 kB\nSwapFree: 0 kB\n";
    machine.files.write("proc/meminfo", format!("{memory}{swap}"));
    let mut list = machine.host();
    general(&machine.files.roots(), &machine.options, &mut list);
    check("no-swap", &list);
}

#[test]
fn counters_that_wrapped() {
    let mut machine = Machine::of("host");
    let list = machine.host_after(|files| {
        files.replace("proc/stat", " 30 20 500 100", " 30 19 500 100");
        files.replace("proc/stat", "intr 123456 ", "intr 12 ");
        files.replace("proc/stat", "ctxt 654321", "ctxt 654322");
        files.replace("proc/vmstat", "pgpgin 100000", "pgpgin 4");
        files.replace("proc/vmstat", "pswpin 30\n", "");
        files.replace("proc/net/dev", "enp3s0f0:1048576000 900000    3", "enp3s0f0:17 900000 1");
        files.replace("proc/pressure/memory", "total=2000", "total=1999");
    });
    check("wrapped-counters", &list);
}

#[test]
fn processes_that_end_between_two_reads() {
    let mut machine = Machine::of("host");
    let mut job = machine.job(4242);
    let table = machine.table();
    machine.files.remove("proc/4244");
    check("ended-during-job", &machine.sample_with(&mut job, &table));
    machine.files.write("sys/fs/cgroup/batch/job17/step/cgroup.procs", "");
    machine.wait(10);
    check("ended-job", &machine.sample(&mut job));
}
