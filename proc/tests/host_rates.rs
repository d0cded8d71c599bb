//! Rates between two samples of a plain host.

use std::time::Duration;

use mmstats_proc::host::{Counters, Rates, rates};
use mmstats_testing::kernel_files::Fixture;

/// The rates over 10 s, in which `change` happens to the files.
fn rates_after(fixture: &Fixture, change: impl FnOnce(&Fixture)) -> Rates {
    let before = Counters::read(&fixture.roots());
    change(fixture);
    let mut after = Counters::read(&fixture.roots());
    after.taken = before.taken + Duration::from_secs(10);
    rates(&before, &after)
}

#[test]
fn rates_of_a_plain_host() {
    let host = Fixture::new("host");
    // 1,000 ticks: 200, 50, 100, 400, 150, 40, 20, 40.
    let rates = rates_after(&host, |host| host.lay_over("host-later"));
    let cpu = rates.cpu.unwrap();
    assert_eq!((cpu.user, cpu.nice, cpu.system, cpu.idle), (20.0, 5.0, 10.0, 40.0));
    assert_eq!((cpu.iowait, cpu.irq), (Some(15.0), Some(4.0)));
    assert_eq!((cpu.softirq, cpu.steal), (Some(2.0), Some(4.0)));
    assert_eq!(cpu.usage(), 60.0);
    assert_eq!((rates.interrupts, rates.context_switches), (Some(1000.0), Some(2.0)));
    let paging = rates.paging;
    assert_eq!((paging.blocks_in, paging.blocks_out), (Some(50.0), Some(100.0)));
    assert_eq!((paging.swap_in, paging.swap_out), (Some(0.1), Some(0.0)));
    let [wired, wireless] = &rates.network.interfaces[..] else { panic!("{:?}", rates.network) };
    assert_eq!((&*wired.name, wired.received, wired.sent), ("enp3s0f0", Some(10.0), Some(5.0)));
    assert_eq!(wired.errors, Some(3));
    assert_eq!(
        (&*wireless.name, wireless.received, wireless.errors),
        ("wlan0", Some(1.0), Some(0))
    );
    assert_eq!((rates.network.received, rates.network.sent), (Some(11.0), Some(5.0)));
    assert_eq!((rates.pressure.cpu_some, rates.pressure.memory_some), (Some(25.0), Some(0.0)));
    assert_eq!(rates.pressure.io_some, Some(100.0), "read a little later than the clock");
    assert_eq!(rates.pressure.io_full, Some(5.0));
}

#[test]
fn what_fell_or_is_missing_is_absent_and_the_rest_is_not() {
    let host = Fixture::new("host");
    let rates = rates_after(&host, |host| {
        host.replace("proc/stat", "intr 123456 ", "intr 12 ");
        host.replace("proc/stat", "ctxt 654321", "ctxt 654322");
        host.replace("proc/vmstat", "pgpgin 100000", "pgpgin 4");
        host.replace("proc/vmstat", "pswpin 30\n", "");
        host.replace("proc/net/dev", "enp3s0f0:1048576000", "enp3s0f0:17");
        host.replace("proc/net/dev", " wlan0:", " wlan1:");
        host.replace("proc/pressure/memory", "total=1000", "total=999");
        host.remove("proc/pressure/io");
    });
    assert_eq!((rates.interrupts, rates.context_switches), (None, Some(0.1)));
    assert_eq!((rates.paging.blocks_in, rates.paging.blocks_out), (None, Some(0.0)));
    assert_eq!((rates.paging.swap_in, rates.paging.swap_out), (None, Some(0.0)));
    let [wired] = &rates.network.interfaces[..] else { panic!("{:?}", rates.network) };
    assert_eq!((wired.received, wired.sent, wired.errors), (None, Some(0.0), Some(0)));
    assert_eq!((rates.network.received, rates.network.sent), (None, Some(0.0)));
    assert_eq!((rates.pressure.memory_some, rates.pressure.memory_full), (Some(0.0), None));
    assert_eq!((rates.pressure.io_some, rates.pressure.cpu_some), (None, Some(0.0)));
    assert_eq!(rates.cpu, None, "no tick passed");
}

#[test]
fn shares_of_processors_are_absent_where_the_sum_would_be_wrong() {
    let cpu = "cpu  1000 200 300 8000 400 50 30 20 500 100";
    let after = |new: &str| {
        let host = Fixture::new("host");
        rates_after(&host, |host| host.replace("proc/stat", cpu, new)).cpu
    };
    let fell = after("cpu  1100 200 300 8300 390 50 30 20 500 100").unwrap();
    assert_eq!((fell.user, fell.idle, fell.iowait, fell.irq), (25.0, 75.0, None, Some(0.0)));
    let old_kernel = after("cpu  1100 200 300 8300").unwrap();
    assert_eq!((old_kernel.user, old_kernel.iowait, old_kernel.steal), (25.0, None, None));
    assert_eq!(after("cpu  900 200 300 8300 400 50 30 20 500 100"), None, "user fell");
    assert_eq!(after("cpu  1100 200 300 8300 400 50 30 19 500 100"), None, "steal fell");
    assert_eq!(after("cpu  1100 200 300"), None, "idle is missing");
    assert_eq!(after("cpu  1100 200 x 8300 400 50 30 20"), None);
    let guest = after("cpu  1100 200 300 8300 400 50 30 20 600 200").unwrap();
    assert_eq!(guest.user, 25.0, "guests' time is within it");
}

#[test]
fn no_time_means_no_rates_and_a_new_interface_has_none() {
    let host = Fixture::new("host");
    let before = Counters::read(&host.roots());
    let mut after = before.clone();
    assert_eq!(rates(&before, &after), Rates::default());
    after.taken += Duration::from_secs(1);
    after.interfaces.as_mut().unwrap()[0].name = "new0".to_owned();
    let rates = rates(&before, &after);
    let new = &rates.network.interfaces[0];
    assert_eq!((&*new.name, new.received, new.sent, new.errors), ("new0", None, None, None));
    assert_eq!(rates.network.received, Some(0.0), "of the other one");
}
