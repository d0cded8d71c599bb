//! A plain host, and others that lack some figures.

use std::time::Duration;

use mmstats_proc::host::{
    Counters, Identity, KernelStat, Load, Memory, ProcessCounts, Rates, Sockets, TcpState,
    interfaces, rates, uptime,
};
use mmstats_proc::process::Table;
use mmstats_proc::units::{bytes_as_mib, days, kib_as_mib};
use mmstats_testing::kernel_files::{Fixture, write_processors};

#[test]
fn states_of_a_plain_host() {
    let host = Fixture::new("host");
    let roots = host.roots();
    let memory = Memory::read(&roots);
    assert_eq!(memory.free.map(kib_as_mib), Some(1000.0));
    assert_eq!(memory.free_or_cached(), Some(1_024_000 + 102_400 + 2_048_000));
    assert_eq!(memory.used(), Some(5_017_600));
    assert_eq!(memory.usage(), Some(61.25));
    assert_eq!(memory.available, Some(6_000_000));
    assert_eq!((memory.swap_used(), memory.swap_usage()), (Some(524_287), Some(25.0)));
    assert_eq!(Load::read(&roots), Some(Load { one: 0.52, five: 1.25, fifteen: 2.0 }));
    let up = uptime(&roots).unwrap();
    assert_eq!(up, Duration::from_millis(172_800_500));
    assert!((days(up) - 2.000_005_787).abs() < 1e-9);
    assert_eq!(KernelStat::read(&roots).processors, Some(2));
    assert_eq!(bytes_as_mib(1 << 20), 1.0);
}

#[test]
fn sockets_are_counted_over_both_versions_of_ip() {
    let host = Fixture::new("host");
    let sockets = Sockets::read(&host.roots());
    assert_eq!((sockets.tcp, sockets.udp, sockets.unix), (Some(6), Some(3), Some(4)));
    let states: Vec<_> = sockets.tcp_states().unwrap().filter(|(_, count)| *count > 0).collect();
    let expected = [
        (TcpState::Established, 2),
        (TcpState::TimeWait, 1),
        (TcpState::Listen, 2),
        (TcpState::Unknown, 1),
    ];
    assert_eq!(states, expected);
    assert_eq!(sockets.tcp_states().unwrap().count(), 12);
    assert_eq!(TcpState::FinWait1.name(), "FIN_WAIT1");
    host.remove("proc/net/tcp6");
    host.remove("proc/net/unix");
    let sockets = Sockets::read(&host.roots());
    assert_eq!((sockets.tcp, sockets.unix), (Some(3), None));
    host.remove("proc/net/tcp");
    let sockets = Sockets::read(&host.roots());
    assert_eq!(sockets.tcp, None);
    assert!(sockets.tcp_states().is_none());
}

#[test]
fn processes_are_counted_by_state_whatever_their_names_are() {
    let host = Fixture::new("host");
    host.write("proc/01/stat", "1 (not a pid's name) S 1");
    host.write("proc/77/stat", "77 (half");
    let counts = |host: &Fixture| {
        let counts = ProcessCounts::of(&Table::read(&host.roots()).unwrap());
        (counts.total, counts.states.into_iter().collect::<Vec<_>>())
    };
    let expected = vec![('D', 1), ('I', 1), ('R', 1), ('S', 2), ('T', 1), ('Z', 1)];
    assert_eq!(counts(&host), (7, expected));
    // A state that no kernel has yet is one more state.
    host.replace("proc/4250/stat", ") T 1", ") Q 1");
    let expected = vec![('D', 1), ('I', 1), ('Q', 1), ('R', 1), ('S', 2), ('T', 0), ('Z', 1)];
    assert_eq!(counts(&host), (7, expected));
}

#[test]
fn identity_of_a_plain_host_and_of_one_of_arm() {
    let host = Identity::read(&Fixture::new("host").roots());
    assert_eq!(host.hostname.as_deref(), Some("wn001.example.org"));
    assert_eq!(host.kernel_version.as_deref(), Some("6.1.0-18-amd64"));
    assert_eq!(host.platform.as_deref(), Some("x86_64"));
    assert_eq!(host.os.as_deref(), Some("Debian GNU/Linux 12 (\"bookworm\")"));
    assert_eq!((host.cpu.mhz, host.cpu.bogomips), (Some(2100.0), Some(4200.0)));
    assert_eq!(host.cpu.vendor_id.as_deref(), Some("GenuineIntel"));
    assert_eq!((host.cpu.family.as_deref(), host.cpu.model.as_deref()), (Some("6"), Some("85")));
    let name = "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz";
    assert_eq!((host.cpu.model_name.as_deref(), host.cpu.cache), (Some(name), Some(22528)));

    let short = Fixture::new("host");
    short.write("etc/hosts", "127.0.0.1 localhost wn001 # a name without a domain\n");
    assert_eq!(Identity::read(&short.roots()).hostname.as_deref(), Some("wn001"));

    let fixture = Fixture::new("arm");
    let arm = Identity::read(&fixture.roots());
    assert_eq!(arm.hostname.as_deref(), Some("pi.example.org"));
    assert_eq!((arm.cpu.mhz, arm.cpu.bogomips), (Some(1500.0), Some(108.0)));
    assert_eq!((arm.cpu.vendor_id, arm.cpu.family, arm.cpu.model), (None, None, None));
    assert_eq!((arm.cpu.model_name, arm.cpu.cache), (None, None));
    assert_eq!((arm.kernel_version, arm.platform, arm.os), (None, None, None));
    assert_eq!(KernelStat::read(&fixture.roots()).processors, Some(4));
}

#[test]
fn interfaces_are_those_of_devices_and_in_a_container_all_but_loopback() {
    let names = |fixture: &Fixture| -> Vec<String> {
        interfaces(&fixture.roots()).unwrap().into_iter().map(|it| it.name).collect()
    };
    let host = Fixture::new("host");
    assert_eq!(names(&host), ["enp3s0f0", "wlan0"]);
    host.remove("sys/class");
    assert_eq!(names(&host), ["enp3s0f0", "wlan0", "docker0"]);
    assert_eq!(names(&Fixture::new("container")), ["eth0"]);
    assert!(interfaces(&Fixture::empty().roots()).is_none());
}

#[test]
fn without_swap_there_is_no_usage_of_it() {
    let host = Fixture::new("host");
    host.replace("proc/meminfo", "SwapTotal:       2097148", "SwapTotal:             0");
    host.replace("proc/meminfo", "SwapFree:        1572861", "SwapFree:              0");
    let memory = Memory::read(&host.roots());
    assert_eq!((memory.swap_free, memory.swap_used()), (Some(0), Some(0)));
    assert_eq!(memory.swap_usage(), None);
    // A container's total, beside the figures of its host.
    host.replace("proc/meminfo", "MemTotal:        8192000", "MemTotal:         512000");
    let memory = Memory::read(&host.roots());
    assert_eq!((memory.total, memory.used(), memory.usage()), (Some(512_000), None, None));
}

#[test]
fn a_host_of_256_processors() {
    let host = Fixture::empty();
    write_processors(&host, 256, [1, 2, 3, 4, 5, 6, 7, 8]);
    let stat = KernelStat::read(&host.roots());
    assert_eq!(stat.processors, Some(256));
    assert_eq!((stat.interrupts, stat.context_switches), (Some(99), Some(5)));
    assert_eq!(stat.cpu.unwrap().idle, 1024);
    assert_eq!(Identity::read(&host.roots()).cpu.model_name.as_deref(), Some("Big"));
}

#[test]
fn nothing_to_read_is_nothing_and_not_0() {
    let roots = Fixture::empty().roots();
    let first = Counters::read(&roots);
    let mut second = first.clone();
    second.taken += Duration::from_secs(1);
    assert_eq!(rates(&first, &second), Rates::default());
    assert_eq!(Memory::read(&roots), Memory::default());
    assert_eq!(Identity::read(&roots), Identity::default());
    assert_eq!(KernelStat::read(&roots), KernelStat::default());
    let sockets = Sockets::read(&roots);
    assert_eq!((sockets.tcp, sockets.udp, sockets.unix), (None, None, None));
    assert!(Load::read(&roots).is_none() && uptime(&roots).is_none());
    assert!(Table::read(&roots).is_err());
}
