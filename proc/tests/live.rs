//! The machine that the tests run on: figures that hold on any.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mmstats_proc::Roots;
use mmstats_proc::host::{
    Counters, Identity, InterfaceAddresses, KernelStat, Limits, Load, Memory, ProcessCounts,
    Sockets, rates, uptime,
};
use mmstats_proc::process::{JobCgroup, Table, Totals, Tree};

#[test]
fn figures_of_this_host() {
    let roots = Roots::default();
    let memory = Memory::read(&roots);
    let total = memory.total.unwrap();
    assert!(total > 0 && memory.free.unwrap() <= total);
    assert!(memory.usage().unwrap() <= 100.0);
    let load = Load::read(&roots).unwrap();
    assert!(load.one >= 0.0 && load.fifteen >= 0.0);
    assert!(KernelStat::read(&roots).processors.unwrap() > 0);
    assert!(uptime(&roots).unwrap() > Duration::ZERO);
    let _ = Sockets::read(&roots);
    let limits = Limits::read(&roots);
    assert!(limits.cpu_limit.is_none_or(|limit| limit > 0.0));
    let identity = Identity::read(&roots);
    assert!(identity.hostname.is_some() && identity.kernel_version.is_some());
    assert!(identity.platform.is_some());
    for address in InterfaceAddresses::read(&roots) {
        assert!(address.ipv4.is_some() || address.ipv6.is_some());
    }
}

#[test]
fn rates_of_this_host() {
    let roots = Roots::default();
    let before = Counters::read(&roots);
    let deadline = Instant::now() + Duration::from_secs(20);
    // The processors' clock ticks 100 times a second.
    let cpu = loop {
        let rates = rates(&before, &Counters::read(&roots));
        if let Some(cpu) = rates.cpu {
            break cpu;
        }
        assert!(Instant::now() < deadline, "no tick");
    };
    let more = [cpu.iowait, cpu.irq, cpu.softirq, cpu.steal].iter().flatten().sum::<f64>();
    let sum = cpu.user + cpu.nice + cpu.system + cpu.idle + more;
    assert!((sum - 100.0).abs() < 0.001, "{cpu:?}");
}

#[test]
fn this_process_and_a_child_are_a_job() {
    let roots = Roots::default();
    let mut child =
        Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let own = std::process::id();
    let mut tree = Tree::of(&roots, own).unwrap();
    let table = Table::read(&roots).unwrap();
    let counts = ProcessCounts::of(&table);
    assert_eq!(counts.total, counts.states.values().sum::<u64>());
    tree.update(&roots, &table);
    assert!(tree.contains(child.id()));
    let totals = Totals::read(&roots, &tree, &table);
    // Other tests of this program run at the same time.
    assert!(totals.processes >= 2 && totals.threads >= 3);
    assert!(totals.rss.unwrap() > 0 && totals.rss < totals.virtual_memory);
    assert!(totals.open_files.unwrap() >= 3);
    assert!(totals.run_time.unwrap() < Duration::from_hours(1));
    let _ = JobCgroup::read(&roots, &tree);
    drop(child.stdin.take());
    child.wait().unwrap();
    tree.update(&roots, &Table::read(&roots).unwrap());
    assert!(!tree.contains(child.id()));
}
