//! What the originals did wrong. Seen in the packets of `cases`: only interfaces `ethN`, one with no space
//! before its numbers, first network figures in another unit, total memory in KiB, `disk_usage` / 1024, a
//! header counted as a process, nothing in containers. In those of `hostile_names`: children of children
//! missed, and two processes of equal size counted as one. In `disk`: the work directory unquoted.

use std::path::PathBuf;
use std::time::Instant;

use mmstats_proc::Roots;
use mmstats_proc::process::{Table, Tree};
use mmstats_testing::TIMEOUT;
use mmstats_testing::kernel_files::Fixture;
use mmstats_testing::os::fork::run_in_child;
use mmstats_testing::seccomp::forbid_processes;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

use super::expected::{lines, names};
use super::machine::Machine;
use crate::config::Options;
use crate::figures::{HostFigures, JobFigures, List, general};

/// All figures of the machine that the tests run on, and of this process as a job.
fn sample_this_machine() -> [List; 3] {
    let (roots, options) = (Roots::default(), Options::default());
    let tree = Tree::of(&roots, std::process::id()).unwrap();
    let mut figures = JobFigures::new(tree, Some(PathBuf::from("/")));
    let [mut host, mut general_list, mut job] = [(); 3].map(|()| List::default());
    figures.begin(&options);
    let table = Table::read(&roots).unwrap();
    HostFigures::default().sample(&roots, Some(&table), &options, &mut host);
    general(&roots, &options, &mut general_list);
    figures.sample(&roots, &table, &options, Instant::now() + TIMEOUT, &mut job);
    assert!(!figures.is_gone());
    [host, general_list, job]
}

/// They ran `ps`, `uptime`, `netstat`, `ifconfig`, `df` and `du` in a shell.
#[test]
fn no_process_is_started() {
    let sampled = run_in_child(|| {
        forbid_processes();
        let [host, general, job] = sample_this_machine().map(|list| names(&list));
        assert!(host.contains(&"load1".to_owned()) && general.contains(&"hostname".to_owned()));
        assert!(job.contains(&"rss".to_owned()) && job.contains(&"disk_total".to_owned()));
    });
    assert!(matches!(sampled, WaitStatus::Exited(_, 0)), "{sampled:?}");
    let started = run_in_child(|| {
        forbid_processes();
        let _ = std::process::Command::new("true").output();
    });
    assert!(matches!(started, WaitStatus::Signaled(_, Signal::SIGSYS, _)), "{started:?}");
}

#[test]
fn a_new_process_state_loses_nothing() {
    let mut machine = Machine::of("host");
    let before = lines(&machine.host());
    machine.files.replace("proc/4250/stat", ") T 1 ", ") Q 1 ");
    let after = lines(&machine.host());
    let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    assert_eq!(gone, ["processes_T = 1"]);
    for line in ["processes = 7", "processes_Q = 1", "processes_T = 0"] {
        assert!(after.iter().any(|it| it == line), "{line}");
    }
}

#[test]
fn cpu_time_does_not_fall_when_children_end() {
    let machine = Machine::of("host");
    let mut job = machine.job(4242);
    let mut cpu_time = || {
        let list = machine.sample(&mut job);
        lines(&list).into_iter().find(|line| line.starts_with("cpu_time ")).unwrap()
    };
    assert_eq!(cpu_time(), "cpu_time = 14.1");
    // Its parent waits for a grandchild of the root…
    machine.files.remove("proc/4244");
    machine.files.replace("proc/4243/stat", " 400 40 0 0 ", " 400 40 10 5 ");
    assert_eq!(cpu_time(), "cpu_time = 14.1");
    // …ends, and is waited for, after 0.5 s more.
    machine.files.remove("proc/4243");
    machine.files.replace("proc/4242/stat", " 600 100 200 50 ", " 600 100 660 95 ");
    assert_eq!(cpu_time(), "cpu_time = 14.6");
    // Nobody waits for the last one.
    machine.files.remove("proc/4245");
    assert_eq!(cpu_time(), "cpu_time = 14.6");
    machine.files.replace("proc/4242/stat", " 600 100 660 95 ", " 650 100 660 95 ");
    assert_eq!(cpu_time(), "cpu_time = 15.1");
}

/// As of prmon and Podman, too: pages that a process shares with one that it forked are in the memory of
/// both, and once in that of their cgroup.
#[test]
fn shared_pages_count_for_each_process_and_once_in_the_cgroup() {
    let files = Fixture::empty();
    for (pid, parent) in [(20, 1), (21, 20)] {
        files.write(
            &format!("proc/{pid}/stat"),
            format!("{pid} (fork) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0\n"),
        );
        files.write(&format!("proc/{pid}/status"), "VmSize: 60000 kB\nVmRSS: 50000 kB\n");
        files.write(&format!("proc/{pid}/cgroup"), "0::/job\n");
    }
    files.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
    files.write("sys/fs/cgroup/job/cgroup.procs", "20\n21\n");
    files.write("sys/fs/cgroup/job/memory.current", "61440000\n");
    files.write("sys/fs/cgroup/job/memory.stat", "inactive_file 10240000\n");
    let machine = Machine::new(files);
    let found = |root| lines(&machine.sample(&mut machine.job(root)));
    let both = found(20);
    for line in ["rss = 100000", "virtualmem = 120000", "cgroup_memory = 50000"] {
        assert!(both.iter().any(|it| it == line), "{line} in {both:?}");
    }
    // The cgroup isn't that of a job of the child alone.
    let child = found(21);
    assert!(child.iter().any(|line| line == "rss = 50000"), "{child:?}");
    assert!(!child.iter().any(|line| line.starts_with("cgroup")), "{child:?}");
}

#[test]
fn what_can_not_be_read_is_absent() {
    let roots = Fixture::empty().roots();
    let (options, mut list, mut host) =
        (Options::default(), List::default(), HostFigures::default());
    for _ in 0..2 {
        host.sample(&roots, None, &options, &mut list);
        general(&roots, &options, &mut list);
    }
    assert_eq!(lines(&list), [""; 0]);
}
